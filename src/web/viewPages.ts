// Saving and removing one's own views of lists.
import { z } from 'zod';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { action, newPages, readForm } from './page.tsx';

const SaveView = z.object({
  path: z
    .string()
    .regex(/^\/(?![/\\])[\w\-/.]*$/)
    .max(200),
  query: z.string().regex(/^\?/).max(2000),
  name: z.string().trim().min(1).max(60),
});

export const viewPages = newPages();

action(viewPages, '/views', 'self:write', async (c) => {
  const view = await readForm(c, SaveView);
  await saveView(c.var.ctx, view);
  return c.redirect(view.path + view.query, 303);
});

action(viewPages, '/views/:id/removal', 'self:write', async (c) => {
  const path = await removeView(c.var.ctx, c.req.param('id') ?? '');
  return c.redirect(path ?? '/', 303);
});

/** Saves the view under its name, replacing the person's view of that name. */
async function saveView(ctx: Ctx, view: z.output<typeof SaveView>): Promise<void> {
  allow(ctx, 'self:write');
  await transaction(ctx, async (ctx) => {
    const row = { id: newId(ctx.now), user_id: ctx.actor.id, ...view, created_at: ctx.now };
    await ctx.db
      .insertInto('saved_views')
      .values(row)
      .onConflict((conflict) => conflict.columns(['user_id', 'path', 'name']).doUpdateSet({ query: view.query }))
      .execute();
    await remember(ctx, { action: 'view.saved', record_kind: 'view', record_id: row.id, change: view });
  });
}

/** Returns the page the view was of, or null when it is not one of the person's. */
async function removeView(ctx: Ctx, id: string): Promise<string | null> {
  allow(ctx, 'self:write');
  return transaction(ctx, async (ctx) => {
    const removed = await ctx.db
      .deleteFrom('saved_views')
      .where('id', '=', id)
      .where('user_id', '=', ctx.actor.id)
      .returning(['path', 'name'])
      .executeTakeFirst();
    if (removed !== undefined) await remember(ctx, { action: 'view.removed', record_kind: 'view', record_id: id, change: removed });
    return removed?.path ?? null;
  });
}
