// KPIs with their definitions, each one's course and exactly its cases; the inquiry rate; the lead's view.
import { z } from 'zod';
import { CountedCases, pageOfCounted } from '../case/countedCases.tsx';
import { caseTypes } from '../case/inputs.ts';
import { may } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { invalid } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Filters, Form, PageHead, Section, Select } from '../web/parts.tsx';
import { KpiChart } from './chart.tsx';
import { cellName, groupName, InquiryRates, LeadView } from './deskViews.tsx';
import { CaseFields, PeriodFields } from './fields.tsx';
import { listInquiries, listInquiryRates } from './inquiryRate.ts';
import { AddNote, addNote, EnterHours, enterHours, kpiNames, listAnnotations, SetTarget, setTarget } from './keep.ts';
import { KpiTable } from './kpiTable.tsx';
import { LeadCell, listLead, listLeadCases } from './lead.ts';
import { Annotations, OneFilters } from './oneKpiViews.tsx';
import { getKpi, listCounted, listKpis, listSeries, usualDays } from './queries.ts';
import type { KpiFilter } from './rules.ts';
import { words } from './words.ts';

export const kpiPages = newPages();

const Days = { from_on: CalendarDay.optional(), to_on: CalendarDay.optional() };
const Query = z.object({
  ...Days,
  owner_id: z.string().optional(),
  model_code: z.string().max(64).optional(),
  contract_code: z.string().max(64).optional(),
  type: z.enum(caseTypes).optional(),
});

/** The filter a form means: people write codes. Throws `invalid` for one that nobody or more than one has. */
async function filterOf({ db }: Ctx, { owner_id, type, model_code, contract_code }: z.output<typeof Query>): Promise<KpiFilter> {
  const idOf = async (table: 'models' | 'contracts', field: string, code: string | undefined): Promise<string | undefined> => {
    if (code === undefined) return undefined;
    const [found, other] = await db.selectFrom(table).select('id').where('code', '=', code).execute();
    if (found === undefined) throw invalid(field, [`Nothing has the code ${code}`, `コード ${code} は登録されていません`]);
    if (other !== undefined) throw invalid(field, [`More than one has the code ${code}`, `コード ${code} は複数あります`]);
    return found.id;
  };
  return { owner_id, type, model_id: await idOf('models', 'model_code', model_code), contract_id: await idOf('contracts', 'contract_code', contract_code) };
}

page(kpiPages, '/kpis', 'case:read', async (c) => {
  const { ctx } = c.var;
  const w = words(c.var.locale);
  const query = readQuery(c, Query);
  const days = usualDays(ctx, query);
  const rows = await listKpis(ctx, days, await filterOf(ctx, query));
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
        <CaseFields c={c} query={query} people={await listLed(ctx)} />
      </Filters>
      <KpiTable c={c} kpis={rows} />
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
      <InquiryRates c={c} by={by} rates={await listInquiryRates(c.var.ctx, period, by)} />
    </>,
  );
});

const Cursor = z.object({ cursor: z.string().optional() });

const Inquiries = Cursor.extend({
  month: z.string().regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/),
  by: z.enum(['plan', 'model']).default('plan'),
  group: z.string().optional(),
  ungrouped: z.literal('true').optional(),
  part: z.enum(['gross', 'net']).default('net'),
});

page(kpiPages, '/kpis/inquiry-rates/cases', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { cursor, ungrouped, ...asked } = readQuery(c, Inquiries);
  const cell = ungrouped === undefined ? asked : { ...asked, group: '' };
  const ids = await listInquiries(ctx, cell);
  const group = cell.group === undefined ? w.over_all : groupName(cell.group, cell.by, locale);
  return show(
    c,
    { title: w.inquiry_rate, nav: '/kpis' },
    <>
      <PageHead title={w.inquiry_rate} sub={`${cell.month} · ${group} · ${w[cell.part]}`} />
      <CountedCases c={c} total={ids.length} found={await pageOfCounted(ctx, ids, cursor)} />
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
      <LeadView c={c} view={await listLead(c.var.ctx, days)} days={days} />
    </>,
  );
});

page(kpiPages, '/kpis/desk/cases', 'case:lead', async (c) => {
  const { ctx, locale } = c.var;
  const { cursor, ...days } = readQuery(c, Cursor.extend(Days));
  const cell = readQuery(c, LeadCell);
  const ids = await listLeadCases(ctx, usualDays(ctx, days), cell);
  const owner = 'owner_id' in cell ? await ctx.db.selectFrom('users').select('name').where('id', '=', cell.owner_id).executeTakeFirst() : undefined;
  return show(
    c,
    { title: words(locale).lead_view, nav: '/kpis' },
    <>
      <PageHead title={words(locale).lead_view} sub={cellName(cell, owner?.name, locale)} />
      <CountedCases c={c} total={ids.length} found={await pageOfCounted(ctx, ids, cursor)} />
    </>,
  );
});

const OneQuery = Query.extend({
  cursor: z.string().optional(),
  by: z.enum(['day', 'week', 'month']).default('week'),
  part: z.enum(['counted', 'numerator', 'pending']).default('counted'),
});

page(kpiPages, '/kpis/:name', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const { by, part, cursor, ...query } = readQuery(c, OneQuery);
  const filter = await filterOf(ctx, query);
  const name = c.req.param('name') ?? '';
  const days = usualDays(ctx, query);
  const kpi = (await listKpis(ctx, days, filter)).find((found) => found.name === name) ?? getKpi(name);
  const ofCases = !['cases_per_hour', 'self_resolution', 'zero_hit'].includes(name);
  const points = ofCases ? await listSeries(ctx, name, days, by, filter) : [];
  const annotations = await listAnnotations(ctx, name, days.to_on);
  const ids = ofCases ? await listCounted(ctx, name, days, filter, part) : [];
  return show(
    c,
    { title: speak(kpi.label, locale), nav: '/kpis' },
    <>
      <PageHead title={speak(kpi.label, locale)} sub={speak(kpi.definition, locale)} />
      <OneFilters c={c} days={days} people={await listLed(ctx)} query={{ by, part, ...query }} />
      <KpiChart title={speak(kpi.label, locale)} points={points} {...annotations} locale={locale} />
      <Annotations c={c} kpi={kpi} name={name} on={days.to_on} annotations={annotations} people={await listStaff(ctx)} />
      {ofCases ? <CountedCases c={c} total={ids.length} found={await pageOfCounted(ctx, ids, cursor)} /> : null}
    </>,
  );
});

const listStaff = (ctx: Ctx): Promise<{ id: string; name: string }[]> =>
  ctx.db.selectFrom('users').select(['id', 'name']).where('partner_id', 'is', null).where('disabled_at', 'is', null).orderBy('name').execute();

/** Whose numbers a lead may ask for; nobody’s for others. */
const listLed = async (ctx: Ctx) => (may(ctx.actor, 'case:lead') ? listStaff(ctx) : []);

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
