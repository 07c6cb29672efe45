// Tables of a life analysis: the same numbers as its charts.
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { SurvivalPoint } from '../stats/kaplanMeier.ts';
import type { LifeAnalysis } from '../stats/lifeAnalysis.ts';
import type { LimitedFailureFit } from '../stats/limitedFailure.ts';
import { quantileAge } from '../stats/weibullFit.ts';
import type { AppContext } from '../web/env.ts';
import { Num, Percent, PercentRange, Section, Table } from '../web/parts.tsx';
import type { hazardByMonth } from './lifeCharts.tsx';
import { DAYS_PER_MONTH } from './rates.ts';
import { words } from './words.ts';

/** The fit a sub-population stands on: ages more of all units never reach have no figure. */
export function SubPopulation({ c, limited }: { c: AppContext; limited: LimitedFailureFit }) {
  const { locale } = c.var;
  const w = words(locale);
  const { share, share_low, share_high, shape, scale } = limited;
  const title = w.model_name('limited_failure_population');
  const percent = (value: number | null) => <Percent value={value} digits={2} locale={locale} />;
  const rows = [
    {
      label: w.carrying,
      estimate: percent(share),
      interval: (
        <>
          {percent(share_low)}–{percent(share_high)}
        </>
      ),
    },
    { label: w.shape, estimate: formatNumber(shape, locale, 3) },
    { label: w.scale, estimate: formatNumber(scale, locale) },
    ...[0.01, 0.05, 0.1, 0.5].map((p) => ({
      label: w.b_life(p * 100),
      estimate: p < share ? formatNumber(quantileAge(shape, scale, p / share), locale) : w.never_reached,
    })),
  ];
  return (
    <Section title={title}>
      <Table
        c={c}
        caption={title}
        rows={rows}
        columns={[
          { head: w.quantity, cell: (row) => row.label },
          { head: w.estimate, numeric: true, cell: (row) => row.estimate },
          { head: w.profile_interval, numeric: true, cell: (row) => ('interval' in row ? row.interval : '') },
        ]}
      />
    </Section>
  );
}

export function ModelsCompared({ c, analysis }: { c: AppContext; analysis: LifeAnalysis }) {
  const { locale } = c.var;
  const w = words(locale);
  if (analysis.models.length === 0) return null;
  return (
    <Section title={w.models_compared}>
      <Table
        c={c}
        caption={w.models_compared}
        rows={analysis.models}
        columns={[
          { head: w.fitted_model, cell: (row) => w.model_name(row.model) },
          { head: w.log_likelihood, numeric: true, cell: (row) => formatNumber(row.log_likelihood, locale, 3) },
          { head: w.parameters, numeric: true, cell: (row) => row.parameters },
          { head: 'AIC', numeric: true, cell: (row) => formatNumber(row.aic, locale, 2) },
        ]}
      />
    </Section>
  );
}

export function CurveTable({ c, analysis }: { c: AppContext; analysis: LifeAnalysis }) {
  if (analysis.curve.length === 0) return null;
  const { locale } = c.var;
  const w = words(locale);
  const n = (value: number): string => formatNumber(value, locale);
  const days = (value: number): string => formatNumber(value, locale, Number.isInteger(value) ? 0 : 1);
  const byIntervals = analysis.interval_failures > 0;
  const title = byIntervals ? w.turnbull : w.kaplan_meier;
  return (
    <Section title={title}>
      <Table
        c={c}
        caption={title}
        rows={analysis.curve}
        columns={[
          ...(byIntervals ? [{ head: w.falls_after, numeric: true, cell: (row: SurvivalPoint) => days(row.lower ?? row.time) }] : []),
          { head: w.age_days, numeric: true, cell: (row) => days(row.time) },
          { head: w.at_risk, numeric: true, cell: (row) => n(row.at_risk) },
          { head: w.failures, numeric: true, cell: (row) => n(row.failed) },
          { head: w.surviving, numeric: true, cell: (row) => <Percent value={row.survival} digits={2} locale={locale} /> },
          ...(byIntervals ? [] : [{ head: w.band, numeric: true, cell: (row: SurvivalPoint) => <BandOf row={row} locale={locale} /> }]),
        ]}
      />
    </Section>
  );
}

const BandOf = ({ row, locale }: { row: SurvivalPoint; locale: Locale }) => (
  <>
    <PercentRange low={row.ci_low} high={row.ci_high} digits={2} locale={locale} />
  </>
);

export function HazardTable({ c, months }: { c: AppContext; months: ReturnType<typeof hazardByMonth> }) {
  const { locale } = c.var;
  const w = words(locale);
  const n = (value: number): string => formatNumber(value, locale);
  return (
    <Section title={w.hazard_title}>
      <Table
        c={c}
        caption={w.hazard_title}
        rows={months}
        columns={[
          { head: w.age_months, numeric: true, cell: (row) => row.month },
          { head: w.failures, numeric: true, cell: (row) => n(row.failures) },
          { head: w.device_days, numeric: true, cell: (row) => n(row.device_months * DAYS_PER_MONTH) },
          { head: w.rate, numeric: true, cell: (row) => <Num value={row.per_1000} digits={2} locale={locale} /> },
        ]}
      />
    </Section>
  );
}
