// What helps a case, for programs: workarounds that fit, cases solved before, commands to the camera, the advance replacement; and who can own a case.
import { createRoute, z } from '@hono/zod-openapi';
import { staffOnly } from '../core/actor.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { getting, gettingOne, postingTo } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { CommandUnit, LinkUnit } from './inputs.ts';
import { getCase, listCaseUnits, listOwners } from './queries.ts';
import { commandUnit, listCommands, openAdvanceReplacement } from './remedy.ts';
import { listWorkarounds } from './unit.ts';
import { listSimilar } from './unitPanel.ts';

export const remedyApi = newApi();
const tag = 'Cases';
const text = z.string().nullable();

remedyApi.openapi(
  getting(
    { path: '/case-owners', gate: 'case:read', tag, summary: 'People who can own a case' },
    z.object({}),
    pageOf(z.object({ id: z.string(), name: z.string(), role: z.string() })),
  ),
  async (c) => {
    staffOnly(c.var.ctx);
    return c.json({ items: await listOwners(c.var.ctx), next_cursor: null }, 200);
  },
);

const Remedies = z.object({
  workarounds: z.array(
    z.object({
      id: z.string(),
      specificity: z.int().openapi({ description: '3 model and firmware, 2 model, 1 maker, 0 all' }),
      title_en: z.string(),
      title_ja: z.string(),
      steps_en: z.string(),
      steps_ja: z.string(),
      tried: z.int(),
      helped: z.int(),
    }),
  ),
  similar: z.array(z.object({ id: z.string(), number: z.string(), subject: z.string(), solution: text, solved_at: Instant.nullable() })),
});

remedyApi.openapi(
  gettingOne(
    { path: '/cases/{id}/remedies', gate: 'case:read', tag, summary: 'Workarounds that fit, the most specific first, and similar cases that were solved' },
    Remedies,
  ),
  async (c) => {
    const { ctx } = c.var;
    const row = await getCase(ctx, c.req.valid('param').id);
    staffOnly(ctx);
    const units = await listCaseUnits(ctx, row.id);
    const similar = await listSimilar(ctx, row, units[0]?.model_id ?? null);
    return c.json(
      {
        workarounds: (await listWorkarounds(ctx, units, row.category_id)).map(({ id, specificity, title_en, title_ja, steps_en, steps_ja, tried, helped }) => ({
          id,
          specificity,
          title_en,
          title_ja,
          steps_en,
          steps_ja,
          tried,
          helped,
        })),
        similar: similar.map(({ id, number, subject, solution, solved_at }) => ({ id, number, subject, solution, solved_at: rfc3339OrNull(solved_at) })),
      },
      200,
    );
  },
);

const CommandJson = z.object({
  id: z.string(),
  name: z.string(),
  created_by: z.string(),
  created_at: Instant,
  sent_at: Instant.nullable(),
  replied_at: Instant.nullable(),
  reply: z.record(z.string(), z.unknown()).nullable(),
});
const Commands = pageOf(CommandJson);

remedyApi.openapi(
  gettingOne({ path: '/cases/{id}/commands', gate: 'case:read', tag, summary: 'Commands sent from the case, with the camera’s replies' }, Commands),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    staffOnly(c.var.ctx);
    return c.json({ items: (await listCommands(c.var.ctx, row.id)).map(commandJson), next_cursor: null }, 200);
  },
);

// Two permissions: the case's, asked by the verb, and the command's, here.
remedyApi.openapi(
  postingTo(
    { path: '/cases/{id}/commands', gate: 'device:command', tag, summary: 'Ask a unit of the case to diagnose itself or to restart' },
    CommandUnit,
    Commands,
  ),
  async (c) => {
    const row = await commandUnit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.json({ items: (await listCommands(c.var.ctx, row.id)).map(commandJson), next_cursor: null }, 201);
  },
);

remedyApi.openapi(
  createRoute({
    method: 'post',
    path: '/cases/{id}/replacement',
    tags: [tag],
    summary: 'Open an advance replacement for a unit of the case: the return, authorised, and the request of its replacement',
    ...gated('return:write'),
    request: { params: IdParam, body: body(LinkUnit) },
    responses: { 201: answers(z.object({ return_id: z.string(), number: z.string() })), ...problems },
  }),
  async (c) => {
    const opened = await openAdvanceReplacement(c.var.ctx, c.req.valid('param').id, c.req.valid('json').unit_id);
    c.header('Location', `/api/v1/returns/${opened.return_id}`);
    return c.json(opened, 201);
  },
);

const commandJson = (command: Awaited<ReturnType<typeof listCommands>>[number]): z.output<typeof CommandJson> => ({
  ...command,
  created_at: rfc3339(command.created_at),
  sent_at: rfc3339OrNull(command.sent_at),
  replied_at: rfc3339OrNull(command.replied_at),
  reply: command.reply === null ? null : JSON.parse(command.reply),
});
