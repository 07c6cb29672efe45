// What can be done with many cases at once: give them to another owner.
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { BulkDeed } from '../web/bulk.ts';
import { Field, Select } from '../web/parts.tsx';
import { giveOwner, ownerFor } from './owner.ts';
import { listOwners } from './queries.ts';
import { words } from './words.ts';

const chosenCases = (ctx: Ctx, ids: readonly string[]) =>
  ctx.db
    .selectFrom('cases')
    .leftJoin('users', 'users.id', 'cases.owner_id')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .select(['cases.id', 'cases.number', 'cases.subject', 'cases.version', 'cases.owner_id', 'cases.merged_into_id', 'cases.spam_at'])
    .select('users.name as owner_name')
    .where('cases.id', 'in', ids)
    .orderBy('cases.number')
    .execute();

const handOver: BulkDeed = {
  name: 'owner',
  permission: 'case:write',
  title: ['Hand over', '担当者を変更'],
  asks: ['owner_id', 'reason'],
  fields: async (c, input) => {
    const w = words(c.var.locale);
    return (
      <>
        <Select
          label={w.owner}
          name="owner_id"
          value={input.owner_id}
          blank="—"
          required
          options={(await listOwners(c.var.ctx)).map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Field label={w.reason} name="reason" value={input.reason ?? null} required />
        <Field label={w.summary} name="summary" value={input.summary ?? null} />
      </>
    );
  },
  plan: async (ctx, ids, { owner_id }) => {
    const owner = await ctx.db
      .selectFrom('users')
      .select(['id', 'name'])
      .where('id', '=', await ownerFor(ctx, owner_id))
      .executeTakeFirstOrThrow();
    return (await chosenCases(ctx, ids)).map((row) => ({
      id: row.id,
      version: row.version,
      label: `${row.number} ${row.subject}`,
      path: `/cases/${row.id}`,
      before: row.owner_name,
      after: owner.name,
      ...(row.owner_id === owner.id ? { after: row.owner_name } : {}),
      refusal: row.merged_into_id !== null ? ['merged into another', '統合済み'] : row.spam_at !== null ? ['marked as spam', '迷惑メール'] : undefined,
    }));
  },
  carryOut: async (ctx, row, { owner_id, reason = '', summary = '' }) => {
    const [before] = await chosenCases(ctx, [row.id]);
    const { version } = await giveOwner(ctx, row.id, { owner_id, reason, summary: summary === '' ? reason : summary }, row.version);
    // A case that has been triaged keeps an owner for good: only a hand-over can go back.
    const from = before?.owner_id ?? null;
    return { version, undo: from === null ? null : { owner_id: from } };
  },
  takeBack: (ctx, id, { owner_id }, version) =>
    giveOwner(ctx, id, { owner_id: owner_id ?? undefined, reason: 'Undone 元に戻す', summary: 'Undone 元に戻す' }, version),
};

export const caseDeeds: readonly BulkDeed[] = [handOver];
