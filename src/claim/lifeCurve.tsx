// A survival curve as an SVG that prints: steps, their band, axes with numbers.
interface Point {
  readonly time_days: number;
  readonly survival: number;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
}

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 56;
const BOTTOM = 36;
const TOP = 12;

/** Says nothing when there is no point. The vertical axis begins where the band does, and says so in its numbers. */
export function LifeCurve({ points, title, days, surviving }: { points: readonly Point[]; title: string; days: string; surviving: string }) {
  const last = points.at(-1);
  if (last === undefined) return null;
  const lowest = Math.max(0, Math.floor(Math.min(...points.map((point) => point.ci_low ?? point.survival)) * 20) / 20 - 0.05);
  const x = (time: number): number => LEFT + ((WIDTH - LEFT - 8) * time) / (last.time_days || 1);
  const y = (share: number): number => TOP + ((HEIGHT - TOP - BOTTOM) * (1 - share)) / (1 - lowest || 1);
  const ticks = [lowest, (1 + lowest) / 2, 1];
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={title}>
      <path d={steps(points, (point) => point.ci_low ?? point.survival, x, y)} fill="none" stroke="#888" stroke-dasharray="4 3" />
      <path d={steps(points, (point) => point.ci_high ?? point.survival, x, y)} fill="none" stroke="#888" stroke-dasharray="4 3" />
      <path d={steps(points, (point) => point.survival, x, y)} fill="none" stroke="currentColor" stroke-width="2" />
      <path d={`M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}`} fill="none" stroke="currentColor" />
      {ticks.map((tick) => (
        <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end" font-size="12" fill="currentColor">{`${(tick * 100).toFixed(1)} %`}</text>
      ))}
      {[0, 0.5, 1].map((part) => (
        <text x={x(last.time_days * part)} y={HEIGHT - BOTTOM + 16} text-anchor={part === 1 ? 'end' : 'middle'} font-size="12" fill="currentColor">
          {Math.round(last.time_days * part)}
        </text>
      ))}
      <text x={WIDTH / 2} y={HEIGHT - 4} text-anchor="middle" font-size="12" fill="currentColor">
        {days}
      </text>
      <text x={WIDTH - 8} y={TOP + 4} text-anchor="end" font-size="12" fill="currentColor">
        {surviving}
      </text>
    </svg>
  );
}

const steps = (points: readonly Point[], of: (point: Point) => number, x: (time: number) => number, y: (share: number) => number): string =>
  `M${x(0)} ${round(y(1))}${points.map((point) => `H${round(x(point.time_days))}V${round(y(of(point)))}`).join('')}`;

const round = (value: number): number => Math.round(value * 100) / 100;
