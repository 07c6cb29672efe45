// What is drawn inside the axes: lines, steps, bands, bars, intervals, dots and cells. `mark` is the class that colours it.
import type { Child } from 'hono/jsx';
import { round } from './axes.tsx';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const path = (points: readonly Point[]): string => points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

/** Points joined straight; null interrupts the line. */
export function Line({ points, mark = '' }: { points: readonly (Point | null)[]; mark?: string }) {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return (
    <path
      class={`stroke ${mark}`}
      d={runs
        .filter((run) => run.length > 0)
        .map(path)
        .join('')}
    />
  );
}

/** Each point holds until the next, as a survival curve does. */
export const stepped = (points: readonly Point[]): Point[] =>
  points.flatMap((point, i) => (i === 0 ? [point] : [{ x: point.x, y: points[i - 1]?.y ?? point.y }, point]));

/** The area between two lines over the same x. */
export const Band = ({ upper, lower, mark = '' }: { upper: readonly Point[]; lower: readonly Point[]; mark?: string }) =>
  upper.length === 0 ? null : <path class={`band ${mark}`} d={`${path(upper)}${path([...lower].reverse()).replace(/^M/, 'L')}Z`} />;

export const Dot = ({ x, y, mark = '', label }: Point & { mark?: string; label?: string }) => (
  <circle class={`dot ${mark}`} cx={round(x)} cy={round(y)} r={4.5}>
    {label === undefined ? null : <title>{label}</title>}
  </circle>
);

export const Bar = ({ x, y, width, height, mark = '', label }: Point & { width: number; height: number; mark?: string; label?: string }) => (
  <rect class={`bar ${mark}`} x={round(x)} y={round(y)} width={round(Math.max(0, width))} height={round(Math.max(0, height))}>
    {label === undefined ? null : <title>{label}</title>}
  </rect>
);

/** An estimate with its interval, lying: the row of a forest plot. Without an estimate (0 has no place on a log scale) the interval is open to the left. */
export const IntervalRow = ({
  low,
  high,
  at,
  y,
  mark = '',
  label,
}: {
  low: number;
  high: number;
  at: number | null;
  y: number;
  mark?: string;
  label?: string;
}) => (
  <g class={mark}>
    <line class="stroke" x1={round(low)} x2={round(high)} y1={y} y2={y} />
    {at === null ? null : <line class="stroke" x1={round(low)} x2={round(low)} y1={y - 5} y2={y + 5} />}
    <line class="stroke" x1={round(high)} x2={round(high)} y1={y - 5} y2={y + 5} />
    {at === null ? null : <Dot x={at} y={y} {...(label === undefined ? {} : { label })} />}
  </g>
);

/** A cell of a heat map; `strength` 0…1 darkens it, `hatched` marks it as incomplete. */
export const Cell = ({
  x,
  y,
  width,
  height,
  strength,
  incomplete,
  children,
}: Point & { width: number; height: number; strength: number; incomplete?: boolean; children?: Child }) => (
  <g class={incomplete ? 'cell incomplete' : 'cell'}>
    <rect x={round(x)} y={round(y)} width={round(width)} height={round(height)} fill-opacity={round(Math.min(1, Math.max(0, strength)) * 0.9)} />
    {children}
  </g>
);

export const Label = ({ x, y, anchor = 'start', mark = '', children }: Point & { anchor?: 'start' | 'middle' | 'end'; mark?: string; children?: Child }) => (
  <text class={mark} x={round(x)} y={round(y)} text-anchor={anchor}>
    {children}
  </text>
);
