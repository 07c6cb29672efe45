// KPIs with their definitions, each one's course and exactly its cases; the inquiry rate; the lead's view.
import { z } from 'zod';
import { caseTypes } from '../case/inputs.ts';
import { typeWords } from '../case/words.ts';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Filters, Form, Num, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { KpiChart } from './chart.tsx';
import { InquiryRates, LeadView } from './deskViews.tsx';
import { listInquiryRates } from './inquiryRate.ts';
import { AddNote, addNote, EnterHours, enterHours, kpiNames, listAnnotations, SetTarget, setTarget } from './keep.ts';
import { listLead } from './lead.ts';
import { getKpi, listCounted, listKpis, listSeries, usualDays } from './queries.ts';
import { Duration, Interval, KpiValue } from './views.tsx';
import { words } from './words.ts';

export const kpiPages = newPages();

const Days = { from_on: z.iso.date().optional(), to_on: z.iso.date().optional() };
const Query = z.object({ ...Days, owner_id: z.string().optional(), model_id: z.string().optional(), type: z.enum(caseTypes).optional() });

/** The query of a link to a KPI: the same period and filters. */
const carried = (c: AppContext): string => new URL(c.req.url).search;

page(kpiPages, '/kpis', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { from_on, to_on, ...filter } = readQuery(c, Query);
  const days = usualDays(ctx, { from_on, to_on });
  const rows = await listKpis(ctx, days, filter);
  return show(
    c,
    { title: w.kpis, nav: '/kpis', kind: 'wide' },
    <>
      <PageHead title={w.kpis} sub={`${days.from_on} – ${days.to_on} (${ctx.zone})`}>
        <a href="/kpis/inquiry-rates">{w.inquiry_rate}</a>
        {may(ctx.actor, 'case:lead') ? <a href="/kpis/desk">{w.lead_view}</a> : null}
      </PageHead>
      <Filters c={c}>
        <PeriodFields c={c} days={days} />
        <TypeField c={c} value={filter.type} />
        <WhoseField c={c} value={filter.owner_id} />
      </Filters>
      <Table
        c={c}
        caption={w.kpis}
        rows={rows}
        columns={[
          {
            head: 'KPI',
            cell: (kpi) => (
              <>
                <a href={`/kpis/${kpi.name}${carried(c)}`}>{speak(kpi.label, locale)}</a>
                <details class="note">
                  <summary>{w.definition}</summary>
                  <p>{speak(kpi.definition, locale)}</p>
                </details>
              </>
            ),
          },
          {
            head: w.value,
            numeric: true,
            cell: (kpi) => (
              <strong>
                <KpiValue kpi={kpi} locale={locale} />
              </strong>
            ),
          },
          {
            head: w.counted,
            numeric: true,
            cell: (kpi) =>
              kpi.numerator === null ? (
                <>
                  n = <Num value={kpi.denominator} locale={locale} />
                </>
              ) : (
                <>
                  <Num value={kpi.numerator} locale={locale} /> / <Num value={kpi.denominator} locale={locale} />
                </>
              ),
          },
          { head: w.interval, numeric: true, cell: (kpi) => <Interval kpi={kpi} locale={locale} /> },
          {
            head: w.p90,
            numeric: true,
            cell: (kpi) =>
              kpi.kind === 'duration' ? <Duration ms={kpi.p90} locale={locale} /> : kpi.p90 === null ? '—' : <Num value={kpi.p90} locale={locale} />,
          },
          {
            head: w.pending,
            numeric: true,
            cell: (kpi) => (kpi.pending === 0 || kpi.pending_means === null ? '—' : `${kpi.pending} ${speak(kpi.pending_means, locale)}`),
          },
        ]}
      />
      <Section title={w.enter_hours}>
        <Form action="/kpis/hours">
          <Field label={w.worked_on} name="worked_on" type="date" value={days.to_on} required />
          <Field label={w.minutes} name="minutes" type="number" min={0} max={1440} required />
          <button type="submit">{w.enter_hours}</button>
        </Form>
      </Section>
    </>,
  );
});

action(kpiPages, '/kpis/hours', 'case:write', async (c) => {
  await enterHours(c.var.ctx, await readForm(c, EnterHours));
  return seeOther(c, '/kpis', words(c.var.locale).saved);
});

page(kpiPages, '/kpis/inquiry-rates', 'case:read', async (c) => {
  const { by, ...days } = readQuery(c, z.object({ ...Days, by: z.enum(['plan', 'model']).default('plan') }));
  const w = words(c.var.locale);
  const period = usualDays(c.var.ctx, { from_on: days.from_on ?? `${usualDays(c.var.ctx, {}).to_on.slice(0, 4)}-01-01`, to_on: days.to_on });
  return show(
    c,
    { title: w.inquiry_rate, nav: '/kpis' },
    <>
      <PageHead title={w.inquiry_rate} sub={w.inquiry_hint} />
      <Filters c={c}>
        <PeriodFields c={c} days={period} />
        <Select
          label={w.by}
          name="by"
          value={by}
          options={[
            { value: 'plan', label: w.plan },
            { value: 'model', label: w.model },
          ]}
        />
      </Filters>
      <InquiryRates c={c} rates={await listInquiryRates(c.var.ctx, period, by)} />
    </>,
  );
});

page(kpiPages, '/kpis/desk', 'case:lead', async (c) => {
  const w = words(c.var.locale);
  const days = usualDays(c.var.ctx, readQuery(c, z.object(Days)));
  return show(
    c,
    { title: w.lead_view, nav: '/kpis', kind: 'wide' },
    <>
      <PageHead title={w.lead_view} sub={`${days.from_on} – ${days.to_on}`} />
      <Filters c={c}>
        <PeriodFields c={c} days={days} />
      </Filters>
      <LeadView c={c} view={await listLead(c.var.ctx, days)} />
    </>,
  );
});

const OneQuery = Query.extend({ by: z.enum(['day', 'week', 'month']).default('week'), part: z.enum(['counted', 'numerator', 'pending']).default('counted') });
/** Drilled-down cases shown at once; the API pages through all. */
const SHOWN = 200;

page(kpiPages, '/kpis/:name', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { from_on, to_on, by, part, ...filter } = readQuery(c, OneQuery);
  const name = c.req.param('name') ?? '';
  const days = usualDays(ctx, { from_on, to_on });
  const kpi = (await listKpis(ctx, days, filter)).find((found) => found.name === name) ?? getKpi(name);
  const ofCases = !['cases_per_hour', 'self_resolution', 'zero_hit'].includes(name);
  const points = ofCases ? await listSeries(ctx, name, days, by, filter) : [];
  const { targets, notes } = await listAnnotations(ctx, name, days.to_on);
  const ids = ofCases ? await listCounted(ctx, name, days, filter, part) : [];
  const cases =
    ids.length === 0
      ? []
      : await ctx.db.selectFrom('cases').select(['id', 'number', 'subject', 'state']).where('id', 'in', ids.slice(0, SHOWN)).orderBy('id', 'desc').execute();
  const people = await ctx.db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('partner_id', 'is', null)
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .execute();
  return show(
    c,
    { title: speak(kpi.label, locale), nav: '/kpis' },
    <>
      <PageHead title={speak(kpi.label, locale)} sub={speak(kpi.definition, locale)} />
      <Filters c={c}>
        <PeriodFields c={c} days={days} />
        <Select
          label={w.by}
          name="by"
          value={by}
          options={[
            { value: 'day', label: w.day },
            { value: 'week', label: w.week },
            { value: 'month', label: w.month },
          ]}
        />
        <Select
          label={w.which}
          name="part"
          value={part}
          options={[
            { value: 'counted', label: w.part_counted },
            { value: 'numerator', label: w.part_numerator },
            { value: 'pending', label: w.part_pending },
          ]}
        />
        <WhoseField c={c} value={filter.owner_id} />
      </Filters>
      <KpiChart title={speak(kpi.label, locale)} points={points} targets={targets} notes={notes} locale={locale} />
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
          <Field label={w.worked_on} name="noted_on" type="date" value={days.to_on} required />
          <Field label={w.note} name="note" required />
          <button type="submit">{w.add_note}</button>
        </Form>
        {may(ctx.actor, 'case:lead') ? (
          <Form action={`/kpis/${name}/targets`} label={w.set_target}>
            <Field label={w.from} name="from_on" type="date" value={days.to_on} required />
            <Field label={w.goal} name="goal" type="number" step="any" min={0} required />
            <Select label={w.target_owner} name="owner_id" options={people.map(({ id, name }) => ({ value: id, label: name }))} />
            <button type="submit">{w.set_target}</button>
          </Form>
        ) : null}
      </Section>
      {ofCases ? (
        <Section title={`${w.cases} (${ids.length})`} id="cases">
          <Table
            c={c}
            caption={w.cases}
            rows={cases}
            columns={[
              { head: '', cell: (row) => <a href={`/cases/${row.id}`}>{row.number}</a> },
              { head: '', cell: (row) => row.subject },
              { head: '', cell: (row) => row.state },
            ]}
          />
        </Section>
      ) : null}
    </>,
  );
});

action(kpiPages, '/kpis/:name/notes', 'case:write', async (c) => {
  const name = nameOf(c);
  await addNote(c.var.ctx, { kpi: name, ...(await readForm(c, AddNote.omit({ kpi: true }))) });
  return seeOther(c, `/kpis/${name}`, words(c.var.locale).saved);
});

const HOUR_MS = 3_600_000;

action(kpiPages, '/kpis/:name/targets', 'case:lead', async (c) => {
  const name = nameOf(c);
  const { goal, ...input } = await readForm(c, SetTarget.omit({ kpi: true }));
  const kind = kpiNames.includes(name) ? (await listKpis(c.var.ctx, usualDays(c.var.ctx, {}), {})).find((kpi) => kpi.name === name)?.kind : undefined;
  await setTarget(c.var.ctx, { kpi: name, ...input, goal: kind === 'duration' ? goal * HOUR_MS : goal });
  return seeOther(c, `/kpis/${name}`, words(c.var.locale).saved);
});

/** The KPI of the path. Throws `not_found`. */
const nameOf = (c: AppContext): string => {
  const name = c.req.param('name') ?? '';
  return kpiNames.includes(name) ? name : getKpi(name).name;
};

const PeriodFields = ({ c, days }: { c: AppContext; days: { from_on: string; to_on: string } }) => (
  <>
    <Field label={words(c.var.locale).from} name="from_on" type="date" value={days.from_on} />
    <Field label={words(c.var.locale).to} name="to_on" type="date" value={days.to_on} />
  </>
);

const TypeField = ({ c, value }: { c: AppContext; value: string | undefined }) => (
  <Select
    label={words(c.var.locale).type}
    name="type"
    value={value}
    blank="—"
    options={caseTypes.map((type) => ({ value: type, label: speak(typeWords[type], c.var.locale) }))}
  />
);

/** Only oneself or all; leads reach others from their view. */
const WhoseField = ({ c, value }: { c: AppContext; value: string | undefined }) => (
  <Select
    label={words(c.var.locale).whose}
    name="owner_id"
    value={value}
    blank={words(c.var.locale).all}
    options={[
      { value: c.var.ctx.actor.id, label: words(c.var.locale).me },
      ...(value === undefined || value === c.var.ctx.actor.id ? [] : [{ value, label: value }]),
    ]}
  />
);
