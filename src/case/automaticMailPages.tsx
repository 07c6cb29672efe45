// Automatic mail that belongs to no case: read, then made a case or laid aside.
import { z } from 'zod';
import { staffOnly } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Filters, PageHead, Pager, Section, Select } from '../web/parts.tsx';
import { dismissMail, listAutomatic, openCaseOfMail } from './automaticMail.ts';
import { WithReason } from './inputs.ts';
import type { AutomaticMailRow } from './table.ts';
import { words } from './words.ts';

export const automaticMailPages = newPages();

const states = ['waiting', 'opened', 'dismissed'] as const;
const Query = z.object({ state: z.enum(states).default('waiting'), cursor: z.string().optional() });

page(automaticMailPages, '/automatic-mails', 'case:write', async (c) => {
  staffOnly(c.var.ctx);
  const w = words(c.var.locale);
  const { state, cursor } = readQuery(c, Query);
  const found = await listAutomatic(c.var.ctx, { state }, { limit: 50, cursor });
  return show(
    c,
    { title: w.automatic_mails, nav: '/cases' },
    <>
      <PageHead title={w.automatic_mails} sub={w.automatic_hint} />
      <Filters c={c}>
        <Select label={w.state} name="state" value={state} options={states.map((value) => ({ value, label: w[`mail_${value}`] }))} />
      </Filters>
      {found.items.length === 0 ? <p class="empty">{w.automatic_none}</p> : found.items.map((mail) => <Mail c={c} mail={mail} />)}
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

function Mail({ c, mail }: { c: AppContext; mail: AutomaticMailRow }) {
  const w = words(c.var.locale);
  const files: { name: string }[] = JSON.parse(mail.files);
  return (
    <Section title={mail.subject} id={mail.id}>
      <p class="meta">
        {mail.from_name === null ? '' : `${mail.from_name} · `}
        {mail.from_email} · <Age c={c} at={mail.received_at} /> {mail.bounced === 1 ? <Badge tone="bad">{w.came_back}</Badge> : null}
      </p>
      <details>
        <summary>{mail.body.split('\n')[0]?.slice(0, 120)}</summary>
        <p class="prose">{mail.body}</p>
      </details>
      {files.length === 0 ? null : (
        <p>
          {w.files}: {files.map(({ name }) => name).join(', ')}
        </p>
      )}
      {mail.state === 'waiting' ? <Settle c={c} mail={mail} /> : <Settled c={c} mail={mail} />}
    </Section>
  );
}

const Settled = ({ c, mail }: { c: AppContext; mail: AutomaticMailRow }) => {
  const w = words(c.var.locale);
  return (
    <p>
      {w[`mail_${mail.state}`]} · {mail.settled_by} {mail.reason === null ? '' : `· ${mail.reason}`}{' '}
      {mail.case_id === null ? null : <a href={`/cases/${mail.case_id}`}>{w.case}</a>}
    </p>
  );
};

const Settle = ({ c, mail }: { c: AppContext; mail: AutomaticMailRow }) => {
  const w = words(c.var.locale);
  return (
    <div class="inline-forms">
      <form method="post" action={`/automatic-mails/${mail.id}/case`}>
        <button type="submit">{w.mail_open}</button>
      </form>
      <form class="row" method="post" action={`/automatic-mails/${mail.id}/dismissal`}>
        <Field label={w.reason} name="reason" value={mail.bounced === 1 ? w.came_back : w.mail_no_action} required />
        <button type="submit">{w.mail_dismiss}</button>
      </form>
    </div>
  );
};

action(automaticMailPages, '/automatic-mails/:id/case', 'case:write', async (c) =>
  seeOther(c, `/cases/${(await openCaseOfMail(c.var.ctx, c.req.param('id') ?? '')).id}`, words(c.var.locale).saved),
);

action(automaticMailPages, '/automatic-mails/:id/dismissal', 'case:write', async (c) => {
  await dismissMail(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, WithReason)).reason);
  return seeOther(c, '/automatic-mails', words(c.var.locale).saved);
});
