// The forest plot: a rate with its interval per group on a log scale, and the line of all groups together.
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import { type Area, CHART_WIDTH, Chart, Legend, XAxis } from '../web/chart/axes.tsx';
import { IntervalRow, Label } from '../web/chart/marks.tsx';
import { logScale } from '../web/chart/scale.ts';
import type { RateRow } from './failureRates.ts';
import type { SayCode } from './groupNames.ts';
import { rowLabels } from './rowLabels.ts';
import { words } from './words.ts';

/** As many as a long page of the table has. */
const MOST_ROWS = 100;
const BAR_HEIGHT = 26;
const LABEL_HEIGHT = 22;
/** With more rows than this the axis below is out of sight of the first: its values stand above them as well. */
const ROWS_IN_SIGHT = 15;

const groupLabel = (group: RateRow['group'], say: SayCode): string => {
  const parts = Object.entries(group)
    .filter(([name]) => name !== 'maker' || !('model' in group))
    .map(([name, code]) => (code === null ? '?' : say(name, code)));
  return parts.length === 0 ? '–' : parts.join(' · ');
};

/** The rows of the table; groups without exposure are left out. */
export function ForestPlot({ rows, fleet, say, locale }: { rows: readonly RateRow[]; fleet: number | null; say: SayCode; locale: Locale }) {
  const w = words(locale);
  const drawn = rows.filter((row) => row.ci_high !== null).slice(0, MOST_ROWS);
  if (drawn.length === 0) return null;
  const labels = rowLabels(drawn.map((row) => groupLabel(row.group, say)));
  const rowHeight = BAR_HEIGHT + (labels.above ? LABEL_HEIGHT : 0);
  const isLong = drawn.length > ROWS_IN_SIGHT;
  const start = isLong ? 30 : 10;
  const area: Area = { left: labels.left, right: CHART_WIDTH - 20, top: start, bottom: start + 10 + drawn.length * rowHeight };
  const highs = drawn.map((row) => row.ci_high ?? 0);
  const lows = drawn.map((row) => row.ci_low ?? 0).filter((low) => low > 0);
  const top = Math.max(...highs, fleet ?? 0);
  const x = logScale([Math.max(top / 10_000, lows.length > 0 ? Math.min(...lows) : top / 100), top], [area.left, area.right], 5);
  const format = (value: number): string => formatNumber(value, locale, value < 1 ? Math.ceil(-Math.log10(value)) : 0);
  return (
    <>
      <Chart title={w.forest_title} description={w.ranked_note} height={area.bottom + 60}>
        <XAxis scale={x} area={area} title={w.log_axis} format={format} />
        {isLong
          ? x.ticks.map((tick) => (
              <Label x={x.at(tick)} y={area.top - 10} anchor="middle">
                {format(tick)}
              </Label>
            ))
          : null}
        {drawn.map((row, i) => {
          const y = area.top + (i + 1) * rowHeight - BAR_HEIGHT / 2;
          const label = labels.texts[i] ?? '';
          return (
            <>
              {fleet === null || fleet <= 0 ? null : <FleetLine x={x.at(fleet)} top={y - BAR_HEIGHT / 2} bottom={y + BAR_HEIGHT / 2} />}
              <Label x={0} y={labels.above ? y - LABEL_HEIGHT + 6 : y + 5}>
                {label}
              </Label>
              <IntervalRow
                low={x.at(row.ci_low ?? 0)}
                high={x.at(row.ci_high ?? 0)}
                at={row.failures > 0 ? x.at(row.rate_per_1000_device_months ?? 0) : null}
                y={y}
                mark={row.too_little_exposure ? 'muted' : ''}
                label={label}
              />
            </>
          );
        })}
      </Chart>
      <Legend
        entries={[
          { mark: '', label: w.raw_rate },
          { mark: 'muted', label: w.too_little },
          { mark: 'warn dashed', label: w.fleet_line },
        ]}
      />
    </>
  );
}

/** Beside the bar of one row: it crosses no name. */
const FleetLine = ({ x, top, bottom }: { x: number; top: number; bottom: number }) => <line class="stroke warn dashed" x1={x} x2={x} y1={top} y2={bottom} />;
