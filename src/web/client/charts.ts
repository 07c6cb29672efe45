// Long series as charts. uPlot is loaded only where a page has one: `data-chart` is the address of the numbers, or empty when `data-points` holds them.
interface Points {
  readonly at: number[];
  readonly series: { readonly label: string; readonly values: (number | null)[] }[];
}
interface Plot {
  setSize(size: { width: number; height: number }): void;
}
type Draw = new (options: object, data: (number | null)[][], target: HTMLElement) => Plot;

const HEIGHT = 180;
const colours = ['#2563eb', '#d97706', '#059669', '#dc2626'];

export function drawCharts(): void {
  for (const target of document.querySelectorAll<HTMLElement>('[data-chart]')) void draw(target);
}

async function draw(target: HTMLElement): Promise<void> {
  const points = await pointsOf(target);
  if (points === null || points.at.length === 0) return;
  // uPlot's ES module: its default export is the constructor.
  const { default: UPlot } = (await import(/* @vite-ignore */ target.dataset.uplot ?? '')) as { default: Draw };
  const ink = getComputedStyle(target).color;
  const axis = { stroke: ink, grid: { stroke: 'rgba(128,128,128,.2)' } };
  const options = {
    width: target.clientWidth || 320,
    height: HEIGHT,
    axes: [axis, { ...axis, size: 60 }],
    legend: { show: points.series.length > 1 },
    series: [{}, ...points.series.map(({ label }, i) => ({ label, stroke: colours[i % colours.length], width: 1.5, points: { show: points.at.length < 60 } }))],
  };
  const plot = new UPlot(options, [points.at.map((at) => at / 1000), ...points.series.map(({ values }) => values)], target);
  new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT })).observe(target);
}

async function pointsOf(target: HTMLElement): Promise<Points | null> {
  const { chart = '', points, field = '', label = '' } = target.dataset;
  // Written by the page itself.
  if (points !== undefined) return JSON.parse(points) as Points;
  const answer = await fetch(chart);
  if (!answer.ok) return null;
  // The answer of /devices/{device_id}/series.
  const { at, series } = (await answer.json()) as { at: number[]; series: Record<string, (number | null)[]> };
  return { at, series: [{ label, values: series[field] ?? [] }] };
}
