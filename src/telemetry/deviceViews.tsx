// One device: its latest state, its health over time, what is missing, and what can be asked of it.
import type { Child } from 'hono/jsx';
import { asset } from '../web/assets.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Facts, Form, Moment, Num, PageHead, Section, Table } from '../web/parts.tsx';
import { fields, jsonValue } from './fields.ts';
import { type getDevice, kindOf, type listEvents, type listGaps } from './queries.ts';
import type { DeviceCommandRow, DeviceDayRow, DeviceStateRow } from './table.ts';
import { KindBadge } from './views.tsx';
import { words } from './words.ts';

type Rows<F extends (...parameters: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

interface Shown {
  readonly c: AppContext;
  readonly device: Rows<typeof getDevice>;
  readonly state: DeviceStateRow | undefined;
  readonly days: readonly DeviceDayRow[];
  readonly events: Rows<typeof listEvents>;
  readonly gaps: Rows<typeof listGaps>;
  readonly commands: readonly DeviceCommandRow[];
}

export function DeviceView({ c, device, state, days, events, gaps, commands }: Shown) {
  const w = words(c.var.locale);
  return (
    <>
      <PageHead title={device.device_id} sub={<KindBadge c={c} kind={kindOf(device, c.var.ctx.now)} />}>
        <Form action={`/devices/${device.device_id}/commands`} label={w.diagnose}>
          <input type="hidden" name="name" value="diagnose" />
          <button type="submit">{w.diagnose}</button>
        </Form>
        <Form action={`/devices/${device.device_id}/credential`} label={w.issue}>
          <button type="submit">{w.issue}</button>
        </Form>
        <Form action={`/devices/${device.device_id}/credential-revocation`} label={w.revoke}>
          <button type="submit" class="danger">
            {w.revoke}
          </button>
        </Form>
      </PageHead>
      {device.unit_id === null ? <p class="problem">{w.not_registered}</p> : null}
      <DeviceFacts c={c} device={device} />
      <Section title={w.health}>
        <Charts c={c} device_id={device.device_id} days={days} />
      </Section>
      {state === undefined ? null : (
        <Section title={w.latest_state} aside={<Age c={c} at={state.reported_at} />}>
          <StateFacts c={c} state={state} />
        </Section>
      )}
      <Section title={w.daily}>
        <DayTable c={c} days={days} />
      </Section>
      <Section title={w.events}>
        <Table
          c={c}
          caption={w.events}
          rows={events}
          columns={[
            { head: w.reported, cell: (row) => <Moment c={c} at={row.reported_at} /> },
            { head: w.events, cell: (row) => row.name },
            { head: w.detail, cell: (row) => <code>{[row.source, row.data].filter((part) => part !== null).join(' ')}</code> },
          ]}
        />
      </Section>
      <Section title={w.gaps}>
        <GapTable c={c} gaps={gaps} />
      </Section>
      <Section title={w.commands}>
        <CommandTable c={c} commands={commands} />
      </Section>
    </>
  );
}

function DeviceFacts({ c, device }: { c: AppContext; device: Shown['device'] }) {
  const w = words(c.var.locale);
  const number = (value: number) => <Num value={value} locale={c.var.locale} />;
  return (
    <Facts
      facts={[
        [w.unit, device.unit_id === null ? '' : <a href={`/units/${device.unit_id}`}>{device.serial}</a>],
        [w.model, `${device.model_code ?? ''} ${device.hw_rev ?? ''}`],
        [w.firmware, device.firmware ?? ''],
        [w.last_seen, <Age c={c} at={device.last_seen_at} />],
        [w.first_seen, <Moment c={c} at={device.first_seen_at} />],
        [device.online_at === null ? w.offline : w.online, <Age c={c} at={device.online_at ?? device.offline_at} />],
        [w.presence_changes, number(device.presence_changes)],
        [w.reports, number(device.reports)],
        [w.missing, number(device.missing)],
        [w.lost, number(device.lost)],
        [w.duplicates, number(device.duplicates)],
        [w.throttled, number(device.throttled)],
        [w.clock_suspect, number(device.clock_suspect)],
      ]}
    />
  );
}

/** Numbers for src/web/client/charts.ts: the last hours from the API, the days right here. */
function Charts({ c, device_id, days }: { c: AppContext; device_id: string; days: readonly DeviceDayRow[] }) {
  const w = words(c.var.locale);
  const at = days.map((day) => Date.parse(`${day.day_on}T00:00:00Z`));
  const daily = (label: string, pick: (day: DeviceDayRow) => number | null) => ({ label, values: days.map(pick) });
  const charts: { title: string; series: ReturnType<typeof daily>[] }[] = [
    { title: w.reboots, series: [daily(w.reboots, unexpectedReboots)] },
    { title: w.recording, series: [daily(w.recording, (day) => day.rec_gap_s)] },
    {
      title: w.network,
      series: [daily(w.network, (day) => (day.disconnects === null && day.link_flaps === null ? null : (day.disconnects ?? 0) + (day.link_flaps ?? 0)))],
    },
    { title: w.frames, series: [daily(w.frames, (day) => day.frames_lost)] },
  ];
  const live = (title: string, field: string): Child => (
    <figure>
      <figcaption>{`${title} · ${w.last_hours}`}</figcaption>
      <div
        class="chart"
        data-chart={`/api/v1/devices/${device_id}/series?fields=${field}&hours=48`}
        data-field={field}
        data-label={title}
        data-uplot={asset('uplot.js')}
      />
    </figure>
  );
  return (
    <>
      <link rel="stylesheet" href={asset('uplot.css')} />
      <noscript>
        <p>{w.no_script}</p>
      </noscript>
      <div class="charts">
        {live(w.temperature, 'temp_c')}
        {live(w.voltage, 'vin_mv')}
        {charts.map(({ title, series }) => (
          <figure>
            <figcaption>{title}</figcaption>
            <div class="chart" data-chart="" data-points={JSON.stringify({ at, series })} data-label={title} data-uplot={asset('uplot.js')} />
          </figure>
        ))}
      </div>
    </>
  );
}

const unexpectedReboots = (day: DeviceDayRow): number =>
  day.reboot_brownout +
  day.reboot_hw_watchdog +
  day.reboot_sw_watchdog +
  day.reboot_kernel_panic +
  day.reboot_oom +
  day.reboot_clock_failure +
  day.reboot_fw_update_error +
  day.reboot_unknown;

function StateFacts({ c, state }: { c: AppContext; state: DeviceStateRow }) {
  return (
    <Facts
      facts={fields.map((field) => {
        // Columns of device_states are named after the fields.
        const value = state[field.name as keyof DeviceStateRow];
        const shown =
          typeof value === 'number' && field.kind === 'flag' ? (
            String(jsonValue(field, value))
          ) : typeof value === 'string' ? (
            value
          ) : (
            <Num value={value} digits={field.kind === 'number' && value !== null && value % 1 !== 0 ? 1 : 0} locale={c.var.locale} />
          );
        return [<code>{field.name}</code>, shown] as const;
      })}
    />
  );
}

function DayTable({ c, days }: { c: AppContext; days: readonly DeviceDayRow[] }) {
  const w = words(c.var.locale);
  const number = (head: string, pick: (day: DeviceDayRow) => number | null, digits = 0) => ({
    head,
    numeric: true,
    cell: (day: DeviceDayRow) => <Num value={pick(day)} digits={digits} locale={c.var.locale} />,
  });
  return (
    <Table
      c={c}
      caption={w.daily}
      rows={[...days].reverse()}
      columns={[
        { head: w.day, cell: (day) => day.day_on },
        number(w.reports, (day) => day.reports),
        number(w.reboots, unexpectedReboots),
        number(w.recording, (day) => day.rec_gap_s),
        number(w.frames, (day) => day.frames_lost),
        number(w.network, (day) => day.disconnects),
        number(w.temperature, (day) => day.temp_c_max, 1),
      ]}
    />
  );
}

function GapTable({ c, gaps }: { c: AppContext; gaps: Shown['gaps'] }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.gaps}
      rows={gaps}
      columns={[
        { head: 'seq', cell: (gap) => `${gap.from_seq}–${gap.to_seq}` },
        { head: w.received, cell: (gap) => <Moment c={c} at={gap.opened_at} /> },
        { head: w.gap_state, cell: (gap) => (gap.closed_at !== null ? w.closed : gap.given_up_at !== null ? w.given_up : w.asked(gap.asks)) },
      ]}
    />
  );
}

function CommandTable({ c, commands }: { c: AppContext; commands: readonly DeviceCommandRow[] }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.commands}
      rows={commands}
      columns={[
        { head: w.commands, cell: (row) => `${row.name} ${row.arguments ?? ''}` },
        { head: w.received, cell: (row) => <Moment c={c} at={row.created_at} /> },
        { head: w.kind, cell: (row) => (row.replied_at !== null ? w.replied : row.sent_at !== null ? w.sent : w.waiting) },
        { head: w.outcome, cell: (row) => <code>{row.reply ?? ''}</code> },
      ]}
    />
  );
}

export function CredentialShown({ c, username, password }: { c: AppContext; username: string; password: string }) {
  const w = words(c.var.locale);
  return (
    <>
      <PageHead title={w.credential} />
      <p class="message" role="status">
        {w.shown_once}
      </p>
      <Facts
        facts={[
          [w.username, <code>{username}</code>],
          [w.password, <code>{password}</code>],
        ]}
      />
      <p>
        <a href={`/devices/${username}`}>{w.device}</a>
      </p>
    </>
  );
}
