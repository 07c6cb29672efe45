// One device: its latest state, its health over time, what is missing, and what can be asked of it.
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, Facts, Form, Moment, Num, PageHead, Section, Table } from '../web/parts.tsx';
import { words as webWords } from '../web/words.ts';
import { Charts, Lengths, unexpectedReboots } from './deviceCharts.tsx';
import { type Field, fields, jsonValue } from './fields.ts';
import { fieldWords } from './fieldWords.ts';
import { type findDevice, isFlapping, kindOf, type listEvents, type listGaps, type listPresence } from './queries.ts';
import { stateWord } from './stateWords.ts';
import type { DeviceCommandRow, DeviceDayRow, DeviceStateRow } from './table.ts';
import { KindBadge } from './views.tsx';
import { words } from './words.ts';

type Rows<F extends (...parameters: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

interface Shown {
  readonly c: AppContext;
  readonly device: NonNullable<Rows<typeof findDevice>>;
  readonly state: DeviceStateRow | undefined;
  /** Days looked back, and those with a report. */
  readonly length: number;
  readonly days: readonly DeviceDayRow[];
  readonly events: Rows<typeof listEvents>;
  readonly presence: Rows<typeof listPresence>;
  readonly gaps: Rows<typeof listGaps>;
  readonly commands: readonly DeviceCommandRow[];
}

export function DeviceView({ c, device, state, length, days, events, presence, gaps, commands }: Shown) {
  const w = words(c.var.locale);
  return (
    <>
      <DeviceHead c={c} device={device} presence={presence} />
      {device.unit_id === null ? <p class="problem">{w.not_registered}</p> : null}
      <DeviceFacts c={c} device={device} />
      <Section title={w.health} aside={<Lengths c={c} device_id={device.device_id} length={length} />}>
        <Charts c={c} device_id={device.device_id} days={days} />
      </Section>
      {state === undefined ? null : (
        <Section title={w.latest_state} aside={<Age c={c} at={state.reported_at} />}>
          <StateFacts c={c} state={state} />
        </Section>
      )}
      <Section title={w.daily}>
        {days.length === 0 ? (
          <DayTable c={c} days={days} />
        ) : (
          <details>
            <summary>{w.day_table(Math.min(days.length, DAYS_IN_TABLE))}</summary>
            <DayTable c={c} days={days} />
          </details>
        )}
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
      <Section title={w.presence_changes}>
        <PresenceTable c={c} presence={presence} />
      </Section>
      <Section title={w.gaps}>
        <GapTable c={c} gaps={gaps} />
      </Section>
      <Section title={w.commands}>
        <CommandTable c={c} commands={commands} />
      </Section>
      {may(c.var.ctx.actor, 'telemetry:write') ? <CredentialButtons c={c} device_id={device.device_id} /> : null}
    </>
  );
}

function DeviceHead({ c, device, presence }: Pick<Shown, 'c' | 'device' | 'presence'>) {
  const w = words(c.var.locale);
  const { now } = c.var.ctx;
  return (
    <PageHead
      stored
      title={device.device_id}
      sub={
        <>
          <KindBadge c={c} kind={kindOf(device, now)} /> {isFlapping(presence, now) ? <Badge tone="warn">{w.flapping}</Badge> : null}
        </>
      }
    >
      {may(c.var.ctx.actor, 'device:command') ? (
        <Form action={`/devices/${device.device_id}/commands`} label={w.diagnose}>
          <input type="hidden" name="name" value="diagnose" />
          <button type="submit">{w.diagnose}</button>
        </Form>
      ) : null}
    </PageHead>
  );
}

/** `issued`: there may be one to replace or revoke. */
export function CredentialButtons({ c, device_id, issued = true }: { c: AppContext; device_id: string; issued?: boolean }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.credential}>
      {issued ? <p>{w.credential_ends}</p> : null}
      <div class="actions">
        <Form action={`/devices/${device_id}/credential`} label={w.issue}>
          <button type="submit">{w.issue}</button>
        </Form>
        {issued ? (
          <Form action={`/devices/${device_id}/credential-revocation`} label={w.revoke}>
            <button type="submit" class="danger">
              {w.revoke}
            </button>
          </Form>
        ) : null}
      </div>
    </Section>
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

/** What the device reported last; what it never reported is only named. */
function StateFacts({ c, state }: { c: AppContext; state: DeviceStateRow }) {
  // Columns of device_states are named after the fields.
  const reported = (field: Field) => state[field.name as keyof DeviceStateRow];
  const unknown = fields.filter((field) => reported(field) === null);
  return (
    <>
      <Facts
        facts={fields
          .filter((field) => !unknown.includes(field))
          .map((field) => [<FieldName c={c} field={field} />, <StateValue c={c} field={field} value={reported(field)} />] as const)}
      />
      {unknown.length === 0 ? null : (
        <details>
          <summary>{words(c.var.locale).never_reported(unknown.length)}</summary>
          <ul>
            {unknown.map((field) => (
              <li>
                <FieldName c={c} field={field} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** In words; its name in the contract on hover, for those who write the firmware. */
const FieldName = ({ c, field }: { c: AppContext; field: Field }) => (
  <span title={field.name}>{speak(fieldWords[field.name as keyof typeof fieldWords], c.var.locale)}</span>
);

function StateValue({ c, field, value }: { c: AppContext; field: Field; value: string | number | null }) {
  const { locale } = c.var;
  if (typeof value === 'string') return <>{stateWord(value, locale)}</>;
  if (typeof value === 'number' && field.kind === 'flag') return <>{jsonValue(field, value) === true ? webWords(locale).yes : webWords(locale).no}</>;
  return <Num value={value} digits={field.kind === 'number' && value !== null && value % 1 !== 0 ? 1 : 0} locale={c.var.locale} />;
}

/** The charts show the whole length; the table the newest days of it. */
const DAYS_IN_TABLE = 90;

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
      rows={days.slice(-DAYS_IN_TABLE).reverse()}
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

function PresenceTable({ c, presence }: { c: AppContext; presence: Shown['presence'] }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.presence_changes}
      rows={presence}
      columns={[
        { head: w.changed, cell: (row) => <Moment c={c} at={row.changed_at} /> },
        { head: w.kind, cell: (row) => w[row.presence] },
        { head: w.known_by, cell: (row) => w[row.cause] },
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
