// The table of scores as text, and the leads of the detectors as an SVG picture.
import type { ActNow } from './detect.ts';
import { type Found, median, pooled, scoreOf } from './measure.ts';
import type { Row } from './seed.ts';

const HEAD = [
  'seed',
  'detector',
  'false',
  'false/1000mm',
  'before 5th',
  'lead d',
  'to 1st report',
  'big before',
  'big lead',
  'firmware d',
  'big firmware d',
  'act-now false',
];

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [Number.isNaN(row.seed) ? 'all' : String(row.seed), ...cellsOf(row)]);
  return laidOut([HEAD, ...lines], 1);
}

/** One column holds words and begins at its left, the others hold figures. */
function laidOut(lines: readonly (readonly string[])[], words: number): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) => line.map((cell, column) => (column === words ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}

function cellsOf({ detector, tally, act_now }: Omit<Row, 'seed'>): string[] {
  const score = scoreOf(tally);
  return [
    detector,
    String(tally.wrong),
    score.false_per_1000.toFixed(2),
    share(score.all),
    days(score.all.lead),
    days(score.report_lead),
    share(score.big),
    days(score.big.lead),
    days(score.firmware_days),
    days(score.firmware_big_days),
    act_now === null ? '' : `${act_now.listed === 0 ? '-' : percent(act_now.wrong / act_now.listed)} of ${act_now.listed}`,
  ];
}

/** From so many devices on. */
const SIZES = [0, 150, 300, 1000] as const;

/** Median days from the first upgrade to a firmware of RR 3 or more to its alert, by the size of the model. What information allows is the oracle's line. */
export function stepTableOf(rows: readonly Row[]): string {
  const classes = SIZES.map((from, place) => ({ from, before: SIZES[place + 1] ?? Infinity }));
  const lines = pooledRows(rows).flatMap(({ detector, tally: { steps } }) =>
    steps.length === 0
      ? []
      : [
          [
            detector,
            ...classes.map(({ from, before }) => {
              const own = steps.filter(({ devices }) => devices >= from && devices < before);
              return `${days(median(own.map((step) => step.days)))} of ${own.length}`;
            }),
          ],
        ],
  );
  const head = ['firmware steps by devices', ...classes.map(({ from, before }) => (before === Infinity ? `${from} or more` : `${from} to ${before - 1}`))];
  return laidOut([head, ...lines], 0);
}

/** Each detector over all seeds: their defects, alerts and model-months laid together, as if they were one fleet. */
export function pooledRows(rows: readonly Row[]): Row[] {
  return [...new Set(rows.map((row) => row.detector))].map((detector) => {
    const own = rows.filter((row) => row.detector === detector);
    return { seed: NaN, detector, tally: pooled(own.map((row) => row.tally)), act_now: laidTogether(own.flatMap((row) => row.act_now ?? [])) };
  });
}

function laidTogether(lists: readonly ActNow[]): ActNow | null {
  if (lists.length === 0) return null;
  return { listed: lists.reduce((sum, one) => sum + one.listed, 0), wrong: lists.reduce((sum, one) => sum + one.wrong, 0) };
}

const share = ({ defects, before_fifth }: Found): string => (defects === 0 ? '-' : percent(before_fifth));
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const days = (value: number | null): string => (value === null ? '-' : value.toFixed(0));

const COLOURS = ['#9aa0a6', '#c58af9', '#f29900', '#1a73e8', '#188038'];
const WIDTH = 860;
const HEIGHT = 420;
const LEFT = 60;
const BOTTOM = 40;
const RANGE = [-100, 120] as const;

/** Share of the hardware defects whose alert led the 5th return by at least so many days, one line per detector. */
export function plotOf(rows: readonly Row[]): string {
  const x = (lead: number): number => LEFT + ((lead - RANGE[0]) / (RANGE[1] - RANGE[0])) * (WIDTH - LEFT - 20);
  const y = (share: number): number => 20 + (1 - share) * (HEIGHT - BOTTOM - 20);
  const detectors = [...new Set(rows.map((row) => row.detector))];
  const lines = detectors.map((detector, index) => {
    const leads = rows.filter((row) => row.detector === detector).flatMap((row) => row.tally.hardware.map((lead) => lead.to_fifth));
    const points = Array.from({ length: 111 }, (_, i) => RANGE[0] + i * 2).map(
      (lead) => `${x(lead).toFixed(1)},${y(leads.filter((value) => value >= lead).length / Math.max(1, leads.length)).toFixed(1)}`,
    );
    const colour = COLOURS[index % COLOURS.length];
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/><text x="${LEFT + 12}" y="${HEIGHT - BOTTOM - 90 + index * 16}" fill="${colour}">${detector}</text>`;
  });
  const ticks = [-80, -40, 0, 40, 80].map(
    (lead) =>
      `<line x1="${x(lead)}" x2="${x(lead)}" y1="20" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${x(lead)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${lead}</text>`,
  );
  const shares = [0, 0.25, 0.5, 0.75, 1].map((share) => `<text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${ticks.join('')}${shares.join('')}${lines.join('')}<text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">days from the alert to the 5th attributable return, at least</text></svg>`;
}
