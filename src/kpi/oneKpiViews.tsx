// The page of one KPI: its filters, its targets and notes.

import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { Field, Filters, Form, Section, Select } from '../web/parts.tsx';
import { CaseFields, type CaseFieldsShown, PeriodFields } from './fields.tsx';
import type { listAnnotations } from './keep.ts';
import type { Days } from './queries.ts';
import type { KpiResult } from './rules.ts';
import { KpiValue } from './views.tsx';
import { words } from './words.ts';

interface FiltersShown {
  readonly c: AppContext;
  readonly days: Days;
  readonly people: CaseFieldsShown['people'];
  readonly query: CaseFieldsShown['query'] & { readonly by: string; readonly part: string };
}

export function OneFilters({ c, days, people, query }: FiltersShown) {
  const w = words(c.var.locale);
  return (
    <Filters c={c}>
      <PeriodFields c={c} days={days} />
      <Select
        label={w.by}
        name="by"
        value={query.by}
        options={[
          { value: 'day', label: w.day },
          { value: 'week', label: w.week },
          { value: 'month', label: w.month },
        ]}
      />
      <Select
        label={w.which}
        name="part"
        value={query.part}
        options={[
          { value: 'counted', label: w.part_counted },
          { value: 'numerator', label: w.part_numerator },
          { value: 'pending', label: w.part_pending },
        ]}
      />
      <CaseFields c={c} query={query} people={people} />
    </Filters>
  );
}

interface AnnotationsShown {
  readonly c: AppContext;
  readonly kpi: Pick<KpiResult, 'kind'>;
  readonly name: string;
  /** The day the forms begin with. */
  readonly on: string;
  readonly annotations: Awaited<ReturnType<typeof listAnnotations>>;
  readonly people: readonly { readonly id: string; readonly name: string }[];
}

export function Annotations({ c, kpi, name, on, annotations, people }: AnnotationsShown) {
  const { locale } = c.var;
  const w = words(locale);
  const { targets, notes } = annotations;
  return (
    <Section title={`${w.target} · ${w.notes}`}>
      <ul>
        {targets.map((target) => (
          <li>
            {target.from_on}: <KpiValue kpi={{ kind: kpi.kind, value: target.goal }} locale={locale} /> ({target.owner_name})
          </li>
        ))}
        {notes.map((note) => (
          <li>
            {note.noted_on}: {note.note} ({note.created_by})
          </li>
        ))}
      </ul>
      <Form action={`/kpis/${name}/notes`} label={w.add_note}>
        <Field label={w.worked_on} name="noted_on" type="date" value={on} required />
        <Field label={w.note} name="note" required />
        <button type="submit">{w.add_note}</button>
      </Form>
      {may(c.var.ctx.actor, 'case:lead') ? (
        <Form action={`/kpis/${name}/targets`} label={w.set_target}>
          <Field label={w.from} name="from_on" type="date" value={on} required />
          <Field label={w.goal} name="goal" type="number" step="any" min={0} required />
          <Select label={w.target_owner} name="owner_id" options={people.map(({ id, name }) => ({ value: id, label: name }))} />
          <button type="submit">{w.set_target}</button>
        </Form>
      ) : null}
    </Section>
  );
}
