// The form that opens a case for each customer an alert puts at risk, before they call. Filled in from the alert.
import { cohortName, signalName } from '../alert/names.tsx';
import { evidenceOf, getAlert } from '../alert/queries.ts';
import { staffOnly } from '../core/actor.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Table, TextArea } from '../web/parts.tsx';
import { OpenProactive } from './inputs.ts';
import { listCustomersToTell, openProactiveCases } from './proactive.ts';
import { words } from './words.ts';

export const proactivePage = newPages();

page(proactivePage, '/proactive-cases/new', 'case:write', async (c) => {
  const { ctx, locale } = c.var;
  staffOnly(ctx);
  const w = words(locale);
  const alert = await getAlert(ctx, c.req.query('alert_id') ?? '');
  const customers = await listCustomersToTell(ctx, alert.id);
  const [cohort, signal] = [cohortName(c, alert), signalName(c, alert)];
  return show(
    c,
    { title: w.proactive, nav: '/cases' },
    <>
      <PageHead title={w.proactive} sub={<a href={`/alerts/${alert.id}`}>{`${cohort} · ${signal}`}</a>} />
      <Form action="/proactive-cases/new">
        <input type="hidden" name="alert_id" value={alert.id} />
        <Field label={w.subject} name="subject" required value={w.proactive_subject(cohort, signal)} />
        <TextArea
          label={w.proactive_note}
          name="note"
          rows={5}
          required
          value={w.proactive_text(cohort, signal, alert.started_on, evidenceOf(alert).observed ?? 0)}
        />
        <button type="submit" class="primary">
          {w.proactive}
        </button>
      </Form>
      <Section title={w.proactive_for}>
        <Table
          c={c}
          caption={w.proactive_for}
          rows={customers}
          columns={[
            { head: w.customer, cell: (row) => <a href={`/catalog/customers/${row.id}`}>{row.name}</a> },
            { head: w.units, numeric: true, cell: (row) => Number(row.units) },
          ]}
        />
      </Section>
    </>,
  );
});

action(proactivePage, '/proactive-cases/new', 'case:write', async (c) => {
  const input = await readForm(c, OpenProactive.omit({ unit_ids: true }));
  const cases = await openProactiveCases(c.var.ctx, { ...input, unit_ids: [] });
  return seeOther(c, `/cases?alert_id=${encodeURIComponent(input.alert_id)}`, words(c.var.locale).proactive_done(cases.length));
});
