// Pages of what lies behind the rates: NFF and repeat returns, warranty cost, closed months.
import { formatNumber } from '../core/formats.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Field, Filters, Moment, PageHead, Pager, Percent, PercentRange, Section, Select, Table, Unknown } from '../web/parts.tsx';
import { listFrozenMonths } from './frozenMonths.ts';
import { CohortPeriodQuery, MonthsQuery, NffQuery } from './inputs.ts';
import type { MonthFigures } from './months.ts';
import { listNffShares, listRepeatReturns, NFF_BY, type NffRow } from './nff.ts';
import { periodOf } from './period.ts';
import { CohortFields, PeriodFields, PeriodLine, QualityTabs } from './views.tsx';
import { listWarrantyCosts } from './warrantyCost.ts';
import { words } from './words.ts';

export const recordPages = newPages();

const COHORT = ['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const;

/** A count that opens the returns it is made of, within the filters of the page. */
function OpenReturns({ c, row, finding, count }: { c: AppContext; row: NffRow; finding: 'nff' | 'judged'; count: number }) {
  const kept = Object.entries(c.req.query()).filter(([name, value]) => value !== '' && FILTERS.includes(name));
  return <a href={`/failure-rates/rows?${new URLSearchParams({ ...Object.fromEntries(kept), ...row.opens, finding })}`}>{formatNumber(count, c.var.locale)}</a>;
}

const FILTERS: readonly string[] = [...COHORT, 'from_on', 'to_on'];

page(recordPages, '/failure-rates/nff', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { by, from_on, to_on, ...filter } = readQuery(c, NffQuery);
  const period = periodOf(c.var.ctx, { from_on, to_on });
  const shares = await listNffShares(c.var.ctx, by, filter, period);
  const repeats = await listRepeatReturns(c.var.ctx, filter, period);
  return show(
    c,
    { title: w.nff_analysis, nav: '/failure-rates' },
    <>
      <PageHead title={w.nff_analysis} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <Select label={w.by} name="by" value={by} options={NFF_BY.map((value) => ({ value, label: w[value] }))} />
        <CohortFields c={c} names={COHORT} />
        <PeriodFields c={c} />
      </Filters>
      <PeriodLine period={period} locale={locale} />
      <Table
        c={c}
        caption={w.nff_analysis}
        rows={shares}
        columns={[
          ...(by === 'model' || by === 'firmware' ? [{ head: w.maker, cell: (row: NffRow) => row.maker }] : []),
          { head: w[by], cell: (row) => row.name ?? <Unknown locale={locale} /> },
          { head: w.verdicts, numeric: true, cell: (row) => <OpenReturns c={c} row={row} finding="judged" count={row.verdicts} /> },
          { head: w.nff, numeric: true, cell: (row) => <OpenReturns c={c} row={row} finding="nff" count={row.nff} /> },
          { head: w.nff_share, numeric: true, cell: (row) => <Percent value={row.share} locale={locale} /> },
          {
            head: w.interval,
            numeric: true,
            cell: (row) => (
              <>
                <PercentRange low={row.ci_low} high={row.ci_high} locale={locale} />
              </>
            ),
          },
        ]}
      />
      <Section title={w.repeats}>
        <Table
          c={c}
          caption={w.repeats}
          rows={repeats}
          empty={w.no_repeats}
          columns={[
            { head: w.serial, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.maker, cell: (row) => row.maker },
            { head: w.model, cell: (row) => row.model },
            { head: w.returns, numeric: true, cell: (row) => row.returns },
            { head: w.confirmed, numeric: true, cell: (row) => row.confirmed },
            { head: w.nff, numeric: true, cell: (row) => row.nff },
            { head: w.days_between, numeric: true, cell: (row) => formatNumber(row.days_between, locale) },
          ]}
        />
      </Section>
    </>,
  );
});

page(recordPages, '/failure-rates/warranty-cost', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { from_on, to_on, ...filter } = readQuery(c, CohortPeriodQuery);
  const period = periodOf(c.var.ctx, { from_on, to_on });
  const rows = await listWarrantyCosts(c.var.ctx, filter, period);
  const money = (value: number | null, currency: string | null) =>
    value === null ? <Unknown locale={locale} /> : `${formatNumber(value, locale)} ${currency ?? ''}`;
  return show(
    c,
    { title: w.warranty_cost, nav: '/failure-rates' },
    <>
      <PageHead title={w.warranty_cost} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <CohortFields c={c} names={['maker', 'model']} />
        <PeriodFields c={c} />
      </Filters>
      <PeriodLine period={period} locale={locale} />
      <Table
        c={c}
        caption={w.warranty_cost}
        rows={rows}
        columns={[
          { head: w.maker, cell: (row) => row.maker },
          { head: w.model, cell: (row) => row.model },
          { head: w.unit_cost, numeric: true, cell: (row) => money(row.unit_cost, row.currency) },
          {
            head: w.maker_pays,
            numeric: true,
            cell: (row) => (
              <>
                {money(row.maker_cost, row.currency)} ({row.maker_failures})
              </>
            ),
          },
          {
            head: w.we_pay,
            numeric: true,
            cell: (row) => (
              <>
                {money(row.own_cost, row.currency)} ({row.own_failures})
              </>
            ),
          },
          { head: w.in_warranty, numeric: true, cell: (row) => formatNumber(row.units_in_warranty, locale) },
          { head: w.expected_cost, numeric: true, cell: (row) => money(row.expected_cost_12_months, row.currency) },
        ]}
      />
    </>,
  );
});

page(recordPages, '/failure-rates/months', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { items, next_cursor } = await listFrozenMonths(c.var.ctx, readQuery(c, MonthsQuery));
  return show(
    c,
    { title: w.frozen_months, nav: '/failure-rates' },
    <>
      <PageHead title={w.frozen_months} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <CohortFields c={c} names={['model']} />
        <Field label={w.month} name="month" value={c.req.query('month') ?? null} placeholder="2026-03" />
      </Filters>
      <Table
        c={c}
        caption={w.frozen_months}
        rows={items}
        columns={[
          { head: w.month, sort: 'month', cell: (row) => row.month },
          { head: w.model, cell: (row) => row.model },
          { head: w.revision, numeric: true, cell: (row) => row.revision },
          { head: w.device_days, numeric: true, cell: (row) => formatNumber(row.exposure_days, locale) },
          { head: w.confirmed, numeric: true, cell: (row) => row.confirmed },
          { head: w.nff, numeric: true, cell: (row) => row.nff },
          { head: w.untriaged, numeric: true, cell: (row) => row.untriaged },
          { head: w.other, numeric: true, cell: (row) => row.other },
          { head: w.changed, cell: (row) => changesIn(row.change, w) },
          { head: w.fingerprint, cell: (row) => <code>{row.fingerprint.slice(0, 12)}</code> },
          { head: w.frozen_at, sort: 'frozen_at', cell: (row) => <Moment c={c} at={row.frozen_at} /> },
        ]}
      />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

/** What a revision changed, each figure before and after. */
function changesIn(change: string | null, w: ReturnType<typeof words>): string {
  const labels: Record<keyof MonthFigures, string> = {
    exposure_days: w.device_days,
    confirmed: w.confirmed,
    nff: w.nff,
    untriaged: w.untriaged,
    other: w.other,
  };
  if (change === null) return '';
  // Written from changesOf().
  const changed = Object.entries(JSON.parse(change)) as [keyof MonthFigures, [number, number]][];
  if (changed.length === 0) return w.same_counts;
  return changed.map(([figure, [before, after]]) => `${labels[figure]} ${before} → ${after}`).join(', ');
}
