// One notice on one page: preview before it goes out, log after, and the form for each step.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { errorInWords } from '../outbox/errorWords.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Badge, Facts, Field, Form, Moment, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { ApproveNotice, FollowNotice, TickItem, WithReason } from './inputs.ts';
import { listRecipients } from './queries.ts';
import { noticeText } from './rules.ts';
import type { NoticeRow } from './table.ts';
import { subjectOf, Texts, toneOf } from './views.tsx';
import { kindWords, recipientWords, stageWords, stateWords, words } from './words.ts';
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
} from './write.ts';

export const noticePage = newPages();

page(noticePage, '/notices/:id', 'notice:read', async (c) => {
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
            {row.number} <Badge tone={toneOf(row)}>{speak(stateWords[row.state], locale)}</Badge> {speak(stageWords[row.stage], locale)}
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
              {done_by === null ? (
                <form class="row" method="post" action={`/notices/${row.id}/checks`}>
                  <input type="hidden" name="item" value={item} />
                  <span>
                    {item}: {w.open_item}
                  </span>
                  <button type="submit">{w.tick}</button>
                </form>
              ) : (
                `${item}: ${done_by}`
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
              {contact.email === null ? contact.name : `${contact.name} · ${contact.email}`} ({contact.units.length})
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
                <Badge
                  tone={
                    entry.state === 'sent' ? 'good' : entry.state === 'failed' || entry.state === 'bounced' || entry.state === 'no_address' ? 'bad' : 'neutral'
                  }
                >
                  {speak(recipientWords[entry.state], c.var.locale)}
                </Badge>
              ),
            },
            { head: w.error, cell: (entry) => (entry.last_error === null ? '' : errorInWords(entry.last_error, c.var.locale)) },
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

/** A form under a notice that goes back to it, or to the notice the verb gives. */
function onNotice<T extends z.ZodType>(
  path: string,
  gate: 'notice:write' | 'notice:approve',
  schema: T,
  verb: (ctx: Ctx, id: string, input: z.output<T>) => Promise<NoticeRow>,
): void {
  action(noticePage, `/notices/:id/${path}`, gate, async (c) => {
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
