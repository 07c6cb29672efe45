// Parts of the alert pages: the chart of observed against expected, the figures, the excess, the complaints.
import { formatNumber } from '../core/formats.ts';
import { addDays } from '../core/time.ts';
import { Chart, Legend, XAxis, YAxis } from '../web/chart/axes.tsx';
import { Bar, Line } from '../web/chart/marks.tsx';
import { linearScale, type Scale } from '../web/chart/scale.ts';
import type { AppContext } from '../web/env.ts';
import { Facts, Num, Section, Table } from '../web/parts.tsx';
import type { Complaint } from './complaints.ts';
import { cohortName, leadText, type SignalNames, signalName } from './names.tsx';
import { evidenceOf, leadOf, type NamedAlert } from './queries.ts';
import { kindWords, words } from './words.ts';

const AREA = { left: 56, right: 600, top: 34, bottom: 210 };

export function EpisodesChart({ c, alert }: { c: AppContext; alert: NamedAlert }) {
  const w = words(c.var.locale);
  const { chart, chart_from_on: from = alert.started_on } = evidenceOf(alert);
  if (chart === undefined || chart.observed.length === 0) return null;
  const last = chart.observed.length;
  const slot = (AREA.right - AREA.left) / last;
  // To the last day and no further: a round end would show weeks to come as if nothing had happened in them.
  const x: Scale = { at: (day) => AREA.left + day * slot, ticks: linearScale([0, last], [0, 1]).ticks.filter((day) => day < last), low: 0, high: last };
  const y = linearScale([0, Math.max(1, ...chart.observed, ...chart.expected)], [AREA.bottom, AREA.top]);
  const width = slot * 0.8;
  return (
    <>
      <Chart title={w.chart} description={`${cohortName(c, alert)}, ${signalName(c, alert)}`} height={262}>
        <XAxis scale={x} area={AREA} title={w.chart_axis} format={(day) => addDays(from, day).slice(5)} />
        <YAxis scale={y} area={AREA} title={w.episodes} format={(value) => formatNumber(value, c.var.locale, value % 1 === 0 ? 0 : 1)} />
        {chart.observed.map((count, day) =>
          count === 0 ? null : <Bar x={x.at(day)} y={y.at(count)} width={width} height={AREA.bottom - y.at(count)} label={`${addDays(from, day)}: ${count}`} />,
        )}
        <Line points={chart.expected.map((value, day) => ({ x: x.at(day) + width / 2, y: y.at(value) }))} mark="warn" />
      </Chart>
      <Legend
        entries={[
          { mark: 'bar', label: w.observed },
          { mark: 'warn', label: w.expected },
        ]}
      />
    </>
  );
}

/** An outage of the platform is no cohort's: it has a factor of the day, and nothing that was observed of one against another. */
function PlatformFacts({ c, alert }: { c: AppContext; alert: NamedAlert }) {
  const w = words(c.var.locale);
  return (
    <Facts
      facts={[
        [w.signal, signalName(c, alert)],
        [w.started_on, alert.started_on],
        [
          w.fleet_factor,
          <>
            {formatNumber(alert.statistic, c.var.locale, 1)} <small>{w.platform_at(alert.threshold)}</small>
          </>,
        ],
      ]}
    />
  );
}

export function AlertFacts({ c, alert }: { c: AppContext; alert: NamedAlert }) {
  if (alert.kind === 'platform') return <PlatformFacts c={c} alert={alert} />;
  const w = words(c.var.locale);
  const { locale } = c.var;
  const evidence = evidenceOf(alert);
  const lead = leadOf(alert);
  const number = (value: number | undefined, digits = 1) => <Num value={value ?? null} digits={digits} locale={locale} />;
  const interval =
    evidence.ratio === undefined ? (
      number(undefined)
    ) : (
      <>
        {number(evidence.ratio)} ({number(evidence.ratio_low)}–{number(evidence.ratio_high)})
      </>
    );
  return (
    <Facts
      facts={[
        [w.signal, signalName(c, alert)],
        [w.cohort, cohortName(c, alert)],
        [w.started_on, alert.started_on],
        [w.raised_on, alert.raised_on],
        ...(evidence.crossed_on === undefined || evidence.crossed_on >= alert.raised_on
          ? []
          : [
              [
                w.crossed_on,
                <>
                  {evidence.crossed_on} <small>{w.crossed_text}</small>
                </>,
              ] as const,
            ]),
        [w.observed, number(evidence.observed, 0)],
        [w.expected, number(evidence.expected)],
        [w.ratio, interval],
        [w.fleet_factor, number(evidence.fleet_factor, 2)],
        [w.devices, number(evidence.shares?.devices, 0)],
        [w.top_device, number(evidence.shares?.most_by_device, 0)],
        [w.top_site, number(evidence.shares?.most_by_site, 0)],
        [
          w.statistic,
          <>
            {number(alert.statistic, 0)} <small>{w.budget(formatNumber(alert.threshold, locale))}</small>
          </>,
        ],
        [w.without_device, number(evidence.shares?.without_top_device, 0)],
        [w.without_site, number(evidence.shares?.without_top_site, 0)],
        [w.lead_report, leadText(c, lead.report)],
        [w.lead_return, leadText(c, lead.return)],
      ]}
    />
  );
}

/** `names` gives batch codes for their ids. */
export function ExcessTable({ c, alert, names }: { c: AppContext; alert: NamedAlert; names: ReadonlyMap<string, string> }) {
  const w = words(c.var.locale);
  const kinds = kindWords(c.var.locale);
  const number = (value: number | null, digits = 1) => <Num value={value} digits={digits} locale={c.var.locale} />;
  return (
    <Section title={w.excess}>
      <Table
        c={c}
        caption={w.excess}
        rows={evidenceOf(alert).excess ?? []}
        columns={[
          { head: w.part, cell: (row) => `${kinds[row.kind]} ${names.get(row.value) ?? row.value}` },
          { head: w.observed, numeric: true, cell: (row) => number(row.observed, 0) },
          { head: w.expected, numeric: true, cell: (row) => number(row.expected) },
          { head: w.ratio_only, numeric: true, cell: (row) => number(row.ratio) },
          { head: w.p_value, numeric: true, cell: (row) => (row.p_value !== null && row.p_value < 0.0001 ? '< 0.0001' : number(row.p_value, 4)) },
        ]}
      />
    </Section>
  );
}

/** A roll-out that alarms: what the upgraded devices showed, and those still to upgrade, against their own past. */
export function RollOutTable({ c, alert }: { c: AppContext; alert: NamedAlert }) {
  const w = words(c.var.locale);
  const { rollout } = evidenceOf(alert);
  if (rollout === undefined) return null;
  const number = (value: number | null, digits = 1) => <Num value={value} digits={digits} locale={c.var.locale} />;
  const rows = [
    { group: w.treated, observed: rollout.treated, expected: rollout.treated_expected },
    { group: w.control, observed: rollout.control, expected: rollout.control_expected },
  ];
  return (
    <Section title={w.rollout}>
      <p>{w.rollout_text(rollout.firmware, rollout.started_on, rollout.upgraded)}</p>
      <Table
        c={c}
        caption={w.rollout}
        rows={rows}
        columns={[
          { head: w.part, cell: (row) => row.group },
          { head: w.observed, numeric: true, cell: (row) => number(row.observed, 0) },
          { head: w.expected, numeric: true, cell: (row) => number(row.expected) },
          { head: w.ratio_only, numeric: true, cell: (row) => number(row.expected > 0 ? row.observed / row.expected : null) },
        ]}
      />
      <p>
        {w.e_value}: {number(rollout.e_value, 0)} ({number(rollout.threshold, 0)})
      </p>
    </Section>
  );
}

/** The signals of the incident, loudest first. */
export function SignalTable({ c, alert, nameOf }: { c: AppContext; alert: NamedAlert; nameOf: SignalNames }) {
  const w = words(c.var.locale);
  const rows = evidenceOf(alert).by_signal ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={w.by_signal}>
      <Table
        c={c}
        caption={w.by_signal}
        rows={rows}
        columns={[
          { head: w.signal, cell: (row) => nameOf(row.signal) },
          { head: w.statistic, numeric: true, cell: (row) => <Num value={row.statistic} digits={0} locale={c.var.locale} /> },
        ]}
      />
    </Section>
  );
}

/** What customers reported of the units of the alert, and the others that show the same now. */
export function Complaints({ c, complaints, nameOf }: { c: AppContext; complaints: readonly Complaint[]; nameOf: SignalNames }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.alike}>
      {complaints.length === 0 ? <p>{w.none_reported}</p> : null}
      {complaints.map(({ case_id, number, serial, signals, alike }) => (
        <p>
          <a href={`/cases/${case_id}`}>{number}</a> <strong>{w.alike_units(serial, alike.length)}</strong>{' '}
          {signals.map(nameOf).join(c.var.locale === 'ja' ? '、' : ', ')}:{' '}
          {alike.slice(0, MOST_ALIKE).map((unit) => (
            <>
              <a href={`/units/${unit.unit_id}`}>{unit.serial}</a>{' '}
            </>
          ))}
          {alike.length > MOST_ALIKE ? '…' : ''}
        </p>
      ))}
    </Section>
  );
}

const MOST_ALIKE = 20;
