// Pages of life analysis: curves, fit, forecast; and the Nevada grid.
import type { z } from 'zod';
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { LifeAnalysis, LifeWarning } from '../stats/lifeAnalysis.ts';
import type { NevadaCell } from '../stats/nevada.ts';
import { weibayesQuantile } from '../stats/weibayes.ts';
import type { Estimate } from '../stats/weibullFit.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Field, Filters, Num, PageHead, Section, Select, Table, Unknown } from '../web/parts.tsx';
import { NevadaQuery } from './inputs.ts';
import { analyseCohort, type CohortForecast, type CohortLife } from './life.ts';
import { HazardChart, hazardByMonth, SurvivalChart, WeibullPlot } from './lifeCharts.tsx';
import { LifeAnalysisQuery, lifeRequestOf } from './lifeInputs.ts';
import { warningText } from './lifeJson.ts';
import { CurveTable, HazardTable, ModelsCompared, SubPopulation } from './lifeTables.tsx';
import { nevadaTable } from './nevadaTable.ts';
import { COMPLETE, NevadaFigure } from './rateCharts.tsx';
import { DAYS_PER_MONTH } from './rates.ts';
import { CohortFields, KindField, QualityTabs } from './views.tsx';
import { words } from './words.ts';

export const lifePages = newPages();

/** Warnings that say how the figures came about; the others say what not to trust. */
const SAYS_HOW: ReadonlySet<LifeWarning> = new Set(['turnbull_curve', 'incidence_at_interval_ends', 'weibayes_shape_ignored']);

const COHORT = ['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const;

page(lifePages, '/life-analysis', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const query = readQuery(c, LifeAnalysisQuery);
  const life = await analyseCohort(c.var.ctx, lifeRequestOf(query));
  const { n: lives, failures } = life.analysis;
  const n = (value: number): string => formatNumber(value, locale);
  return show(
    c,
    { title: w.life_analysis, nav: '/failure-rates', kind: 'wide' },
    <>
      <PageHead title={w.life_analysis} sub={w.lives(n(lives), n(failures), n(lives - failures))} />
      <QualityTabs c={c} />
      <LifeFilters c={c} query={query} />
      {life.analysis.n === 0 ? <p class="empty">{w.waiting}</p> : <LifeView c={c} life={life} />}
    </>,
  );
});

/** Everything said of the lives: warnings, charts, fits, forecast, tables. */
function LifeView({ c, life: { rows, analysis, forecast } }: { c: AppContext; life: CohortLife }) {
  const { locale } = c.var;
  const w = words(locale);
  const months = hazardByMonth(rows, DAYS_PER_MONTH);
  return (
    <>
      {analysis.warnings.map((warning) => (
        <p class={SAYS_HOW.has(warning) ? 'note' : 'waiting'} role="note">
          {warningText(warning, locale)}
        </p>
      ))}
      {analysis.limited === null ? null : (
        <p class="note">
          {w.sub_population(
            `${formatNumber(analysis.limited.share * 100, locale, 2)} % (${formatNumber((analysis.limited.share_low ?? 0) * 100, locale, 2)}–${formatNumber((analysis.limited.share_high ?? 1) * 100, locale, 2)} %)`,
          )}
        </p>
      )}
      <div class="columns">
        <SurvivalChart analysis={analysis} rows={rows} locale={locale} />
        <WeibullPlot analysis={analysis} locale={locale} />
        <HazardChart months={months} analysis={analysis} locale={locale} />
      </div>
      {analysis.limited === null ? null : <SubPopulation c={c} limited={analysis.limited} />}
      {analysis.weibull === null && analysis.weibayes === null ? null : (
        <Section title={w.weibull_line}>
          <FitTable c={c} analysis={analysis} />
        </Section>
      )}
      {forecast === null ? null : <ForecastSection c={c} forecast={forecast} />}
      <ModelsCompared c={c} analysis={analysis} />
      <CurveTable c={c} analysis={analysis} />
      <HazardTable c={c} months={months} />
    </>
  );
}

/** Returns of units exposed; a star where not all are known yet. */
const nevadaCell = (cell: NevadaCell | undefined): string =>
  cell === undefined ? '' : `${cell.returns}/${cell.exposed}${cell.reported < COMPLETE ? '*' : ''}`;

function LifeFilters({ c, query }: { c: AppContext; query: z.output<typeof LifeAnalysisQuery> }) {
  const w = words(c.var.locale);
  return (
    <Filters c={c}>
      <CohortFields c={c} names={COHORT} />
      <KindField c={c} kind={query.kind} />
      <Select
        label={w.precision}
        name="precision"
        value={query.precision}
        options={[
          { value: 'day', label: w.precision_day },
          { value: 'month', label: w.precision_month },
        ]}
      />
      <Field label={w.weibayes_shape} name="weibayes_shape" type="number" step="any" min={0} value={query.weibayes_shape ?? null} />
      <Field label={w.months} name="months" type="number" min={1} max={60} value={query.months} />
    </Filters>
  );
}

interface FitRow {
  readonly label: string;
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly wald: readonly [number | null, number | null] | null;
  readonly digits: number;
}

function FitTable({ c, analysis }: { c: AppContext; analysis: LifeAnalysis }) {
  const { locale } = c.var;
  const w = words(locale);
  const show = (value: number | null, digits: number) => <Num value={value} digits={digits} locale={locale} />;
  return (
    <Table
      c={c}
      caption={w.weibull_line}
      rows={fitRows(analysis, locale)}
      columns={[
        { head: w.quantity, cell: (row) => (analysis.limited === null ? row.label : <span class="greyed">{row.label}</span>) },
        { head: w.estimate, numeric: true, cell: (row) => show(row.estimate, row.digits) },
        {
          head: w.profile_interval,
          numeric: true,
          cell: (row) => (
            <>
              {show(row.low, row.digits)}–{show(row.high, row.digits)}
            </>
          ),
        },
        {
          head: w.wald_interval,
          numeric: true,
          cell: (row) =>
            row.wald === null ? (
              <Unknown locale={locale} />
            ) : (
              <>
                {show(row.wald[0], row.digits)}–{show(row.wald[1], row.digits)}
              </>
            ),
        },
      ]}
    />
  );
}

function fitRows({ weibull, weibayes }: LifeAnalysis, locale: Locale): FitRow[] {
  const w = words(locale);
  if (weibull !== null) {
    const row = (label: string, { estimate, ci_low, ci_high, wald }: Estimate, digits: number): FitRow => ({
      label,
      estimate,
      low: ci_low,
      high: ci_high,
      wald,
      digits,
    });
    return [
      row(w.shape, weibull.shape, 3),
      row(w.scale, weibull.scale, 0),
      row(w.b_life(1), weibull.b1, 0),
      row(w.b_life(5), weibull.b5, 0),
      row(w.b_life(10), weibull.b10, 0),
      row(w.b_life(50), weibull.b50, 0),
    ];
  }
  if (weibayes === null) return [];
  const bound = (label: string, estimate: number | null, low: number | null): FitRow => ({ label, estimate, low, high: null, wald: null, digits: 0 });
  const quantiles = [1, 5, 10, 50].map((percent) => {
    const { estimate, low } = weibayesQuantile(weibayes, percent / 100);
    return bound(w.b_life(percent), estimate, low);
  });
  return [{ ...bound(w.shape, weibayes.shape, null), digits: 2 }, bound(w.scale, weibayes.scale, weibayes.scale_low), ...quantiles];
}

function ForecastSection({ c, forecast }: { c: AppContext; forecast: CohortForecast }) {
  const { locale } = c.var;
  const w = words(locale);
  const { total } = forecast;
  const n = (value: number): string => formatNumber(value, locale);
  const level = `${n(forecast.level * 100)} %`;
  return (
    <Section title={w.forecast}>
      <p>
        {w.in_service(n(forecast.units_in_service))} · {w.model_name(forecast.model)} ·{' '}
        {w.reorder(n(forecast.suggested_reorder_point), String(forecast.lead_time_days), `${n(forecast.service_level * 100)} %`)}
      </p>
      <Table
        c={c}
        caption={w.forecast}
        rows={forecast.months}
        columns={[
          { head: w.from_on, cell: (row) => row.from_on },
          { head: w.expected, numeric: true, cell: (row) => formatNumber(row.expected, locale, 1) },
          { head: w.prediction(level), numeric: true, cell: (row) => `${n(row.low)}–${n(row.high)}` },
        ]}
      />
      <p>{w.forecast_total(String(forecast.months.length), formatNumber(total.expected, locale, 1), level, `${n(total.low)}–${n(total.high)}`)}</p>
      <p class="note">{w.prediction_note}</p>
    </Section>
  );
}

page(lifePages, '/life-analysis/nevada', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { kind, months, ...filter } = readQuery(c, NevadaQuery);
  const rows = (await nevadaTable(c.var.ctx, filter, kind, months)).filter((row) => row.units > 0);
  const columns = Math.max(0, ...rows.map((row) => row.cells.length));
  return show(
    c,
    { title: w.nevada, nav: '/failure-rates', kind: 'wide' },
    <>
      <PageHead title={w.nevada} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <CohortFields c={c} names={COHORT} />
        <KindField c={c} kind={kind} />
        <Field label={w.months} name="months" type="number" min={3} max={36} value={months} />
      </Filters>
      <NevadaFigure rows={rows} locale={locale} />
      <Table
        c={c}
        caption={w.nevada}
        rows={rows}
        columns={[
          { head: w.ship_month, cell: (row) => row.label },
          { head: w.units, numeric: true, cell: (row) => formatNumber(row.units, locale) },
          ...Array.from({ length: columns }, (_, i) => ({
            head: String(i + 1),
            numeric: true,
            cell: (row: (typeof rows)[number]) => nevadaCell(row.cells[i]),
          })),
        ]}
      />
      <p class="note">{w.nevada_cells}</p>
    </>,
  );
});
