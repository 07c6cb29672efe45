// Charts around the rate table: control chart, Pareto, Nevada heat map.
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { NevadaRow } from '../stats/nevada.ts';
import { type Area, CHART_WIDTH, Chart, Legend, XAxis, YAxis } from '../web/chart/axes.tsx';
import { Bar, Cell, Dot, Label, Line } from '../web/chart/marks.tsx';
import { linearScale, type Scale } from '../web/chart/scale.ts';
import type { MonthlyChart } from './monthly.ts';
import { rowLabels } from './rowLabels.ts';
import { words } from './words.ts';

const AREA: Area = { left: 64, right: CHART_WIDTH - 40, top: 40, bottom: 300 };

/** Points of one month each; those that break a rule are marked, months without exposure are gaps. */
export function ControlChartFigure({ chart, locale }: { chart: MonthlyChart; locale: Locale }) {
  const w = words(locale);
  if (chart.centre === null) return null;
  const { points, centre } = chart;
  const y = linearScale([0, Math.max(...points.map((point) => Math.max(point.rate ?? 0, point.high ?? 0)))], [AREA.bottom, AREA.top]);
  const at = (i: number): number => AREA.left + ((i + 0.5) / points.length) * (AREA.right - AREA.left);
  const every = Math.ceil(points.length / 5);
  const x: Scale = { at: (i) => at(i), ticks: points.flatMap((_, i) => (i % every === 0 ? [i] : [])), low: 0, high: points.length };
  const line = (value: (point: (typeof points)[number]) => number | null) =>
    points.map((point, i) => {
      const found = value(point);
      return found === null ? null : { x: at(i), y: y.at(found) };
    });
  return (
    <>
      <Chart title={w.control_chart} description={w.control_note(formatNumber(chart.sigma_z, locale, 2))} height={360}>
        <XAxis scale={x} area={AREA} title={w.month} format={(i) => points[i]?.month ?? ''} />
        <YAxis scale={y} area={AREA} title={w.rate} format={(value) => formatNumber(value, locale, y.high < 5 ? 1 : 0)} />
        <Line
          mark="muted"
          points={[
            { x: AREA.left, y: y.at(centre) },
            { x: AREA.right, y: y.at(centre) },
          ]}
        />
        <Line mark="bad dashed" points={line((point) => point.high)} />
        <Line mark="bad dashed" points={line((point) => (point.low !== null && point.low > 0 ? point.low : null))} />
        <Line mark="warn dashed" points={line((point) => point.mix_standardised_rate)} />
        <Line points={line((point) => point.rate)} />
        {points.map((point, i) =>
          point.rate === null ? null : (
            <Dot
              x={at(i)}
              y={y.at(point.rate)}
              mark={point.rules.length > 0 ? 'bad' : ''}
              label={[point.month, ...point.rules.map((rule) => w.rule(rule))].join(' ')}
            />
          ),
        )}
      </Chart>
      <Legend
        entries={[
          { mark: '', label: w.rate },
          { mark: 'muted', label: w.centre },
          { mark: 'bad dashed', label: w.limits },
          { mark: 'warn dashed', label: w.mix_line },
          { mark: 'dot bad', label: w.breaks_rule },
        ]}
      />
    </>
  );
}

export interface ParetoItem {
  readonly label: string;
  readonly count: number;
  readonly cumulative: number;
}

const MOST_BARS = 15;

/** Lying bars, the longest first, with the cumulative share at the right. */
export function ParetoFigure({ items, locale }: { items: readonly ParetoItem[]; locale: Locale }) {
  const w = words(locale);
  const drawn = items.slice(0, MOST_BARS);
  if (drawn.length === 0) return null;
  const labels = rowLabels(drawn.map(({ label }) => label));
  const rowHeight = 28 + (labels.above ? 22 : 0);
  const area: Area = { left: labels.left, right: CHART_WIDTH - 90, top: 30, bottom: 34 + drawn.length * rowHeight };
  const x = linearScale([0, drawn[0]?.count ?? 1], [area.left, area.right], 4);
  return (
    <Chart title={w.pareto} height={area.bottom + 60}>
      <XAxis scale={x} area={area} title={w.failures} format={(value) => formatNumber(value, locale)} />
      <Label x={CHART_WIDTH - 8} y={20} anchor="end" mark="title">
        {w.cumulative}
      </Label>
      {drawn.map(({ label, count, cumulative }, i) => {
        const y = area.top + (i + 1) * rowHeight - 28;
        return (
          <>
            <Label x={0} y={labels.above ? y - 3 : y + 19}>
              {labels.texts[i]}
            </Label>
            <Bar x={area.left} y={y + 4} width={x.at(count) - area.left} height={20} label={`${label}: ${count}`} />
            <Label x={CHART_WIDTH - 8} y={y + 19} anchor="end" mark="title">{`${formatNumber(cumulative * 100, locale)}%`}</Label>
          </>
        );
      })}
    </Chart>
  );
}

/** A month of which less than this share of its returns is known is marked. */
export const COMPLETE = 0.95;

/** Rows are months of entering service, columns months of age; the shade is the hazard. */
export function NevadaFigure({ rows, locale }: { rows: readonly NevadaRow[]; locale: Locale }) {
  const w = words(locale);
  const shown = rows.filter((row) => row.units > 0);
  const columns = Math.max(0, ...shown.map((row) => row.cells.length));
  if (columns === 0) return null;
  const [left, top, rowHeight] = [88, 44, 24];
  const width = (CHART_WIDTH - left - 8) / columns;
  const darkest = Math.max(1e-9, ...shown.flatMap((row) => row.cells.map((cell) => cell.hazard ?? 0)));
  const every = Math.ceil(columns / 12);
  return (
    <>
      <Chart title={w.nevada} description={w.nevada_note} height={top + shown.length * rowHeight + 16}>
        <Label x={left} y={14} mark="title">
          {w.age_months}
        </Label>
        {Array.from({ length: columns }, (_, i) => i)
          .filter((i) => i % every === 0)
          .map((i) => (
            <Label x={left + (i + 0.5) * width} y={top - 8} anchor="middle">
              {i + 1}
            </Label>
          ))}
        {shown.map((row, r) => (
          <>
            <Label x={left - 8} y={top + r * rowHeight + 17} anchor="end">
              {row.label}
            </Label>
            {row.cells.map((cell, i) => (
              <Cell
                x={left + i * width}
                y={top + r * rowHeight}
                width={width}
                height={rowHeight}
                strength={(cell.hazard ?? 0) / darkest}
                incomplete={cell.reported < COMPLETE}
              >
                {columns <= 20 && cell.returns > 0 ? (
                  <Label x={left + (i + 0.5) * width} y={top + r * rowHeight + 17} anchor="middle">
                    {cell.returns}
                  </Label>
                ) : null}
              </Cell>
            ))}
          </>
        ))}
      </Chart>
      <p class="note">
        {w.nevada_note} {w.nevada_darkest(formatNumber(darkest * 100, locale, 1))}
      </p>
    </>
  );
}
