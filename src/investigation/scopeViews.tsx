// What an investigation suspects and links to, with the forms that add to it.
import type { AppContext } from '../web/env.ts';
import { Field, Form, Section, Select, Table } from '../web/parts.tsx';
import { cohortQuery } from './cohort.ts';
import { linkKinds } from './inputs.ts';
import type { InvestigationView } from './queries.ts';
import { CohortFields } from './views.tsx';
import { words } from './words.ts';

export function ScopeSection({ c, view, writable }: { c: AppContext; view: InvestigationView; writable: boolean }) {
  const w = words(c.var.locale);
  const base = `/investigations/${view.investigation.id}`;
  const remove = (path: string, fields: Readonly<Record<string, string>>) =>
    writable ? (
      <form method="post" action={`${base}/${path}`}>
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit">{w.remove}</button>
      </form>
    ) : (
      ''
    );
  return (
    <Section title={w.links} id="scope">
      <Table
        c={c}
        caption={w.cohorts}
        rows={view.cohorts}
        columns={[
          {
            head: w.cohort,
            cell: (row) => (
              <a href={`/cohorts?${cohortQuery(row)}`}>
                {row.maker_code} {row.model_code}
              </a>
            ),
          },
          { head: w.hw_rev, cell: (row) => row.hw_rev ?? '*' },
          { head: w.batch, cell: (row) => row.batch_code ?? '*' },
          { head: w.firmware, cell: (row) => row.firmware_code ?? '*' },
          { head: '', cell: (row) => remove('cohorts/removal', { cohort_id: row.id }) },
        ]}
      />
      <Table
        c={c}
        caption={w.links}
        rows={view.links}
        columns={[
          { head: w.kind, cell: (row) => w[`link_${row.kind}`] },
          { head: w.record, cell: (row) => (row.path === null ? row.label : <a href={row.path}>{row.label}</a>) },
          { head: '', cell: (row) => remove('links/removal', { kind: row.kind, record_id: row.record_id }) },
        ]}
      />
      {writable ? <ScopeForms c={c} base={base} /> : null}
    </Section>
  );
}

function ScopeForms({ c, base }: { c: AppContext; base: string }) {
  const w = words(c.var.locale);
  return (
    <>
      <details>
        <summary>
          {w.add}: {w.cohort}
        </summary>
        <Form action={`${base}/cohorts`}>
          <CohortFields locale={c.var.locale} />
          <button type="submit">{w.add}</button>
        </Form>
      </details>
      <details>
        <summary>
          {w.add}: {w.record}
        </summary>
        <Form action={`${base}/links`}>
          <Select label={w.kind} name="kind" options={linkKinds.map((kind) => ({ value: kind, label: w[`link_${kind}`] }))} />
          <Field label={w.record} name="record" required />
          <button type="submit">{w.add}</button>
        </Form>
      </details>
    </>
  );
}
