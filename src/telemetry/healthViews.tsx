// The tables of fleet health: models against signals, and the ranked rows with their weeks.
import { may } from '../core/actor.ts';
import { formatNumber } from '../core/formats.ts';
import { addDays } from '../core/time.ts';
import { type Locale, speak } from '../core/words.ts';
import { withQuery } from '../web/address.ts';
import { Dot, Line } from '../web/chart/marks.tsx';
import type { AppContext } from '../web/env.ts';
import { type Column, Num, Table, Unknown } from '../web/parts.tsx';
import type { HealthRow, HealthTable, HeatRow } from './fleetHealth.ts';
import { type HealthCut, NOT_KNOWN } from './healthInputs.ts';
import { excessOf, type RankedGroup, STANDS_OUT } from './healthRates.ts';
import type { Trend, Trends } from './healthTrend.ts';
import { words } from './healthWords.ts';
import { dailySignals } from './signals.ts';

export const signalName = (code: string, locale: Locale): string => speak(dailySignals.find((signal) => signal.code === code)?.label ?? [code, code], locale);

/** Below this factor nothing is shaded; each further limit is a step darker. */
const SHADES = [STANDS_OUT, 1.5, 2, 3, 5];

const shadeOf = (group: RankedGroup | undefined): number => SHADES.filter((limit) => group !== undefined && (excessOf(group) ?? 0) >= limit).length;

/** Signals in which none of the models stands out wait until they are asked for. */
export function HeatTable({ c, rows }: { c: AppContext; rows: readonly HeatRow[] }) {
  const { locale } = c.var;
  const w = words(locale);
  const groupOf = (row: HeatRow, signal: string) => row.groups.find((group) => group.signal === signal);
  const cell = (row: HeatRow, signal: string) => {
    const group = groupOf(row, signal);
    if (group === undefined) return null;
    const shade = shadeOf(group);
    const rate = formatNumber((group.episodes / group.device_days) * 1000, locale, 1);
    return (
      <a class={`heat shade-${shade}`} href={withQuery(c, { signal, model: row.model, maker: row.maker, by: 'firmware', cursor: null })}>
        {rate}
        {shade === 0 ? null : <b> {w.of_all(formatNumber(excessOf(group) ?? 0, locale, 1))}</b>}
      </a>
    );
  };
  return (
    <Table
      c={c}
      caption={w.heat_title}
      rows={rows}
      columns={[
        { head: w.model, cell: (row) => <ModelLink c={c} {...row} /> },
        ...dailySignals.map(
          ({ code }): Column<HeatRow> => ({
            head: signalName(code, locale),
            numeric: true,
            aside: !rows.some((row) => shadeOf(groupOf(row, code)) > 0),
            cell: (row) => cell(row, code),
          }),
        ),
      ]}
    />
  );
}

const ModelLink = ({ c, model, maker }: { c: AppContext; model: string; maker: string }) => (
  <a href={withQuery(c, { model, maker, by: c.req.query('signal') ? 'firmware' : 'model', sort: null, cursor: null })}>{model}</a>
);

export function RankedTable({ c, table, by, trends }: { c: AppContext; table: HealthTable; by: HealthCut; trends: Trends }) {
  const { locale } = c.var;
  const w = words(locale);
  const columns: (Column<HealthRow> | null)[] = [
    by === 'model'
      ? { head: w.model, cell: (row) => <ModelLink c={c} model={row.model} maker={row.maker} /> }
      : { head: w[by], cell: (row) => row.part ?? <Unknown locale={locale} /> },
    c.req.query('signal')
      ? null
      : { head: w.signal, cell: (row) => <a href={withQuery(c, { signal: row.signal, cursor: null })}>{signalName(row.signal, locale)}</a> },
    {
      head: w.excess,
      numeric: true,
      sort: 'excess_p05',
      cell: (row) => (row.excess_p05 === null ? <Unknown locale={locale} /> : w.of_all(formatNumber(row.excess_p05, locale, 1))),
    },
    {
      head: w.rate,
      numeric: true,
      sort: 'rate_per_1000_device_days',
      cell: (row) => withRange(row.rate_per_1000_device_days, row.ci_low, row.ci_high, locale),
    },
    {
      head: w.shrunken,
      numeric: true,
      sort: 'shrunken_p05',
      aside: true,
      cell: (row) => withRange(row.shrunken_rate, row.shrunken_p05, row.shrunken_p95, locale),
    },
    by === 'model' ? { head: w.trend, cell: (row) => <Spark trend={trends.get(row.signal)?.get(row.model_id) ?? []} locale={locale} /> } : null,
    {
      head: w.episodes,
      numeric: true,
      sort: 'episodes',
      cell: (row) => <a href={daysLink(row, table, by, 'episodes')}>{formatNumber(row.episodes, locale)}</a>,
    },
    {
      head: w.device_days,
      numeric: true,
      sort: 'device_days',
      cell: (row) => <a href={daysLink(row, table, by, 'device_days')}>{formatNumber(row.device_days, locale)}</a>,
    },
    { head: w.events, numeric: true, aside: true, cell: (row) => <Num value={row.events} locale={locale} /> },
    { head: w.devices, numeric: true, cell: (row) => <a href={devicesLink(row, table, by)}>{formatNumber(row.devices, locale)}</a> },
    { head: w.rank, numeric: true, aside: true, cell: (row) => row.rank },
    may(c.var.ctx.actor, 'alert:read') ? { head: w.alerts, cell: (row) => <a href={`/alerts?model_id=${row.model_id}`}>{w.alerts}</a> } : null,
  ];
  return <Table c={c} caption={w.ranked} rows={table.items} columns={columns.filter((column) => column !== null)} />;
}

const withRange = (value: number, low: number, high: number, locale: Locale) => (
  <>
    {formatNumber(value, locale, 2)} <span class="range">{`(${formatNumber(low, locale, 2)}–${formatNumber(high, locale, 2)})`}</span>
  </>
);

/** The device-days a figure of a row counts. */
function daysLink(row: HealthRow, { period }: HealthTable, by: HealthCut, counted: 'episodes' | 'device_days'): string {
  const part = by === 'model' ? {} : { [by]: row.part ?? NOT_KNOWN };
  const { signal, model, maker } = row;
  return `/fleet-health/days?${new URLSearchParams({ signal, model, maker, ...part, from_on: period.from_on, to_on: period.to_on, counted })}`;
}

/** The devices of the last day that has figures. */
function devicesLink(row: HealthRow, table: HealthTable, by: HealthCut): string {
  const on = table.population.find(({ signal }) => signal === row.signal)?.counted_on ?? table.period.from_on;
  return daysLink(row, { ...table, period: { from_on: on, to_on: addDays(on, 1) } }, by, 'device_days');
}

const [WIDTH, HEIGHT, MARGIN] = [120, 28, 5];

/** Weekly rates from 0 to their highest; weeks without a report are gaps. */
export function Spark({ trend, locale }: { trend: Trend; locale: Locale }) {
  const known = trend.filter((rate) => rate !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return <Unknown locale={locale} />;
  const highest = Math.max(...known);
  const points = trend.map((rate, i) =>
    rate === null
      ? null
      : {
          x: MARGIN + (i / Math.max(1, trend.length - 1)) * (WIDTH - 2 * MARGIN),
          y: HEIGHT - MARGIN - (highest > 0 ? rate / highest : 0) * (HEIGHT - 2 * MARGIN),
        },
  );
  const end = points.filter((point) => point !== null).at(-1);
  const said = words(locale).weekly(...([first, last, highest].map((rate) => formatNumber(rate, locale, 1)) as [string, string, string]));
  return (
    <svg class="chart spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={said}>
      <Line points={points} />
      {end === undefined ? null : <Dot {...end} />}
    </svg>
  );
}
