// The sections of the learning page: the causes that matter most, the simple ones, the weekly list, the improvement items.
import type { listCodes } from '../case/queries.ts';
import { named } from '../case/rules.ts';
import { may } from '../core/actor.ts';
import type { Day } from '../core/time.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Percent, PercentRange, Section, Select, Table, TextArea } from '../web/parts.tsx';
import type { listCauses, listForMeeting, listSimpleCauses, ParetoRow } from './pareto.ts';
import type { ImprovementRow } from './table.ts';
import { words } from './words.ts';

interface ParetoShown {
  readonly c: AppContext;
  readonly causes: Awaited<ReturnType<typeof listCauses>>;
  readonly by: 'cause' | 'model' | 'firmware';
  readonly days: { readonly from_on: Day; readonly to_on: Day };
}

export function Pareto({ c, causes, by, days }: ParetoShown) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.pareto}>
      <Table
        c={c}
        caption={w.pareto}
        rows={causes}
        columns={[
          { head: w.cause, cell: (row) => (locale === 'ja' ? row.name_ja : row.name_en) ?? w.no_cause },
          ...(by === 'cause' ? [] : [{ head: w.model, cell: (row: ParetoRow) => row.model ?? '—' }]),
          ...(by === 'firmware' ? [{ head: w.firmware, cell: (row: ParetoRow) => row.firmware ?? '—' }] : []),
          {
            head: w.cases,
            numeric: true,
            cell: (row) => <a href={`/learning/cases?${new URLSearchParams({ ...days, by, ...idsOf(row) })}`}>{`${row.cases} / ${row.total}`}</a>,
          },
          {
            head: w.share,
            numeric: true,
            cell: (row) => (
              <>
                <Percent value={row.share} locale={locale} /> (<PercentRange low={row.ci_low} high={row.ci_high} locale={locale} />)
              </>
            ),
          },
          { head: w.cumulative, numeric: true, cell: (row) => <Percent value={row.cumulative} locale={locale} /> },
        ]}
      />
    </Section>
  );
}

/** What names a row in an address; what it has not got is left out. */
const idsOf = ({ cause_id, model_id, firmware_id }: ParetoRow): Record<string, string> =>
  Object.fromEntries(Object.entries({ cause_id, model_id, firmware_id }).flatMap(([name, id]) => (id === null ? [] : [[name, id]])));

type SimpleCause = Awaited<ReturnType<typeof listSimpleCauses>>[number];

export function SimpleCauses({ c, causes }: { c: AppContext; causes: readonly SimpleCause[] }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.simple}>
      <Table
        c={c}
        caption={w.simple}
        rows={causes}
        columns={[
          { head: w.cause, cell: (row) => (locale === 'ja' ? row.name_ja : row.name_en) },
          { head: w.cases, numeric: true, cell: (row) => <a href={`/learning/simple-cases?cause_id=${row.cause_id}`}>{row.cases}</a> },
          ...(may(c.var.ctx.actor, 'case:write')
            ? [{ head: '', cell: (row: SimpleCause) => <a href={`/articles/new?cause_id=${row.cause_id}`}>{w.write_article}</a> }]
            : []),
        ]}
      />
    </Section>
  );
}

export function Meeting({ c, meeting }: { c: AppContext; meeting: Awaited<ReturnType<typeof listForMeeting>> }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.meeting}>
      <Table
        c={c}
        caption={w.meeting}
        rows={meeting}
        columns={[
          { head: w.case, cell: (row) => <a href={`/cases/${row.case_id}`}>{row.number}</a> },
          { head: w.subject, cell: (row) => row.subject },
          { head: w.owner, cell: (row) => row.owner_name ?? '—' },
          { head: w.why, cell: (row) => row.why.map((reason) => <Badge tone="warn">{w[reason]}</Badge>) },
        ]}
      />
    </Section>
  );
}

export function Improvements({ c, improvements }: { c: AppContext; improvements: readonly ImprovementRow[] }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.improvements}
      rows={improvements}
      columns={[
        { head: w.title, cell: (row) => <a href={`/learning/improvements/${row.id}`}>{row.title}</a> },
        { head: w.state, cell: (row) => <Badge>{w[row.state]}</Badge> },
        { head: w.changed_on, cell: (row) => row.changed_on ?? '—' },
      ]}
    />
  );
}

export function ProposeForm({
  c,
  owners,
  causes,
}: {
  c: AppContext;
  owners: readonly { id: string; name: string }[];
  causes: Awaited<ReturnType<typeof listCodes>>;
}) {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.propose}</summary>
      <Form action="/learning/improvements">
        <Field label={w.title} name="title" required />
        <TextArea label={w.hypothesis} name="hypothesis" required />
        <Select
          label={w.cause}
          name="cause_id"
          required
          options={causes.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, c.var.locale) }))}
        />
        <Select label={w.owner} name="owner_id" options={owners.map(({ id, name }) => ({ value: id, label: name }))} />
        <button type="submit">{w.propose}</button>
      </Form>
    </details>
  );
}
