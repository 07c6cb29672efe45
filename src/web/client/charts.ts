// Long series as charts. uPlot is loaded only where a page has one: `data-chart` is the address of the numbers, or empty when `data-points` holds them.
interface Points {
  readonly at: number[];
  readonly series: { readonly label: string; readonly values: (number | null)[] }[];
}
interface Plot {
  setSize(size: { width: number; height: number }): void;
}
interface Draw {
  new (options: object, data: (number | null)[][], target: HTMLElement): Plot;
  tzDate(date: Date, zone: string): Date;
}

const HEIGHT = 180;
const DAY_S = 86_400;
/** Labels of the time axis, by the seconds between them: the hours of a day are 24 in every language. After the label what stands below it when the year, the
 * month, the day, the hour or the minute changes (uPlot's `axis.values`). */
const times = [
  [31_536_000, '{YYYY}', null, null, null, null, null, null, 1],
  [2_419_200, '{YYYY}/{M}', null, null, null, null, null, null, 1],
  [86_400, '{M}/{D}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{H}:{mm}', '\n{M}/{D}', null, '\n{M}/{D}', null, null, null, 1],
  [1, '{H}:{mm}:{ss}', '\n{M}/{D}', null, '\n{M}/{D}', null, null, null, 1],
];
/** As the accent and the tones of the sheet; a canvas knows no custom properties. */
const colours = matchMedia('(prefers-color-scheme: dark)').matches
  ? ['#7fc0f7', '#f4c06a', '#7fd6a0', '#ff9d9d']
  : ['#0b5cad', '#7c4a03', '#1c6b3a', '#a81e2d'];

export function drawCharts(): void {
  for (const target of document.querySelectorAll<HTMLElement>('[data-chart]')) void draw(target);
}

async function draw(target: HTMLElement): Promise<void> {
  const points = await pointsOf(target);
  if (points === null) return;
  if (points.series.every(({ values }) => values.every((value) => value === null))) {
    target.textContent = target.dataset.nothing ?? '';
    target.className = 'empty';
    return;
  }
  // uPlot's ES module: its default export is the constructor.
  const { default: UPlot } = (await import(/* @vite-ignore */ target.dataset.uplot ?? '')) as { default: Draw };
  const ink = getComputedStyle(target).color;
  const axis = { stroke: ink, grid: { stroke: 'rgba(128,128,128,.2)' } };
  const options = {
    width: target.clientWidth || 320,
    height: HEIGHT,
    // A single point would stand in the middle of years.
    ...(points.at.length > 1 ? {} : { scales: { x: { range: (_plot: unknown, least: number) => [least - DAY_S, least + DAY_S] } } }),
    axes: [
      { ...axis, values: times },
      { ...axis, size: 60 },
    ],
    tzDate: (at: number) => UPlot.tzDate(new Date(at * 1000), target.dataset.zone ?? 'UTC'),
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
