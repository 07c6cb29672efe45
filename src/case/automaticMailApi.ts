// /automatic-mails: what programs wrote and no case knows of.
import { z } from '@hono/zod-openapi';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { getting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { Instant, ListQuery, newApi, pageOf } from '../web/route.ts';
import { expectedVersion } from '../web/version.ts';
import { dismissMail, listAutomatic, openCaseOfMail } from './automaticMail.ts';
import { WithReason } from './inputs.ts';
import { CaseJson, caseJson } from './json.ts';
import type { AutomaticMailRow } from './table.ts';

export const automaticMailApi = newApi();
const tag = 'Cases';
const text = z.string().nullable();

const AutomaticMailJson = z
  .object({
    id: z.string(),
    message_id: z.string(),
    state: z.enum(['waiting', 'opened', 'dismissed']),
    from_email: z.string(),
    from_name: text,
    subject: z.string(),
    body: z.string(),
    bounced: z.boolean(),
    outbox_id: text,
    files: z.array(z.string()),
    received_at: Instant,
    case_id: text,
    settled_by: text,
    settled_at: Instant.nullable(),
    reason: text,
    version: z.int(),
  })
  .openapi('AutomaticMail');

automaticMailApi.openapi(
  getting(
    { path: '/automatic-mails', gate: 'case:write', tag, summary: 'Mail programs wrote that answers no case: kept, not opened. Bounces name the mail of ours' },
    ListQuery.extend({ state: z.enum(['waiting', 'opened', 'dismissed']).optional() }),
    pageOf(AutomaticMailJson),
  ),
  async (c) => {
    const { state, ...request } = c.req.valid('query');
    const page = await listAutomatic(c.var.ctx, { state }, request);
    return c.json({ items: page.items.map(mailJson), next_cursor: page.next_cursor }, 200);
  },
);

automaticMailApi.openapi(
  postingBare({ path: '/automatic-mails/{id}/case', gate: 'case:write', tag, summary: 'It was an inquiry: open its case' }, CaseJson),
  async (c) => c.json(caseJson(await openCaseOfMail(c.var.ctx, c.req.valid('param').id, expectedVersion(c)), c.var.ctx.actor), 201),
);

automaticMailApi.openapi(
  postingTo({ path: '/automatic-mails/{id}/dismissal', gate: 'case:write', tag, summary: 'Nothing has to be done' }, WithReason, AutomaticMailJson),
  async (c) => c.json(mailJson(await dismissMail(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c))), 201),
);

export const mailJson = ({
  files,
  refused_files,
  bounced,
  sent_at: _,
  received_at,
  settled_at,
  ...row
}: AutomaticMailRow): z.output<typeof AutomaticMailJson> => ({
  ...row,
  bounced: bounced === 1,
  files: JSON.parse(files).map(({ name }: { name: string }) => name),
  received_at: rfc3339(received_at),
  settled_at: rfc3339OrNull(settled_at),
});
