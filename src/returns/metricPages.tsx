// How long returns take and which are late: ageing, overdue replacements, claims to make in time, turnaround.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { addDays, daysBetween } from '../core/time.ts';
import { speak } from '../core/words.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Badge, type Column, Facts, Field, Filters, Num, PageHead, Percent, PercentRange, Section, Table } from '../web/parts.tsx';
import type { UnitState } from './lifecycle.ts';
import { AGE_BANDS, listAgeing, type ReturnMetrics, returnMetrics } from './metrics.ts';
import { listReturnUnitViews, type ReturnUnitView } from './queries.ts';
import { basisOf, DeskTabs } from './views.tsx';
import { unitStateLabels, words } from './words.ts';

export const metricPages = newPages();

/** How far ahead the list of claims to make looks. */
const CLAIM_WITHIN_DAYS = 60;

page(metricPages, '/returns/ageing', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const on = today(c.var.ctx);
  const overdue = await listReturnUnitViews(c.var.ctx, { limit: 200, sort: 'expected_by_on' }, { flag: 'overdue' });
  const claimable = await listReturnUnitViews(
    c.var.ctx,
    { limit: 200, sort: 'maker_warranty_ends_on' },
    { flag: 'claimable', maker_warranty_ends_by: addDays(on, CLAIM_WITHIN_DAYS) },
  );
  const ageing = await listAgeing(c.var.ctx);
  return show(
    c,
    { title: w.ageing, nav: '/returns' },
    <>
      <PageHead title={w.ageing} />
      <DeskTabs c={c} current="/returns/ageing" />
      <Section title={w.overdue_list}>
        <Table c={c} caption={w.overdue_list} columns={overdueColumns(c, on)} rows={overdue.items} empty={w.none_overdue} />
      </Section>
      <Section title={w.claimable}>
        <Table c={c} caption={w.claimable} columns={claimColumns(c)} rows={claimable.items} empty={w.none_claimable} />
        <p class="note">
          {w.within_days(CLAIM_WITHIN_DAYS)} <a href="/return-units?flag=claimable&sort=maker_warranty_ends_on">{w.all_claimable}</a>
        </p>
      </Section>
      <Section title={w.ageing}>
        <Ageing c={c} ageing={ageing} />
      </Section>
    </>,
  );
});

const overdueColumns = (c: AppContext, on: string): Column<ReturnUnitView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.number, cell: (row) => <a href={`/returns/${row.return_id}`}>{row.number}</a> },
    { head: w.serial, cell: (row) => <a href={`/return-units/${row.id}`}>{row.serial}</a> },
    { head: w.model, cell: (row) => row.model_code },
    { head: w.customer, cell: (row) => row.customer_name },
    { head: w.expected_by, cell: (row) => row.expected_by_on },
    { head: w.days_over, cell: (row) => (row.expected_by_on === null ? null : daysBetween(row.expected_by_on, on)), numeric: true },
    { head: w.reminders, cell: (row) => row.reminders_sent, numeric: true },
    { head: w.waits_for_second, cell: (row) => (row.write_off_requested_by === null ? null : <Badge tone="warn">{w.write_off}</Badge>) },
  ];
};

const claimColumns = (c: AppContext): Column<ReturnUnitView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.serial, cell: (row) => <a href={`/return-units/${row.id}`}>{row.serial}</a> },
    { head: w.model, cell: (row) => `${row.maker_code} ${row.model_code}` },
    { head: w.failure_mode, cell: (row) => (c.var.locale === 'ja' ? row.mode_ja : row.mode_en) },
    // The maker's clock is each unit's own.
    { head: w.warranty_basis, cell: (row) => (row.warranty_basis === 'inherited' ? row.warranty_starts_on : basisOf(c, row)) },
    { head: w.maker_warranty_ends, cell: (row) => row.maker_warranty_ends_on, sort: 'maker_warranty_ends_on' },
    { head: w.number, cell: (row) => <a href={`/returns/${row.return_id}`}>{row.number}</a> },
  ];
};

function Ageing({ c, ageing }: { c: AppContext; ageing: ReturnMetrics['ageing'] }) {
  const w = words(c.var.locale);
  const bands = [...AGE_BANDS, null].map((to, i) => w.days(i === 0 ? 0 : (AGE_BANDS[i - 1] ?? 0) + (to === null ? 0 : 1), to));
  const columns: Column<ReturnMetrics['ageing'][number]>[] = [
    { head: w.state, cell: (row) => <a href={`/return-units?state=${row.state}`}>{speak(unitStateLabels[row.state as UnitState], c.var.locale)}</a> }, // the metrics list states only
    ...bands.map((head, i) => ({ head, cell: (row: ReturnMetrics['ageing'][number]) => opening(agedRows(row.state, i), row.bands[i] ?? 0), numeric: true })),
    { head: w.count, cell: (row) => opening(`/return-units?state=${row.state}`, row.total), numeric: true },
  ];
  return <Table c={c} caption={w.ageing} columns={columns} rows={ageing} />;
}

page(metricPages, '/returns/metrics', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const metrics = await returnMetrics(c.var.ctx, readQuery(c, z.object({ from_on: CalendarDay.optional(), to_on: CalendarDay.optional() })));
  const rows = (more: string) => `/return-units?received_from_on=${metrics.from_on}&received_to_on=${metrics.to_on}${more}`;
  const share = (part: ReturnMetrics['nff'], more: string, whole: string) => (
    <>
      <a href={rows(more)}>
        <Percent value={part.share} locale={c.var.locale} />
      </a>{' '}
      (<a href={rows(whole)}>{w.of(part.part, part.whole)}</a>
      {part.share === null ? null : (
        <>
          {', '}95 % <PercentRange low={part.ci_low} high={part.ci_high} locale={c.var.locale} />
        </>
      )}
      )
    </>
  );
  return show(
    c,
    { title: w.metrics, nav: '/returns' },
    <>
      <PageHead title={w.metrics} sub={`${metrics.from_on} – ${metrics.to_on}`} />
      <DeskTabs c={c} current="/returns/metrics" />
      <Filters c={c}>
        <Field label={w.from_on} name="from_on" type="date" value={metrics.from_on} />
        <Field label={w.to_on} name="to_on" type="date" value={metrics.to_on} />
      </Filters>
      <Facts
        facts={[
          [w.received, <a href={rows('')}>{metrics.received}</a>],
          [w.nff_share, share(metrics.nff, '&verdict=no_fault_found', '&flag=judged')],
          [w.repeat_share, share(metrics.repeat, '&flag=repeat', '')],
          [w.overdue, <a href="/return-units?flag=overdue">{metrics.overdue}</a>],
        ]}
      />
      <Section title={w.turnaround}>
        <Turnaround c={c} metrics={metrics} href={rows('')} />
        <p class="note">{w.business_hours_note}</p>
      </Section>
      <Section title={w.ageing}>
        <Ageing c={c} ageing={metrics.ageing} />
      </Section>
    </>,
  );
});

/** A number that opens the rows it counts; nothing has none. */
const opening = (path: string, count: number) => (count === 0 ? count : <a href={path}>{count}</a>);

/** The rows a band of the ageing table counts. */
function agedRows(state: string, band: number): string {
  const [after, to] = [AGE_BANDS[band - 1], AGE_BANDS[band]];
  return `/return-units?state=${state}${after === undefined ? '' : `&age_from_days=${after + 1}`}${to === undefined ? '' : `&age_to_days=${to}`}`;
}

function Turnaround({ c, metrics, href }: { c: AppContext; metrics: ReturnMetrics; href: string }) {
  const w = words(c.var.locale);
  const { locale } = c.var;
  const rows = [
    { name: w.receipt_to_disposition, spread: metrics.receipt_to_disposition, flag: 'decided' },
    { name: w.receipt_to_shipment, spread: metrics.receipt_to_shipment, flag: 'shipped' },
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { head: w.turnaround, cell: (row) => row.name },
    { head: w.count, cell: (row) => <a href={`${href}&flag=${row.flag}`}>{row.spread.count}</a>, numeric: true },
    { head: w.median_days, cell: (row) => <Num value={row.spread.median_days} digits={1} locale={locale} />, numeric: true },
    { head: w.p90_days, cell: (row) => <Num value={row.spread.p90_days} digits={1} locale={locale} />, numeric: true },
    { head: w.median_hours, cell: (row) => <Num value={row.spread.median_business_hours} digits={1} locale={locale} />, numeric: true },
    { head: w.p90_hours, cell: (row) => <Num value={row.spread.p90_business_hours} digits={1} locale={locale} />, numeric: true },
  ];
  return <Table c={c} caption={w.turnaround} columns={columns} rows={rows} />;
}
