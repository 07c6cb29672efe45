// Notices from draft to log, and news for support.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Facts, Field, Form, Moment, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { ApproveNotice, FollowNotice, noticeKinds, TickItem, WithReason, WriteNews, WriteNotice } from './inputs.ts';
import { confirmNews, listNews, writeNews } from './news.ts';
import { listNotices, listRecipients } from './queries.ts';
import { noticeText } from './rules.ts';
import type { NoticeRow } from './table.ts';
import { kindWords, newsWords, stageWords, stateWords, words } from './words.ts';
import {
  approveNotice,
  cancelNotice,
  finishNotice,
  followNotice,
  getNotice,
  readChecklist,
  recipientsOf,
  sendBack,
  sendNotice,
  submitNotice,
  tickItem,
  writeNotice,
} from './write.ts';

export const noticePages = newPages();

const subjectOf = (row: NoticeRow, c: AppContext): string => (c.var.locale === 'ja' ? row.subject_ja : row.subject_en);
const tone = (row: NoticeRow) => (row.state === 'sent' || row.state === 'finished' ? 'good' : row.state === 'cancelled' ? 'neutral' : 'warn');

page(noticePages, '/notices', 'notice:read', async (c) => {
  if (c.var.ctx.actor.partner_id !== null) return seeOther(c, '/portal/notices');
  const { locale } = c.var;
  const w = words(locale);
  const found = await listNotices(c.var.ctx, {}, { limit: 50, ...readQuery(c, z.object({ cursor: z.string().optional(), sort: z.string().optional() })) });
  return show(
    c,
    { title: w.notices, nav: '/notices' },
    <>
      <PageHead title={w.notices}>
        <a class="button" href="/notices/new">
          {w.write}
        </a>
        <a href="/news">{w.news}</a>
      </PageHead>
      <Table
        c={c}
        caption={w.notices}
        rows={found.items}
        columns={[
          { head: w.number, cell: (row) => <a href={`/notices/${row.id}`}>{row.number}</a> },
          { head: w.subject, cell: (row) => subjectOf(row, c) },
          { head: w.kind, cell: (row) => `${speak(kindWords[row.kind], locale)} · ${speak(stageWords[row.stage], locale)}` },
          { head: w.state, cell: (row) => <Badge tone={tone(row)}>{speak(stateWords[row.state], locale)}</Badge> },
          { head: w.sent, cell: (row) => (row.sent_at === null ? '—' : <Age c={c} at={row.sent_at} />) },
        ]}
      />
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

page(noticePages, '/notices/new', 'notice:write', async (c) => {
  const { locale, ctx } = c.var;
  const w = words(locale);
  const models = await ctx.db.selectFrom('models').select(['id', 'code']).orderBy('code').limit(3000).execute();
  const firmwares = await ctx.db
    .selectFrom('firmwares')
    .innerJoin('models', 'models.id', 'firmwares.model_id')
    .select(['firmwares.id', 'firmwares.code', 'models.code as model_code'])
    .orderBy('models.code')
    .orderBy('firmwares.code')
    .limit(5000)
    .execute();
  return show(
    c,
    { title: w.write, nav: '/notices' },
    <>
      <PageHead title={w.write} />
      <Form action="/notices/new">
        <Select label={w.kind} name="kind" options={noticeKinds.map((value) => ({ value, label: speak(kindWords[value], locale) }))} />
        <fieldset>
          <legend>{w.affected}</legend>
          <Select
            label={w.models}
            name="model_id"
            blank="—"
            value={c.req.query('model_id')}
            options={models.map(({ id, code }) => ({ value: id, label: code }))}
          />
          <Field label={w.batch} name="batch_codes" />
          <Select
            label={w.firmware}
            name="firmware_id"
            blank="—"
            options={firmwares.map(({ id, code, model_code }) => ({ value: id, label: `${model_code} ${code}` }))}
          />
        </fieldset>
        <Texts c={c} />
        <TextArea label={`${w.checklist} (${w.checklist_hint})`} name="checklist" rows={3} value={WriteNotice.shape.checklist.parse(undefined).join('\n')} />
        <button type="submit">{w.write}</button>
      </Form>
    </>,
  );
});

const NoticeForm = WriteNotice.omit({ query: true, checklist: true }).extend({
  model_id: z.string().optional(),
  firmware_id: z.string().optional(),
  batch_codes: z.string().max(2000).default(''),
  checklist: z.string().default(''),
});

action(noticePages, '/notices/new', 'notice:write', async (c) => {
  const { model_id, firmware_id, batch_codes, checklist, ...input } = await readForm(c, NoticeForm);
  const codes = batch_codes.split(/[\s,、]+/u).filter((code) => code !== '');
  const batches = codes.length === 0 ? [] : await c.var.ctx.db.selectFrom('batches').select('id').where('code', 'in', codes).execute();
  const query = {
    model_ids: model_id === undefined ? [] : [model_id],
    firmware_ids: firmware_id === undefined ? [] : [firmware_id],
    batch_ids: codes.length > 0 && batches.length === 0 ? ['none'] : batches.map(({ id }) => id),
  };
  const items = checklist
    .split('\n')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const row = await writeNotice(
    c.var.ctx,
    WriteNotice.shape.query.safeParse(query).success
      ? { ...input, query: WriteNotice.shape.query.parse(query), checklist: items }
      : WriteNotice.parse({ ...input, query, checklist: items }),
  );
  return seeOther(c, `/notices/${row.id}`, words(c.var.locale).saved);
});

page(noticePages, '/notices/:id', 'notice:read', async (c) => {
  if (c.var.ctx.actor.partner_id !== null) return seeOther(c, `/portal/notices/${c.req.param('id')}`);
  const { ctx, locale } = c.var;
  const w = words(locale);
  const row = await getNotice(ctx, c.req.param('id') ?? '');
  return show(
    c,
    { title: `${row.number} ${subjectOf(row, c)}`, nav: '/notices' },
    <>
      <PageHead
        title={subjectOf(row, c)}
        sub={
          <>
            {row.number} <Badge tone={tone(row)}>{speak(stateWords[row.state], locale)}</Badge> {speak(stageWords[row.stage], locale)}
          </>
        }
      />
      <Facts
        facts={[
          [w.kind, speak(kindWords[row.kind], locale)],
          [w.by, row.created_by_name],
          [w.approved_by, row.approved_by_name ?? '—'],
          [w.sent, row.sent_at === null ? '—' : <Moment c={c} at={row.sent_at} />],
        ]}
      />
      <Section title={w.checklist}>
        <ul>
          {readChecklist(row).map(({ item, done_by }) => (
            <li>
              {item}:{' '}
              {done_by ?? (
                <form class="row" method="post" action={`/notices/${row.id}/checks`}>
                  <input type="hidden" name="item" value={item} />
                  <span>{w.open_item}</span>
                  <button type="submit">{w.tick}</button>
                </form>
              )}
            </li>
          ))}
        </ul>
      </Section>
      {row.state === 'sent' || row.state === 'finished' ? (
        <Log c={c} row={row} rows={await listRecipients(ctx, row.id)} />
      ) : (
        <Preview c={c} row={row} contacts={await recipientsOf(ctx, row)} />
      )}
    </>,
  );
});

function Preview({ c, row, contacts }: { c: AppContext; row: NoticeRow; contacts: Awaited<ReturnType<typeof recipientsOf>> }) {
  const w = words(c.var.locale);
  const units = contacts.reduce((sum, contact) => sum + contact.units.length, 0);
  const bare = (path: string, label: string) => (
    <Form action={`/notices/${row.id}/${path}`} label={label}>
      <button type="submit">{label}</button>
    </Form>
  );
  const reasoned = (path: string, label: string) => (
    <Form action={`/notices/${row.id}/${path}`} label={label}>
      <Field label={w.reason} name="reason" required />
      <button type="submit">{label}</button>
    </Form>
  );
  const approves = may(c.var.ctx.actor, 'notice:approve') && row.created_by !== c.var.ctx.actor.id;
  return (
    <Section title={w.preview}>
      <p>
        <strong>{w.reaches(contacts.length, units, contacts.filter(({ email }) => email === null).length)}</strong>
      </p>
      {contacts.slice(0, 5).map((contact) => {
        const text = noticeText(
          row,
          contact.locale,
          contact.name,
          contact.units.map(({ model_code, serial }) => `${model_code} ${serial}`),
        );
        return (
          <details>
            <summary>
              {contact.contact_key} ({contact.units.length})
            </summary>
            <p>
              <strong>{text.subject}</strong>
            </p>
            <p class="prose" lang={contact.locale}>
              {text.body}
            </p>
          </details>
        );
      })}
      {row.state === 'draft' ? bare('submission', w.submit) : null}
      {row.state === 'in_review' && approves ? (
        <Form action={`/notices/${row.id}/approval`} label={w.approve}>
          <input type="hidden" name="recipients" value={contacts.length} />
          <button type="submit">{w.approve}</button>
        </Form>
      ) : null}
      {row.state === 'approved' ? bare('dispatch', w.send) : null}
      {row.state === 'in_review' || row.state === 'approved' ? reasoned('rejection', w.send_back) : null}
      {row.state === 'cancelled' ? null : reasoned('cancellation', w.cancel)}
    </Section>
  );
}

function Log({ c, row, rows }: { c: AppContext; row: NoticeRow; rows: Awaited<ReturnType<typeof listRecipients>> }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <>
      <Section title={w.log}>
        <Table
          c={c}
          caption={w.log}
          rows={rows}
          columns={[
            { head: w.contact, cell: (entry) => entry.email ?? entry.contact_key },
            { head: w.language, cell: (entry) => entry.locale },
            { head: w.units, numeric: true, cell: (entry) => entry.units },
            {
              head: w.state,
              cell: (entry) => (
                <Badge tone={entry.state === 'sent' ? 'good' : entry.state === 'failed' || entry.state === 'no_address' ? 'bad' : 'neutral'}>
                  {entry.state}
                </Badge>
              ),
            },
            { head: w.error, cell: (entry) => entry.last_error ?? '' },
            { head: w.cases_after, numeric: true, cell: (entry) => entry.cases },
          ]}
        />
      </Section>
      <Section title={w.follow}>
        {row.state === 'sent' ? (
          <Form action={`/notices/${row.id}/closure`} label={w.finish}>
            <button type="submit">{w.finish}</button>
          </Form>
        ) : null}
        <Form action={`/notices/${row.id}/follow-ups`} label={w.follow}>
          <Select
            label={w.stage}
            name="stage"
            options={(['update', 'resolved'] as const).map((value) => ({ value, label: speak(stageWords[value], locale) }))}
          />
          <Texts c={c} />
          <button type="submit">{w.follow}</button>
        </Form>
      </Section>
    </>
  );
}

const Texts = ({ c }: { c: AppContext }) => {
  const w = words(c.var.locale);
  return (
    <>
      <p class="hint">{w.places}</p>
      <Field label={w.subject_ja} name="subject_ja" required />
      <TextArea label={w.body_ja} name="body_ja" required rows={6} />
      <Field label={w.subject_en} name="subject_en" required />
      <TextArea label={w.body_en} name="body_en" required rows={6} />
    </>
  );
};

/** A form under a notice that goes back to it, or to the notice the verb gives. */
function onNotice<T extends z.ZodType>(
  path: string,
  gate: 'notice:write' | 'notice:approve',
  schema: T,
  verb: (ctx: Ctx, id: string, input: z.output<T>) => Promise<NoticeRow>,
): void {
  action(noticePages, `/notices/:id/${path}`, gate, async (c) => {
    const row = await verb(c.var.ctx, c.req.param('id') ?? '', await readForm(c, schema));
    return seeOther(c, `/notices/${row.id}`, words(c.var.locale).saved);
  });
}
const None = z.object({});
onNotice('checks', 'notice:write', TickItem, (ctx, id, { item }) => tickItem(ctx, id, item));
onNotice('submission', 'notice:write', None, (ctx, id) => submitNotice(ctx, id));
onNotice('approval', 'notice:approve', ApproveNotice, (ctx, id, { recipients }) => approveNotice(ctx, id, recipients));
onNotice('rejection', 'notice:write', WithReason, (ctx, id, { reason }) => sendBack(ctx, id, reason));
onNotice('dispatch', 'notice:write', None, (ctx, id) => sendNotice(ctx, id));
onNotice('closure', 'notice:write', None, (ctx, id) => finishNotice(ctx, id));
onNotice('cancellation', 'notice:write', WithReason, (ctx, id, { reason }) => cancelNotice(ctx, id, reason));
onNotice('follow-ups', 'notice:write', FollowNotice, followNotice);

page(noticePages, '/news', 'notice:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const rows = await listNews(ctx);
  return show(
    c,
    { title: w.news, nav: '/notices' },
    <>
      <PageHead title={w.news} />
      {rows.map((row) => (
        <article class="news">
          <h2>
            {locale === 'ja' ? row.title_ja : row.title_en} <Badge>{speak(newsWords[row.kind], locale)}</Badge>
          </h2>
          <p class="meta">
            {row.created_by_name} · <Age c={c} at={row.created_at} />
          </p>
          <p class="prose">{locale === 'ja' ? row.body_ja : row.body_en}</p>
          {row.read_at === null ? (
            <Form action={`/news/${row.id}/confirmation`} label={w.confirm_read}>
              <button type="submit">{w.confirm_read}</button>
            </Form>
          ) : null}
          {row.unread_by.length === 0 ? null : (
            <p class="hint">
              {w.not_read_by}: {row.unread_by.join(', ')}
            </p>
          )}
        </article>
      ))}
      {may(ctx.actor, 'notice:write') ? (
        <Section title={w.write_news}>
          <Form action="/news">
            <Select
              label={w.kind}
              name="kind"
              options={(['release', 'firmware', 'maintenance', 'rule', 'other'] as const).map((value) => ({ value, label: speak(newsWords[value], locale) }))}
            />
            <Field label={w.title_ja} name="title_ja" required />
            <TextArea label={w.body_ja} name="body_ja" required />
            <Field label={w.title_en} name="title_en" required />
            <TextArea label={w.body_en} name="body_en" required />
            <button type="submit">{w.write_news}</button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(noticePages, '/news', 'notice:write', async (c) => {
  await writeNews(c.var.ctx, await readForm(c, WriteNews));
  return seeOther(c, '/news', words(c.var.locale).saved);
});

action(noticePages, '/news/:id/confirmation', 'notice:read', async (c) => {
  await confirmNews(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/news', words(c.var.locale).saved);
});
