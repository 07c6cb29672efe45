// The forest plot: a rate with its interval per group on a log scale, and the line of all groups together.
import type { Locale } from '../core/words.ts';
import { type Area, CHART_WIDTH, Chart, Legend, XAxis } from '../web/chart/axes.tsx';
import { IntervalRow, Label } from '../web/chart/marks.tsx';
import { logScale } from '../web/chart/scale.ts';
import { formatNumber } from '../web/parts.tsx';
import { shortened } from '../web/textWidth.ts';
import type { RateRow } from './failureRates.ts';
import type { SayCode } from './groupNames.ts';
import { words } from './words.ts';

const MOST_ROWS = 40;
const ROW_HEIGHT = 26;

/** What the margin before the bars holds. */
const LABEL_WIDTH = 20;

const groupLabel = (group: RateRow['group'], say: SayCode): string => {
  const parts = Object.entries(group)
    .filter(([name]) => name !== 'maker' || !('model' in group))
    .map(([name, code]) => (code === null ? '?' : say(name, code)));
  return parts.length === 0 ? '–' : parts.join(' · ');
};

/** The first rows of the table; groups without exposure are left out. */
export function ForestPlot({ rows, fleet, say, locale }: { rows: readonly RateRow[]; fleet: number | null; say: SayCode; locale: Locale }) {
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
          const label = groupLabel(row.group, say);
          return (
            <>
              <Label x={area.left - 10} y={y + 5} anchor="end">
                {shortened(label, LABEL_WIDTH)}
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
