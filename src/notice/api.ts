// /notices and /news.
import { createRoute, z } from '@hono/zod-openapi';
import { CaseJson, caseJson } from '../case/json.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import type { AppContext } from '../web/env.ts';
import { getting, gettingOne, posting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { ApproveNotice, ChangeNotice, FollowNotice, noticeKinds, OpenProactive, TickItem, WithReason, WriteNews, WriteNotice } from './inputs.ts';
import { noticeStates } from './lifecycle.ts';
import { confirmNews, listNews, writeNews } from './news.ts';
import { openProactiveCases } from './proactive.ts';
import { findNotice, listNotices, listNoticeUnits, listRecipients } from './queries.ts';
import { noticeText } from './rules.ts';
import type { NewsRow, NoticeRow } from './table.ts';
import {
  approveNotice,
  cancelNotice,
  changeNotice,
  finishNotice,
  followNotice,
  getNotice,
  recipientsOf,
  sendBack,
  sendNotice,
  submitNotice,
  tickItem,
  writeNotice,
} from './write.ts';

export const noticeApi = newApi();
const tag = 'Notices';
const text = z.string().nullable();

const NoticeJson = z
  .object({
    id: z.string(),
    number: z.string(),
    kind: z.enum(noticeKinds),
    state: z.enum(noticeStates),
    stage: z.string(),
    follows_id: text,
    subject_en: z.string(),
    body_en: z.string(),
    subject_ja: z.string(),
    body_ja: z.string(),
    query: z.record(z.string(), z.unknown()).nullable(),
    checklist: z.array(z.object({ item: z.string(), done_by: text })),
    starts_at: Instant.nullable(),
    ends_at: Instant.nullable(),
    recipients_approved: z.int().nullable(),
    created_by_name: text,
    approved_by_name: text,
    approved_at: Instant.nullable(),
    sent_at: Instant.nullable(),
    created_at: Instant,
    version: z.int(),
  })
  .openapi('Notice');

noticeApi.openapi(
  getting(
    { path: '/notices', gate: 'notice:read', tag, summary: 'List notices; a partner gets those sent to its customers' },
    ListQuery.extend({ state: z.enum(noticeStates).optional(), kind: z.enum(noticeKinds).optional() }),
    pageOf(NoticeJson),
  ),
  async (c) => {
    const { state, kind, ...request } = c.req.valid('query');
    const page = await listNotices(c.var.ctx, { state, kind }, request);
    return c.json({ items: page.items.map((row) => noticeJson(c, row)), next_cursor: page.next_cursor }, 200);
  },
);

noticeApi.openapi(
  gettingOne(
    { path: '/notices/{id}', gate: 'notice:read', tag, summary: 'One notice' },
    NoticeJson.extend({ units: z.array(z.object({ id: z.string(), serial: z.string(), model_code: z.string() })) }),
  ),
  async (c) => {
    const row = await findNotice(c.var.ctx, c.req.valid('param').id);
    setETag(c, row.version);
    return c.json({ ...noticeJson(c, row), units: await listNoticeUnits(c.var.ctx, row.id) }, 200);
  },
);

const RecipientJson = z.object({
  contact_key: z.string(),
  email: text,
  name: z.string(),
  locale: z.string(),
  customer_id: text,
  units: z.int(),
  state: z.string(),
  sent_at: Instant.nullable(),
  attempts: z.int().nullable(),
  last_error: text,
  cases: z.int(),
});
noticeApi.openapi(
  gettingOne({ path: '/notices/{id}/recipients', gate: 'notice:write', tag, summary: 'The log: who was told, what came back' }, pageOf(RecipientJson)),
  async (c) => {
    const row = await findNotice(c.var.ctx, c.req.valid('param').id);
    const items = (await listRecipients(c.var.ctx, row.id)).map((recipient) =>
      RecipientJson.parse({ ...recipient, sent_at: rfc3339OrNull(recipient.sent_at) }),
    );
    return c.json({ items, next_cursor: null }, 200);
  },
);

const Preview = z.object({
  recipients: z.int(),
  units: z.int(),
  without_address: z.int(),
  messages: z.array(z.object({ contact_key: z.string(), locale: z.string(), units: z.int(), subject: z.string(), body: z.string() })),
});
/** Messages written out in a preview. */
const SHOWN = 20;
noticeApi.openapi(
  gettingOne(
    { path: '/notices/{id}/preview', gate: 'notice:write', tag, summary: 'Whom it would reach now, and the first messages as they would read' },
    Preview,
  ),
  async (c) => {
    const row = await getNotice(c.var.ctx, c.req.valid('param').id);
    const contacts = await recipientsOf(c.var.ctx, row);
    const messages = contacts.slice(0, SHOWN).map((contact) => ({
      contact_key: contact.contact_key,
      locale: contact.locale,
      units: contact.units.length,
      ...noticeText(
        row,
        contact.locale,
        contact.name,
        contact.units.map(({ serial, model_code }) => `${model_code} ${serial}`),
      ),
    }));
    return c.json(
      {
        recipients: contacts.length,
        units: contacts.reduce((sum, { units }) => sum + units.length, 0),
        without_address: contacts.filter(({ email }) => email === null).length,
        messages,
      },
      200,
    );
  },
);

noticeApi.openapi(posting({ path: '/notices', gate: 'notice:write', tag, summary: 'Write a notice' }, WriteNotice, NoticeJson), async (c) =>
  answer(c, await writeNotice(c.var.ctx, c.req.valid('json'))),
);
noticeApi.openapi(
  createRoute({
    method: 'patch',
    path: '/notices/{id}',
    tags: [tag],
    summary: 'Change a draft',
    ...gated('notice:write'),
    request: { params: IdParam, body: body(ChangeNotice) },
    responses: { 200: answers(NoticeJson), ...problems },
  }),
  async (c) => {
    const row = await changeNotice(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(noticeJson(c, row), 200);
  },
);
noticeApi.openapi(
  postingTo({ path: '/notices/{id}/checks', gate: 'notice:write', tag, summary: 'An item of the checklist is done' }, TickItem, NoticeJson),
  async (c) => answer(c, await tickItem(c.var.ctx, c.req.valid('param').id, c.req.valid('json').item, expectedVersion(c))),
);
noticeApi.openapi(postingBare({ path: '/notices/{id}/submission', gate: 'notice:write', tag, summary: 'Ask for approval' }, NoticeJson), async (c) =>
  answer(c, await submitNotice(c.var.ctx, c.req.valid('param').id, expectedVersion(c))),
);
noticeApi.openapi(
  postingTo({ path: '/notices/{id}/approval', gate: 'notice:approve', tag, summary: 'Approve, by another person than the writer' }, ApproveNotice, NoticeJson),
  async (c) => answer(c, await approveNotice(c.var.ctx, c.req.valid('param').id, c.req.valid('json').recipients, expectedVersion(c))),
);
noticeApi.openapi(
  postingTo({ path: '/notices/{id}/rejection', gate: 'notice:write', tag, summary: 'Give it back to the writer' }, WithReason, NoticeJson),
  async (c) => answer(c, await sendBack(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c))),
);
noticeApi.openapi(postingBare({ path: '/notices/{id}/dispatch', gate: 'notice:write', tag, summary: 'Send to the approved list' }, NoticeJson), async (c) =>
  answer(c, await sendNotice(c.var.ctx, c.req.valid('param').id, expectedVersion(c))),
);
noticeApi.openapi(postingBare({ path: '/notices/{id}/closure', gate: 'notice:write', tag, summary: 'The matter is over' }, NoticeJson), async (c) =>
  answer(c, await finishNotice(c.var.ctx, c.req.valid('param').id, expectedVersion(c))),
);
noticeApi.openapi(postingTo({ path: '/notices/{id}/cancellation', gate: 'notice:write', tag, summary: 'Do not send it' }, WithReason, NoticeJson), async (c) =>
  answer(c, await cancelNotice(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c))),
);
noticeApi.openapi(
  postingTo({ path: '/notices/{id}/follow-ups', gate: 'notice:write', tag, summary: 'The next word to the same contacts' }, FollowNotice, NoticeJson),
  async (c) => answer(c, await followNotice(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
);

noticeApi.openapi(
  posting(
    {
      path: '/proactive-cases',
      gate: 'case:write',
      tag,
      summary: 'Open cases for the units an alert names, those that show the sign and those at risk, one per customer',
    },
    OpenProactive,
    pageOf(CaseJson),
  ),
  async (c) => {
    const cases = await openProactiveCases(c.var.ctx, c.req.valid('json'));
    return c.json({ items: cases.map((row) => caseJson(row, c.var.ctx.actor)), next_cursor: null }, 201);
  },
);

const NewsJson = z
  .object({
    id: z.string(),
    kind: z.string(),
    title_en: z.string(),
    body_en: z.string(),
    title_ja: z.string(),
    body_ja: z.string(),
    confirm_by_at: Instant.nullable(),
    created_by_name: z.string(),
    created_at: Instant,
  })
  .openapi('News');
noticeApi.openapi(
  getting(
    { path: '/news', gate: 'notice:read', tag, summary: 'News for support, with who has not confirmed yet' },
    z.object({}),
    pageOf(NewsJson.extend({ read_at: Instant.nullable(), unread_by: z.array(z.string()) })),
  ),
  async (c) => {
    const rows = await listNews(c.var.ctx);
    return c.json(
      { items: rows.map((row) => ({ ...newsJson(row), read_at: rfc3339OrNull(row.read_at), unread_by: [...row.unread_by] })), next_cursor: null },
      200,
    );
  },
);
noticeApi.openapi(posting({ path: '/news', gate: 'notice:write', tag, summary: 'Write news' }, WriteNews, NewsJson), async (c) =>
  c.json(newsJson(await writeNews(c.var.ctx, c.req.valid('json'))), 201),
);
noticeApi.openapi(
  postingBare({ path: '/news/{id}/confirmation', gate: 'notice:read', tag, summary: 'I have read it' }, z.object({ id: z.string() })),
  async (c) => {
    const { id } = c.req.valid('param');
    await confirmNews(c.var.ctx, id);
    return c.json({ id }, 201);
  },
);

function answer(c: AppContext, row: NoticeRow) {
  setETag(c, row.version);
  return c.json(noticeJson(c, row), 201);
}

/** Others than staff learn what was sent, not how it was decided or whom else it reached. */
function noticeJson(c: AppContext, row: NoticeRow): z.output<typeof NoticeJson> {
  const staff = c.var.ctx.actor.partner_id === null;
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    state: row.state,
    stage: row.stage,
    follows_id: row.follows_id,
    subject_en: row.subject_en,
    body_en: row.body_en,
    subject_ja: row.subject_ja,
    body_ja: row.body_ja,
    query: staff ? JSON.parse(row.query) : null,
    checklist: staff ? JSON.parse(row.checklist) : [],
    starts_at: rfc3339OrNull(row.starts_at),
    ends_at: rfc3339OrNull(row.ends_at),
    recipients_approved: staff ? row.recipients_approved : null,
    created_by_name: staff ? row.created_by_name : null,
    approved_by_name: staff ? row.approved_by_name : null,
    approved_at: rfc3339OrNull(staff ? row.approved_at : null),
    sent_at: rfc3339OrNull(row.sent_at),
    created_at: rfc3339(row.created_at),
    version: row.version,
  };
}

const newsJson = (row: NewsRow): z.output<typeof NewsJson> => ({
  id: row.id,
  kind: row.kind,
  title_en: row.title_en,
  body_en: row.body_en,
  title_ja: row.title_ja,
  body_ja: row.body_ja,
  confirm_by_at: rfc3339OrNull(row.confirm_by_at),
  created_by_name: row.created_by_name,
  created_at: rfc3339(row.created_at),
});
