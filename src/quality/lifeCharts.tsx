// Charts of a life analysis: survival curve with band and numbers at risk, Weibull probability plot, hazard by age.
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { LifeAnalysis } from '../stats/lifeAnalysis.ts';
import type { LifeRow } from '../stats/lifeRow.ts';
import type { LimitedFailureFit } from '../stats/limitedFailure.ts';
import type { Curve } from '../stats/parameterDraws.ts';
import { atRiskAt } from '../stats/riskTable.ts';
import { weibullSurvival } from '../stats/weibullFit.ts';
import { type Area, CHART_WIDTH, Chart, Legend, XAxis, YAxis } from '../web/chart/axes.tsx';
import { Band, Bar, Dot, Label, Line, type Point, stepped } from '../web/chart/marks.tsx';
import { linearScale, logScale, type Scale } from '../web/chart/scale.ts';
import { DAYS_PER_MONTH } from './rates.ts';
import { words } from './words.ts';

const AREA: Area = { left: 64, right: CHART_WIDTH - 32, top: 40, bottom: 300 };
/** Points a fitted curve is drawn with. */
const CURVE_POINTS = 80;

interface Props {
  readonly analysis: LifeAnalysis;
  readonly rows: readonly LifeRow[];
  readonly locale: Locale;
}

export function SurvivalChart({ analysis, rows, locale }: Props) {
  const w = words(locale);
  if (analysis.curve.length === 0) return null;
  const byIntervals = analysis.interval_failures > 0;
  const last = rows.reduce((longest, row) => Math.max(longest, row.time), 0);
  const x = linearScale([0, last], [AREA.left, AREA.right], 6);
  const lowest = Math.min(...analysis.curve.map((point) => point.ci_low ?? point.survival));
  const y = linearScale([Math.max(0, Math.floor(lowest * 10) / 10), 1], [AREA.bottom, AREA.top]);
  const start = { time: 0, lower: null, survival: 1, ci_low: 1, ci_high: 1 };
  const model = modelOf(analysis);
  const points = [start, ...analysis.curve, { ...(analysis.curve.at(-1) ?? start), time: last, lower: null }];
  const curve = (value: (point: (typeof points)[number]) => number): Point[] =>
    stepped(points.map((point) => ({ x: x.at(point.time), y: y.at(value(point)) })));
  const fallenEarly = stepped(points.map((point) => ({ x: x.at(point.lower ?? point.time), y: y.at(point.survival) })));
  const counts = atRiskAt(
    rows,
    x.ticks.filter((tick) => tick <= last),
  );
  return (
    <div>
      <Chart title={w.survival_title} height={400}>
        <XAxis scale={x} area={AREA} title={w.age_days} format={(value) => formatNumber(value, locale)} />
        <YAxis scale={y} area={AREA} title={w.surviving} format={(value) => `${formatNumber(value * 100, locale, y.high - y.low < 0.05 ? 1 : 0)}%`} />
        {byIntervals ? (
          <Band upper={curve((point) => point.survival)} lower={fallenEarly} />
        ) : (
          <Band upper={curve((point) => point.ci_high ?? point.survival)} lower={curve((point) => point.ci_low ?? point.survival)} />
        )}
        <Line points={curve((point) => point.survival)} />
        {model === null ? null : <Line mark="warn dashed" points={fitted(model, last, x, y)} />}
        <Label x={4} y={AREA.bottom + 76} mark="title">
          {w.at_risk}
        </Label>
        {counts.map((count, i) => (
          <Label x={x.at(x.ticks[i] ?? 0)} y={AREA.bottom + 96} anchor="middle">
            {formatNumber(count, locale)}
          </Label>
        ))}
      </Chart>
      <Legend
        entries={[
          { mark: '', label: byIntervals ? w.turnbull : w.kaplan_meier },
          { mark: 'band', label: byIntervals ? w.fall_unlocated : w.band },
          ...(model === null ? [] : [{ mark: 'warn dashed', label: model.share === undefined ? w.weibull_line : w.model_name('limited_failure_population') }]),
        ]}
      />
    </div>
  );
}

// Where a sub-population fits better, the plain Weibull would be drawn through nothing.
function modelOf({ limited, weibull }: LifeAnalysis): Curve | null {
  if (limited !== null) return { shape: limited.shape, scale: limited.scale, share: limited.share };
  return weibull === null ? null : { shape: weibull.shape.estimate, scale: weibull.scale.estimate };
}

const fitted = ({ shape, scale, share = 1 }: Curve, last: number, x: Scale, y: Scale): Point[] =>
  Array.from({ length: CURVE_POINTS + 1 }, (_, i) => (last * i) / CURVE_POINTS).map((time) => ({
    x: x.at(time),
    y: y.at(Math.max(y.low, 1 - share + share * weibullSurvival(shape, scale, time))),
  }));

/** A sub-population's curve over a log scale of time. */
const mixture = ({ share, shape, scale }: LimitedFailureFit, x: Scale, y: (survival: number) => number): Point[] =>
  Array.from({ length: CURVE_POINTS + 1 }, (_, i) => x.low * (x.high / x.low) ** (i / CURVE_POINTS))
    .map((time) => ({ x: x.at(time), y: y(1 - share + share * weibullSurvival(shape, scale, time)) }))
    .filter((point) => point.y <= AREA.bottom && point.y >= AREA.top);

/** log(−log S) against log t: a Weibull is a straight line of slope β. */
export function WeibullPlot({ analysis, locale }: Omit<Props, 'rows'>) {
  const w = words(locale);
  const points = analysis.curve.filter((point) => point.survival > 0 && point.survival < 1);
  if (analysis.weibull === null || points.length < 2) return null;
  const { limited } = analysis;
  const { shape, scale } = analysis.weibull;
  const x = logScale([(points[0]?.time ?? 1) * 0.8, (points.at(-1)?.time ?? 1) * 1.25], [AREA.left, AREA.right], 5);
  const onScale = (survival: number): number => Math.log(-Math.log(survival));
  const marks = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.9, 0.99];
  const lowest = onScale(Math.max(...points.map((point) => point.survival))) - 0.5;
  const highest = onScale(Math.min(...points.map((point) => point.survival))) + 0.5;
  const at = (value: number): number => AREA.bottom - ((value - lowest) / (highest - lowest)) * (AREA.bottom - AREA.top);
  const y: Scale = {
    at: (failed) => at(onScale(1 - failed)),
    ticks: marks.filter((failed) => onScale(1 - failed) >= lowest && onScale(1 - failed) <= highest),
    low: 0,
    high: 1,
  };
  const line = (time: number): number => shape.estimate * (Math.log(time) - Math.log(scale.estimate));
  return (
    <div>
      <Chart title={w.weibull_title} description={`β = ${shape.estimate.toPrecision(3)}, η = ${scale.estimate.toPrecision(4)}`} height={360}>
        <XAxis scale={x} area={AREA} title={w.log_age} format={(value) => formatNumber(value, locale, value < 1 ? 2 : 0)} />
        <YAxis scale={y} area={AREA} title={w.failed_share} format={(value) => `${formatNumber(value * 100, locale, value < 0.01 ? 1 : 0)}%`} />
        <Line
          mark={limited === null ? 'warn' : 'muted'}
          points={[x.low, x.high].map((time) => ({ x: x.at(time), y: Math.min(AREA.bottom, Math.max(AREA.top, at(line(time)))) }))}
        />
        {limited === null ? null : <Line mark="warn dashed" points={mixture(limited, x, (survival) => at(onScale(survival)))} />}
        {points.map((point) => (
          <Dot
            x={x.at(point.time)}
            y={at(onScale(point.survival))}
            label={`${formatNumber(point.time, locale)}: ${formatNumber((1 - point.survival) * 100, locale, 2)}%`}
          />
        ))}
      </Chart>
      <Legend
        entries={[
          { mark: 'dot', label: analysis.interval_failures > 0 ? w.turnbull : w.kaplan_meier },
          { mark: limited === null ? 'warn' : 'muted', label: w.weibull_line },
          ...(limited === null ? [] : [{ mark: 'warn dashed', label: w.model_name('limited_failure_population') }]),
        ]}
      />
    </div>
  );
}

export interface HazardMonth {
  readonly month: number;
  readonly failures: number;
  readonly device_months: number;
  readonly per_1000: number | null;
}

/** Failures over time at risk by month of age. */
export function hazardByMonth(rows: readonly LifeRow[], daysPerMonth: number): HazardMonth[] {
  const last = rows.reduce((longest, row) => Math.max(longest, row.time), 0);
  const months = Array.from({ length: Math.min(120, Math.ceil(last / daysPerMonth)) }, () => ({ failures: 0, days: 0 }));
  for (const { time, entry, failed, count } of rows) {
    const end = Math.min(months.length - 1, Math.ceil(time / daysPerMonth) - 1);
    for (let i = Math.floor(entry / daysPerMonth); i <= end; i++) {
      const month = months[i];
      if (month !== undefined) month.days += count * (Math.min(time, (i + 1) * daysPerMonth) - Math.max(entry, i * daysPerMonth));
    }
    const at = months[end];
    if (failed && at !== undefined) at.failures += count;
  }
  return months.map(({ failures, days }, i) => ({
    month: i + 1,
    failures,
    device_months: days / daysPerMonth,
    per_1000: days > 0 ? (failures / (days / daysPerMonth)) * 1000 : null,
  }));
}

/** Months with less time at risk than this are drawn faint. */
const FEW_DEVICE_MONTHS = 20;

export function HazardChart({ months, analysis, locale }: { months: readonly HazardMonth[]; analysis: LifeAnalysis; locale: Locale }) {
  const w = words(locale);
  if (months.length === 0 || months.every((month) => month.failures === 0)) return null;
  // Where a sub-population fits better, the plain Weibull's hazard would mislead.
  const fit = analysis.limited === null ? analysis.weibull : null;
  const fitted = fit === null ? [] : months.map(({ month }) => weibullRate(fit.shape.estimate, fit.scale.estimate, month));
  const x = linearScale([0, months.length], [AREA.left, AREA.right], 4);
  const y = linearScale([0, Math.max(...months.map((month) => month.per_1000 ?? 0))], [AREA.bottom, AREA.top]);
  const width = Math.max(1, x.at(1) - x.at(0) - 2);
  return (
    <div>
      <Chart title={w.hazard_title} height={360}>
        <XAxis scale={x} area={AREA} title={w.age_months} format={(value) => formatNumber(value, locale)} />
        <YAxis scale={y} area={AREA} title={w.rate} format={(value) => formatNumber(value, locale, y.high < 5 ? 1 : 0)} />
        {months.map(({ month, per_1000, failures, device_months }) =>
          per_1000 === null ? null : (
            <Bar
              x={x.at(month - 1) + 1}
              y={y.at(per_1000)}
              width={width}
              height={AREA.bottom - y.at(per_1000)}
              mark={device_months < FEW_DEVICE_MONTHS ? 'muted' : ''}
              label={`${month}: ${failures}`}
            />
          ),
        )}
        <Line mark="warn dashed" points={fitted.map((rate, i) => (rate > y.high ? null : { x: x.at(i + 0.5), y: y.at(rate) }))} />
      </Chart>
      <Legend
        entries={[
          { mark: 'bar', label: w.observed },
          ...(months.some(({ device_months }) => device_months < FEW_DEVICE_MONTHS)
            ? [{ mark: 'bar muted', label: w.few_device_months(FEW_DEVICE_MONTHS) }]
            : []),
          ...(fit === null ? [] : [{ mark: 'warn dashed', label: w.weibull_line }]),
        ]}
      />
    </div>
  );
}

/** Failures per 1,000 device-months that a Weibull expects in the month of age. */
function weibullRate(shape: number, scale: number, month: number): number {
  const hazard = (months: number): number => ((months * DAYS_PER_MONTH) / scale) ** shape;
  return 1000 * (hazard(month) - hazard(month - 1));
}
