// The forest plot: a rate with its interval per group on a log scale, and the line of all groups together.
import type { Locale } from '../core/words.ts';
import { type Area, CHART_WIDTH, Chart, Legend, XAxis } from '../web/chart/axes.tsx';
import { IntervalRow, Label } from '../web/chart/marks.tsx';
import { logScale } from '../web/chart/scale.ts';
import { formatNumber } from '../web/parts.tsx';
import type { RateRow } from './failureRates.ts';
import { words } from './words.ts';

const MOST_ROWS = 40;
const ROW_HEIGHT = 26;

export const groupLabel = (group: RateRow['group']): string => {
  const parts = Object.entries(group)
    .filter(([name]) => name !== 'maker' || !('model' in group))
    .map(([, code]) => code ?? '?');
  return parts.length === 0 ? '–' : parts.join(' · ');
};

/** The first rows of the table; groups without exposure are left out. */
export function ForestPlot({ rows, fleet, locale }: { rows: readonly RateRow[]; fleet: number | null; locale: Locale }) {
  const w = words(locale);
  const drawn = rows.filter((row) => row.ci_high !== null).slice(0, MOST_ROWS);
  if (drawn.length === 0) return null;
  const area: Area = { left: 190, right: CHART_WIDTH - 20, top: 10, bottom: 20 + drawn.length * ROW_HEIGHT };
  const highs = drawn.map((row) => row.ci_high ?? 0);
  const lows = drawn.map((row) => row.ci_low ?? 0).filter((low) => low > 0);
  const top = Math.max(...highs, fleet ?? 0);
  const x = logScale([Math.max(top / 10_000, lows.length > 0 ? Math.min(...lows) : top / 100), top], [area.left, area.right], 5);
  return (
    <>
      <Chart title={w.forest_title} description={w.ranked_note} height={area.bottom + 60}>
        <XAxis scale={x} area={area} title={w.log_axis} format={(value) => formatNumber(value, locale, value < 1 ? Math.ceil(-Math.log10(value)) : 0)} />
        {fleet === null || fleet <= 0 ? null : <line class="stroke warn dashed" x1={x.at(fleet)} x2={x.at(fleet)} y1={area.top} y2={area.bottom} />}
        {drawn.map((row, i) => {
          const y = area.top + (i + 0.5) * ROW_HEIGHT;
          const label = groupLabel(row.group);
          return (
            <>
              <Label x={area.left - 10} y={y + 5} anchor="end">
                {label.length > 20 ? `${label.slice(0, 19)}…` : label}
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
