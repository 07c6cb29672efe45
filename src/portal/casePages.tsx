// A partner’s inquiry: what happened, answering, and rating it.

import { CaseFiles, listCaseFiles } from '../case/filePages.tsx';
import { RateCase, WriteMessage } from '../case/inputs.ts';
import { StateBadge } from '../case/listPage.tsx';
import { writeMessage } from '../case/message.ts';
import { getCase, listCaseUnits, listEvents } from '../case/queries.ts';
import { rateAsPartner } from '../case/rate.ts';
import { Timeline } from '../case/timelineViews.tsx';
import { listVisits } from '../case/visit.ts';
import type { Ctx } from '../db/ctx.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Facts, Form, Moment, PageHead, Section, Select, TextArea } from '../web/parts.tsx';
import { partnerOf } from './partner.ts';
import { words } from './words.ts';

export const portalCasePages = newPages();

page(portalCasePages, '/portal/cases/:id', 'case:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const row = await getCase(ctx, c.req.param('id') ?? '');
  const units = await listCaseUnits(ctx, row.id);
  return show(
    c,
    { title: `${row.number} ${row.subject}` },
    <>
      <PageHead
        title={row.subject}
        sub={
          <>
            {row.number} <StateBadge c={c} row={row} />
          </>
        }
      />
      <Facts
        facts={[
          [w.opened, <Moment c={c} at={row.opened_at} />],
          [w.serial, units.map(({ model_code, serial }) => `${model_code} ${serial}`).join(', ') || '—'],
          ...(row.solution === null || row.solved_at === null ? [] : [[w.solution, row.solution] as const]),
        ]}
      />
      <Section title={w.what_happened}>
        <Timeline c={c} case_id={row.id} events={await listEvents(ctx, row.id)} names={await visitDays(ctx, row.id)} />
      </Section>
      <Section title={w.reply}>
        <Form action={`/portal/cases/${row.id}/messages`} label={w.reply}>
          <TextArea label={w.reply} name="text" required />
          <button type="submit">{w.send}</button>
        </Form>
      </Section>
      {row.solved_at === null ? null : (
        <Form action={`/portal/cases/${row.id}/rating`} label={w.rate}>
          <Select
            label={w.rate}
            name="rating"
            value={row.rating === null ? null : String(row.rating)}
            options={[
              ...[5, 4, 3, 2, 1].map((value) => ({ value: String(value), label: `${'★'.repeat(value)} ${value}` })),
              ...(row.rating === null ? [] : [{ value: 'none', label: w.rate_back }]),
            ]}
          />
          <TextArea label={w.comment} name="comment" rows={2} />
          <button type="submit">{w.send}</button>
        </Form>
      )}
      <CaseFiles c={c} case_id={row.id} files={await listCaseFiles(c, row.id)} />
    </>,
  );
});

/** When somebody comes; what a visit is covered by stays with staff. */
const visitDays = async (ctx: Ctx, case_id: string): Promise<Map<string, string>> =>
  new Map((await listVisits(ctx, case_id)).map(({ id, visit_on }) => [id, visit_on]));

action(portalCasePages, '/portal/cases/:id/messages', 'case:write', async (c) => {
  const { text } = await readForm(c, WriteMessage.pick({ text: true }));
  const row = await writeMessage(partnerOf(c), c.req.param('id') ?? '', { text, visibility: 'public', from: 'customer' });
  return seeOther(c, `/portal/cases/${row.id}`);
});

action(portalCasePages, '/portal/cases/:id/rating', 'case:write', async (c) => {
  const row = await rateAsPartner(partnerOf(c), c.req.param('id') ?? '', await readForm(c, RateCase));
  return seeOther(c, `/portal/cases/${row.id}`, words(c.var.locale).thanks);
});
