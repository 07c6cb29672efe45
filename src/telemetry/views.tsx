// Lists of the telemetry side.
import type { Page } from '../db/page.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, Facts, Field, Filters, Form, Moment, Num, PageHead, Pager, Section, Select, Table, type Tone } from '../web/parts.tsx';
import type { IngestStatus } from './ingestStatus.ts';
import { textOf } from './answers.ts';
import { type DeviceFilter, type DeviceKind, deviceKinds, type QuarantineFilter, quarantineStates } from './inputs.ts';
import { type countDevices, type countQuarantine, kindOf, type ListedDevice, type listIngesters, type listOutages, type listQuarantine, type listSecurityEvents } from './queries.ts';
import type { QuarantineRow } from './table.ts';
import { reasonWords, words } from './words.ts';

type Rows<F extends (...parameters: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

const tones: Readonly<Record<DeviceKind, Tone>> = { online: 'good', silent: 'warn', offline: 'bad', unknown: 'info', never_seen: 'neutral' };

export const KindBadge = ({ c, kind }: { c: AppContext; kind: DeviceKind }) => <Badge tone={tones[kind]}>{words(c.var.locale)[kind]}</Badge>;

export const reasonText = (c: AppContext, reason: string): string => {
  const known: Readonly<Record<string, string>> = reasonWords(c.var.locale);
  return known[reason] ?? reason;
};

export function DeviceList({ c, devices, counts, filter }: { c: AppContext; devices: Page<ListedDevice>; counts: Rows<typeof countDevices>; filter: DeviceFilter }) {
  const w = words(c.var.locale);
  const { now } = c.var.ctx;
  const { locale } = c.var;
  return (
    <>
      <PageHead title={w.devices}><a href="/quarantine">{w.quarantine}</a> <a href="/ingest">{w.ingest}</a></PageHead>
      <Facts facts={(['online', 'silent', 'offline', 'unknown'] as const).map((kind) => [w[kind], <a href={`/devices?kind=${kind}`}><Num value={counts[kind]} locale={locale} /></a>] as const)} />
      <Filters c={c}>
        <Select label={w.kind} name="kind" value={filter.kind} blank={w.all} options={deviceKinds.map((kind) => ({ value: kind, label: w[kind] }))} />
        <Field label={w.device_id} name="q" value={filter.q ?? null} />
      </Filters>
      <Table c={c} caption={w.devices} rows={devices.items} columns={[
        { head: w.device_id, sort: 'device_id', cell: (row) => (row.last_seen_at === null ? row.device_id : <a href={`/devices/${row.device_id}`}>{row.device_id}</a>) },
        { head: w.kind, cell: (row) => <KindBadge c={c} kind={kindOf(row, now)} /> },
        { head: w.unit, cell: (row) => (row.unit_id === null ? '' : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
        { head: w.model, cell: (row) => row.model_code ?? '' },
        { head: w.firmware, cell: (row) => row.firmware ?? '' },
        { head: w.last_seen, sort: 'last_seen_at', cell: (row) => <Age c={c} at={row.last_seen_at} /> },
        { head: w.reports, sort: 'reports', numeric: true, cell: (row) => <Num value={row.reports} locale={locale} /> },
        { head: w.missing, sort: 'missing', numeric: true, cell: (row) => <Num value={row.missing} locale={locale} /> },
      ]} />
      <Pager c={c} next_cursor={devices.next_cursor} />
    </>
  );
}

export function QuarantineList({ c, rows, reasons, filter }: { c: AppContext; rows: Rows<typeof listQuarantine>; reasons: Rows<typeof countQuarantine>; filter: QuarantineFilter }) {
  const w = words(c.var.locale);
  const states = { open: w.state_open, waiting: w.state_waiting, replayed: w.state_replayed } as const;
  return (
    <>
      <PageHead title={w.quarantine} />
      <Facts facts={reasons.map((row) => [reasonText(c, row.reason), <a href={`/quarantine?reason=${encodeURIComponent(row.reason)}`}><Num value={Number(row.messages)} locale={c.var.locale} /></a>] as const)} />
      <Filters c={c}>
        <Select label={w.kind} name="state" value={filter.state} blank={w.all} options={quarantineStates.map((state) => ({ value: state, label: states[state] }))} />
        <Select label={w.reason} name="reason" value={filter.reason} blank={w.all} options={reasons.map((row) => ({ value: row.reason, label: reasonText(c, row.reason) }))} />
        <Field label={w.device_id} name="device_id" value={filter.device_id ?? null} />
      </Filters>
      {filter.reason === undefined && filter.device_id === undefined ? null : (
        <Form action="/quarantine/replays" label={w.replay_all}>
          {filter.reason === undefined ? null : <input type="hidden" name="reason" value={filter.reason} />}
          {filter.device_id === undefined ? null : <input type="hidden" name="device_id" value={filter.device_id} />}
          <button type="submit">{w.replay_all}</button>
        </Form>
      )}
      <Table c={c} caption={w.quarantine} rows={rows.items} columns={[
        { head: w.received, sort: 'received_at', cell: (row) => <a href={`/quarantine/${row.id}`}><Moment c={c} at={row.received_at} /></a> },
        { head: w.device_id, cell: (row) => row.device_id ?? '' },
        { head: w.reason, cell: (row) => reasonText(c, row.reason) },
        { head: w.detail, cell: (row) => row.detail ?? '' },
        { head: w.size, numeric: true, cell: (row) => <Num value={Number(row.size_bytes)} locale={c.var.locale} /> },
        { head: w.kind, cell: (row) => (row.replayed_at !== null ? `${w.state_replayed}: ${reasonText(c, row.replay_outcome ?? '')}` : row.replay_requested_at !== null ? w.state_waiting : w.state_open) },
      ]} />
      <Pager c={c} next_cursor={rows.next_cursor} />
    </>
  );
}

/** Bytes shown of a payload that is not text. */
const HEX_SHOWN = 2048;

export function QuarantinedMessage({ c, row }: { c: AppContext; row: QuarantineRow }) {
  const w = words(c.var.locale);
  const text = textOf(row.payload);
  return (
    <>
      <PageHead title={w.quarantine} sub={reasonText(c, row.reason)}>
        <Form action={`/quarantine/${row.id}/replay`} label={w.replay}><button type="submit" class="primary">{w.replay}</button></Form>
      </PageHead>
      <Facts facts={[
        [w.device_id, row.device_id ?? ''], [w.topic, <code>{row.topic}</code>], [w.received, <Moment c={c} at={row.received_at} />], [w.reason, reasonText(c, row.reason)],
        [w.detail, row.detail ?? ''], [w.size, <Num value={row.payload.length} locale={c.var.locale} />],
        [w.outcome, row.replayed_at !== null ? reasonText(c, row.replay_outcome ?? '') : row.replay_requested_at !== null ? w.state_waiting : ''],
      ]} />
      <Section title={w.payload} aside={text === null ? w.not_text : null}>
        <pre tabindex={0}>{text ?? Buffer.from(row.payload.subarray(0, HEX_SHOWN)).toString('hex').replace(/(.{2})/g, '$1 ')}</pre>
      </Section>
    </>
  );
}

export function IngestHealth({ c, ingesters, security, outages }: { c: AppContext; ingesters: Rows<typeof listIngesters>; security: Rows<typeof listSecurityEvents>; outages: Rows<typeof listOutages> }) {
  const w = words(c.var.locale);
  return (
    <>
      <PageHead title={w.ingest} />
      {ingesters.length === 0 ? <p class="empty">{w.no_ingester}</p> : null}
      {ingesters.map(({ ingester, status, updated_at }) => <Section title={ingester}><IngesterFacts c={c} status={JSON.parse(status)} updated_at={updated_at} /></Section>)}
      <Section title={w.outages}>
        <Table c={c} caption={w.outages} rows={outages} columns={[
          { head: w.site, cell: (row) => `${row.code} ${row.name}` },
          { head: w.started, cell: (row) => <Moment c={c} at={row.started_at} /> },
          { head: w.ended, cell: (row) => (row.ended_at === null ? <Badge tone="bad">{w.ongoing}</Badge> : <Moment c={c} at={row.ended_at} />) },
          { head: w.affected, numeric: true, cell: (row) => `${row.devices} / ${row.devices_at_site}` },
        ]} />
      </Section>
      <Section title={w.security}>
        <Table c={c} caption={w.security} rows={security} columns={[
          { head: w.received, cell: (row) => <Moment c={c} at={row.at} /> },
          { head: w.reason, cell: (row) => row.kind },
          { head: w.proved, cell: (row) => row.device_id ?? '' },
          { head: w.claimed, cell: (row) => row.client_id ?? '' },
          { head: w.topic, cell: (row) => row.topic ?? '' },
          { head: w.address, cell: (row) => row.address ?? '' },
          { head: w.times, numeric: true, cell: (row) => row.times },
        ]} />
      </Section>
    </>
  );
}

function IngesterFacts({ c, status, updated_at }: { c: AppContext; status: IngestStatus; updated_at: number }) {
  const w = words(c.var.locale);
  const number = (value: number | null, digits = 0) => <Num value={value} digits={digits} locale={c.var.locale} />;
  return (
    <Facts facts={[
      [w.kind, <Badge tone={status.state === 'working' ? 'good' : 'bad'}>{status.state}</Badge>], [w.reason, status.reason ?? ''], [w.broker, `${status.broker ?? ''} ${status.broker_state ?? ''}`],
      [w.rate, number(status.reports_per_s)], [w.backlog, number(status.queued)], [w.rows_waiting, number(status.rows_waiting)], [w.commit_ms, number(status.commit_ms, 1)],
      [w.reports, number(status.reports)], [w.duplicates, number(status.duplicates)], [w.quarantined, number(status.quarantined)], [w.dropped, number(status.quarantine_dropped)],
      [w.throttled, number(status.throttled)], [w.gaps_open, number(status.gaps_open)], [w.clients, number(status.clients)], [w.memory, number(status.memory_bytes / 2 ** 20)],
      [w.updated, <Age c={c} at={updated_at} />],
    ]} />
  );
}
