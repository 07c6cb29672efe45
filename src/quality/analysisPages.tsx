// Pages that read the rates: comparison, control chart, Pareto.
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Facts, Field, Filters, Num, PageHead, Percent, Table, Unknown } from '../web/parts.tsx';
import { type Comparison, compareCohorts } from './comparison.ts';
import { listFailureRates } from './failureRates.ts';
import { sayCodes } from './groupNames.ts';
import { ComparisonQuery, ControlChartQuery, RateQuery } from './inputs.ts';
import { monthlyChart } from './monthly.ts';
import { periodOf } from './period.ts';
import { ControlChartFigure, ParetoFigure, type ParetoItem } from './rateCharts.tsx';
import { CohortFields, KindField, PeriodFields, PeriodLine, PopulationLine, QualityTabs, withInterval } from './views.tsx';
import { words } from './words.ts';

export const analysisPages = newPages();

const COHORT = ['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const;

page(analysisPages, '/failure-rates/comparison', 'quality:read', async (c) => {
  const w = words(c.var.locale);
  const asked = c.req.query('first') !== undefined && c.req.query('first') !== '';
  const query = asked ? readQuery(c, ComparisonQuery) : null;
  const period = query === null ? null : periodOf(c.var.ctx, query);
  const comparison =
    query === null || period === null ? null : await compareCohorts(c.var.ctx, query.first, query.second ?? null, query.peers_of ?? {}, period, query.kind);
  return show(
    c,
    { title: w.comparison, nav: '/failure-rates' },
    <>
      <PageHead title={w.comparison} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <Field label={w.first_cohort} name="first" value={c.req.query('first') ?? null} placeholder={w.cohort_hint} required />
        <Field label={w.second_cohort} name="second" value={c.req.query('second') ?? null} placeholder={w.cohort_hint} />
        <KindField c={c} kind={query?.kind ?? 'confirmed'} />
        <PeriodFields c={c} />
      </Filters>
      {query === null ? <p class="note">{w.cohort_how}</p> : null}
      {period === null ? null : <PeriodLine period={period} locale={c.var.locale} />}
      {comparison === null ? null : <ComparisonView c={c} comparison={comparison} />}
    </>,
  );
});

function ComparisonView({ c, comparison }: { c: AppContext; comparison: Comparison }) {
  const { locale } = c.var;
  const w = words(locale);
  const { exact, age_standardised: aged } = comparison;
  const rows = [
    { name: c.req.query('first') ?? '', ...comparison.first },
    { name: comparison.with_peers ? w.peers : (c.req.query('second') ?? ''), ...comparison.second },
  ];
  return (
    <>
      <Table
        c={c}
        caption={w.comparison}
        rows={rows}
        columns={[
          { head: '', cell: (row) => row.name },
          { head: w.units, numeric: true, cell: (row) => formatNumber(row.units, locale) },
          { head: w.device_days, numeric: true, cell: (row) => formatNumber(row.exposure_days, locale) },
          { head: w.failures, numeric: true, cell: (row) => <Num value={row.failures} locale={locale} /> },
          {
            head: w.rate,
            numeric: true,
            cell: (row) => withInterval(row.rate_per_1000_device_months, row.ci_low, row.ci_high, locale) ?? <Unknown locale={locale} />,
          },
        ]}
      />
      <Facts
        facts={[
          [w.ratio, exact === null ? <Unknown locale={locale} /> : withInterval(exact.ratio ?? exact.ratio_low, exact.ratio_low, exact.ratio_high, locale)],
          [w.exact_test, exact === null ? <Unknown locale={locale} /> : exact.p_two_sided.toPrecision(3)],
          [w.age_ratio, aged === null ? <Unknown locale={locale} /> : withInterval(aged.ratio, aged.low, aged.high, locale)],
        ]}
      />
    </>
  );
}

page(analysisPages, '/failure-rates/control-chart', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { kind, months, ...filter } = readQuery(c, ControlChartQuery);
  const chart = await monthlyChart(c.var.ctx, filter, kind, months);
  return show(
    c,
    { title: w.control_chart, nav: '/failure-rates' },
    <>
      <PageHead title={w.control_chart} sub={w.control_note(formatNumber(chart.sigma_z, locale, 2))} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <CohortFields c={c} names={COHORT} />
        <KindField c={c} kind={kind} />
        <Field label={w.months} name="months" type="number" min={3} max={60} value={months} />
      </Filters>
      <ControlChartFigure chart={chart} locale={locale} />
      <Table
        c={c}
        caption={w.control_chart}
        rows={chart.centre === null ? [] : chart.points}
        empty={w.waiting}
        columns={[
          { head: w.month, cell: (row) => row.month },
          { head: w.failures, numeric: true, cell: (row) => formatNumber(row.failures, locale, Number.isInteger(row.failures) ? 0 : 1) },
          { head: w.device_days, numeric: true, cell: (row) => formatNumber(row.exposure_days, locale) },
          { head: w.rate, numeric: true, cell: (row) => <Num value={row.rate} digits={2} locale={locale} /> },
          {
            head: w.limits,
            numeric: true,
            cell: (row) => (
              <>
                <Num value={row.low} digits={2} locale={locale} />–<Num value={row.high} digits={2} locale={locale} />
              </>
            ),
          },
          { head: w.mix_line, numeric: true, cell: (row) => <Num value={row.mix_standardised_rate} digits={2} locale={locale} /> },
          { head: w.rules, cell: (row) => <RulesBroken rules={row.rules} locale={locale} /> },
        ]}
      />
    </>,
  );
});

/** A rule's name stays on one line: a narrow table scrolls instead of growing tall. */
const RulesBroken = ({ rules, locale }: { rules: readonly string[]; locale: Locale }) => (
  <>
    {rules.map((rule, i) => (
      <>
        {i > 0 ? ', ' : ''}
        <span class="badge">{words(locale).rule(rule)}</span>
      </>
    ))}
  </>
);

page(analysisPages, '/failure-rates/pareto', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const query = {
    ...readQuery(c, RateQuery.omit({ by: true, sort: true, limit: true })),
    by: ['failure_mode' as const, 'component' as const],
    sort: '-failures',
    limit: 500,
  };
  const { items, population } = await listFailureRates(c.var.ctx, query);
  const say = await sayCodes(c.var.ctx, locale);
  let seen = 0;
  const bars = items.map((row): ParetoItem & { share: number; link: string } => {
    seen += row.failures;
    const search = new URLSearchParams(Object.entries(c.req.query()).filter(([name, value]) => value !== '' && name !== 'lang'));
    for (const [name, code] of Object.entries(row.group)) search.set(name, code ?? '-');
    search.set('kind', query.kind);
    search.set('exact', 'failure_mode,component');
    return {
      label: Object.entries(row.group)
        .map(([tree, code]) => (code === null ? '?' : say(tree, code)))
        .join(' · '),
      count: row.failures,
      cumulative: seen / population.failures,
      share: row.failures / population.failures,
      link: `/failure-rates/rows?${search}`,
    };
  });
  return show(
    c,
    { title: w.pareto, nav: '/failure-rates' },
    <>
      <PageHead title={w.pareto} sub={`${w.failure_mode} × ${w.component}`} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <CohortFields c={c} names={COHORT} />
        <KindField c={c} kind={query.kind} />
        <PeriodFields c={c} />
      </Filters>
      <PopulationLine population={population} locale={locale} />
      <ParetoFigure items={bars} locale={locale} />
      <Table
        c={c}
        caption={w.pareto}
        rows={bars}
        columns={[
          { head: `${w.failure_mode} · ${w.component}`, cell: (row) => row.label },
          { head: w.failures, numeric: true, cell: (row) => <a href={row.link}>{formatNumber(row.count, locale, Number.isInteger(row.count) ? 0 : 1)}</a> },
          { head: w.share, numeric: true, cell: (row) => <Percent value={row.share} locale={locale} /> },
          { head: w.cumulative, numeric: true, cell: (row) => <Percent value={row.cumulative} locale={locale} /> },
        ]}
      />
    </>,
  );
});
