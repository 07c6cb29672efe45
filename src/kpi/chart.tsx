// A KPI over time, with its target and the measures taken at their days.
import { DAY_MS, dayFromNumber, dayNumber, HOUR_MS, MINUTE_MS } from '../core/time.ts';
import type { Locale } from '../core/words.ts';
import { CHART_WIDTH, Chart, Legend, type LegendEntry, XAxis, YAxis } from '../web/chart/axes.tsx';
import { Dot, Line } from '../web/chart/marks.tsx';
import { linearScale } from '../web/chart/scale.ts';
import type { KpiKind } from './definitions.ts';
import type { Point } from './queries.ts';
import type { KpiNoteRow, KpiTargetRow } from './table.ts';
import { durationText } from './views.tsx';
import { words } from './words.ts';

const HEIGHT = 272;
const AREA = { left: 90, right: CHART_WIDTH - 16, top: 40, bottom: 202 };

/** What the axis reaches up to at the least, so that zeros lie on the ground of a readable one. */
const LEAST_TOP: Record<KpiKind, number> = { share: 0.1, duration: HOUR_MS, count: 1, mean: 1 };

/** Round steps of a duration are round in the unit it is told in. */
const unitFor = (top: number): number => [DAY_MS, HOUR_MS].find((unit) => top >= 2 * unit) ?? MINUTE_MS;

export function KpiChart({
  title,
  points,
  targets,
  notes,
  locale,
}: {
  title: string;
  points: readonly Point[];
  targets: readonly KpiTargetRow[];
  notes: readonly KpiNoteRow[];
  locale: Locale;
}) {
  const known = points.filter((point) => point.value !== null);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || known.length === 0) return null;
  const goals = targets.map(({ goal }) => goal);
  const top = Math.max(...known.map(({ value }) => value ?? 0), ...goals, LEAST_TOP[first.kind]);
  const unit = first.kind === 'duration' ? unitFor(top) : 1;
  const x = linearScale([dayNumber(first.from_on), Math.max(dayNumber(last.from_on), dayNumber(first.from_on) + 1)], [AREA.left, AREA.right], 6);
  const y = linearScale([0, top / unit], [AREA.bottom, AREA.top]);
  const height = (value: number): number => y.at(value / unit);
  const goal = targets.at(-1);
  const format = (value: number): string =>
    first.kind === 'share' ? `${Math.round(value * 100)} %` : first.kind === 'duration' ? durationText(value, locale) : String(Math.round(value * 100) / 100);
  const within = notes.filter(({ noted_on }) => noted_on >= first.from_on && noted_on <= last.from_on);
  const w = words(locale);
  return (
    <>
      <Chart title={title} description={known.map(({ from_on, value }) => `${from_on}: ${format(value ?? 0)}`).join('; ')} height={HEIGHT}>
        <XAxis scale={x} area={AREA} title={w.worked_on} format={(day) => dayFromNumber(Math.round(day)).slice(5)} />
        <YAxis scale={y} area={AREA} title={title} format={(tick) => format(tick * unit)} />
        {goal === undefined ? null : (
          <Line
            mark="warn dashed"
            points={[
              { x: AREA.left, y: height(goal.goal) },
              { x: AREA.right, y: height(goal.goal) },
            ]}
          />
        )}
        <Line points={points.map((point) => (point.value === null ? null : { x: x.at(dayNumber(point.from_on)), y: height(point.value) }))} />
        {known.map((point) => (
          <Dot
            x={x.at(dayNumber(point.from_on))}
            y={height(point.value ?? 0)}
            label={`${point.from_on}: ${format(point.value ?? 0)} (n = ${point.denominator})`}
          />
        ))}
        {within.map((note) => (
          <Dot mark="warn" x={x.at(dayNumber(note.noted_on))} y={AREA.top} label={`${note.noted_on}: ${note.note}`} />
        ))}
      </Chart>
      <Legend entries={legendOf(title, goal === undefined ? undefined : `${w.target}: ${format(goal.goal)}`, within.length === 0 ? undefined : w.notes)} />
    </>
  );
}

const legendOf = (course: string, target: string | undefined, notes: string | undefined): LegendEntry[] => [
  { mark: '', label: course },
  ...(target === undefined ? [] : [{ mark: 'warn dashed', label: target }]),
  ...(notes === undefined ? [] : [{ mark: 'dot warn', label: notes }]),
];
