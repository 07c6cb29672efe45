// The frame of a chart: an SVG that scales with its place, with title, axes and legend. Colours and type sizes come from the sheet, by class.
import type { Child } from 'hono/jsx';
import type { Scale } from './scale.ts';

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const CHART_WIDTH = 640;

/** `title` says what is shown, `description` what is to be seen in it, for those who hear the page. */
export const Chart = ({ title, description, height, children }: { title: string; description?: string; height: number; children?: Child }) => (
  <figure class="chart">
    <svg viewBox={`0 0 ${CHART_WIDTH} ${height}`} role="img" aria-label={description === undefined ? title : `${title}. ${description}`}>
      {children}
    </svg>
    <figcaption>{title}</figcaption>
  </figure>
);

interface AxisProps {
  readonly scale: Scale;
  readonly area: Area;
  readonly title: string;
  readonly format: (value: number) => string;
}

/** Along the bottom, with lines up through the area. */
export const XAxis = ({ scale, area, title, format }: AxisProps) => (
  <g class="axis">
    {scale.ticks.map((tick) => (
      <>
        <line class="grid" x1={round(scale.at(tick))} x2={round(scale.at(tick))} y1={area.top} y2={area.bottom} />
        <text {...labelPlace(scale.at(tick))} y={area.bottom + 20}>
          {format(tick)}
        </text>
      </>
    ))}
    <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} />
    <text class="title" x={(area.left + area.right) / 2} y={area.bottom + 46} text-anchor="middle">
      {title}
    </text>
  </g>
);

/** Below its mark; at the right end of the drawing before it, so that nothing is cut off. */
const labelPlace = (x: number): { x: number; 'text-anchor': string } =>
  x > CHART_WIDTH - 24 ? { x: CHART_WIDTH, 'text-anchor': 'end' } : { x: round(x), 'text-anchor': 'middle' };

/** Along the left, its title above it so that it is read without turning the head. */
export const YAxis = ({ scale, area, title, format }: AxisProps) => (
  <g class="axis">
    {scale.ticks.map((tick) => (
      <>
        <line class="grid" x1={area.left} x2={area.right} y1={round(scale.at(tick))} y2={round(scale.at(tick))} />
        <text x={area.left - 8} y={round(scale.at(tick)) + 5} text-anchor="end">
          {format(tick)}
        </text>
      </>
    ))}
    <line x1={area.left} x2={area.left} y1={area.top} y2={area.bottom} />
    <text class="title" x={4} y={area.top - 20}>
      {title}
    </text>
  </g>
);

export interface LegendEntry {
  readonly mark: string;
  readonly label: string;
}

/** Below a chart: each mark's class with what it stands for. */
export const Legend = ({ entries }: { entries: readonly LegendEntry[] }) => (
  <ul class="legend">
    {entries.map(({ mark, label }) => (
      <li>
        <svg viewBox="0 0 24 12" aria-hidden="true">
          <Sample mark={mark} />
        </svg>
        {label}
      </li>
    ))}
  </ul>
);

// What the mark looks like in the chart: an area, a bar, a point, else a line.
function Sample({ mark }: { mark: string }) {
  if (mark.startsWith('band')) return <rect class={mark} x="1" y="1" width="22" height="10" />;
  if (mark.startsWith('bar')) return <rect class={mark} x="8" y="1" width="8" height="10" />;
  if (mark.startsWith('dot')) return <circle class={mark} cx="12" cy="6" r="4.5" />;
  return <line class={`stroke ${mark}`} x1="1" x2="23" y1="6" y2="6" />;
}

/** Positions to a tenth of a unit: a page of marks stays small. */
export const round = (value: number): number => Math.round(value * 10) / 10;
