// Lists of the telemetry side.
import type { Page } from '../db/page.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, Facts, Field, Filters, Moment, Num, PageHead, Pager, Section, Select, Table, type Tone } from '../web/parts.tsx';
import { type IngestStatus, NO_WORD_MS } from './ingestStatus.ts';
import { type DeviceFilter, type DeviceKind, deviceKinds } from './inputs.ts';
import { type countDevices, kindOf, type ListedDevice, type listIngesters, type listOutages, type listSecurityEvents } from './queries.ts';
import { securityWords, stateWords, words } from './words.ts';

type Rows<F extends (...parameters: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

const tones: Readonly<Record<DeviceKind, Tone>> = { online: 'good', silent: 'warn', offline: 'bad', unknown: 'info', never_seen: 'neutral' };

export const KindBadge = ({ c, kind }: { c: AppContext; kind: DeviceKind }) => <Badge tone={tones[kind]}>{words(c.var.locale)[kind]}</Badge>;

export function DeviceList({
  c,
  devices,
  counts,
  filter,
}: {
  c: AppContext;
  devices: Page<ListedDevice>;
  counts: Rows<typeof countDevices>;
  filter: DeviceFilter;
}) {
  const w = words(c.var.locale);
  const { now } = c.var.ctx;
  const { locale } = c.var;
  return (
    <>
      <PageHead title={w.devices}>
        <a href="/quarantine">{w.quarantine}</a> <a href="/ingest">{w.ingest}</a>
      </PageHead>
      <Facts
        facts={deviceKinds.map(
          (kind) =>
            [
              w[kind],
              <a href={`/devices?kind=${kind}`}>
                <Num value={counts[kind]} locale={locale} />
              </a>,
            ] as const,
        )}
      />
      <Filters c={c}>
        <Select label={w.kind} name="kind" value={filter.kind} blank={w.all} options={deviceKinds.map((kind) => ({ value: kind, label: w[kind] }))} />
        <Field label={w.device_id} name="q" value={filter.q ?? null} />
      </Filters>
      <Table
        c={c}
        caption={w.devices}
        rows={devices.items}
        columns={[
          {
            head: w.device_id,
            sort: 'device_id',
            cell: (row) => <a href={`/devices/${row.device_id}`}>{row.device_id}</a>,
          },
          { head: w.kind, cell: (row) => <KindBadge c={c} kind={kindOf(row, now)} /> },
          { head: w.unit, cell: (row) => (row.unit_id === null ? '' : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
          { head: w.model, cell: (row) => row.model_code ?? '' },
          { head: w.firmware, cell: (row) => row.firmware ?? '' },
          { head: w.last_seen, sort: 'last_seen_at', cell: (row) => <Age c={c} at={row.last_seen_at} /> },
          { head: w.reports, sort: 'reports', numeric: true, cell: (row) => <Num value={row.reports} locale={locale} /> },
          { head: w.missing, sort: 'missing', numeric: true, cell: (row) => <Num value={row.missing} locale={locale} /> },
        ]}
      />
      <Pager c={c} next_cursor={devices.next_cursor} />
    </>
  );
}

export function IngestHealth({
  c,
  ingesters,
  security,
  outages,
}: {
  c: AppContext;
  ingesters: Rows<typeof listIngesters>;
  security: Rows<typeof listSecurityEvents>;
  outages: Rows<typeof listOutages>;
}) {
  const w = words(c.var.locale);
  return (
    <>
      <PageHead title={w.ingest} />
      {ingesters.length === 0 ? <p class="empty">{w.no_ingester}</p> : null}
      {ingesters.map(({ ingester, status, updated_at }) => (
        <Section title={ingester}>
          {c.var.ctx.now - updated_at > NO_WORD_MS ? (
            <GoneFacts c={c} updated_at={updated_at} />
          ) : (
            <IngesterFacts c={c} status={JSON.parse(status)} updated_at={updated_at} />
          )}
        </Section>
      ))}
      <Section title={w.outages}>
        <Table
          c={c}
          caption={w.outages}
          rows={outages}
          columns={[
            { head: w.site, cell: (row) => `${row.code} ${row.name}` },
            { head: w.started, cell: (row) => <Moment c={c} at={row.started_at} /> },
            { head: w.ended, cell: (row) => (row.ended_at === null ? <Badge tone="bad">{w.ongoing}</Badge> : <Moment c={c} at={row.ended_at} />) },
            { head: w.affected, numeric: true, cell: (row) => `${row.devices} / ${row.devices_at_site}` },
          ]}
        />
      </Section>
      <Section title={w.security}>
        <Table
          c={c}
          caption={w.security}
          rows={security}
          columns={[
            { head: w.received, cell: (row) => <Moment c={c} at={row.at} /> },
            { head: w.reason, cell: (row) => spoken(securityWords(c.var.locale), row.kind) },
            { head: w.proved, cell: (row) => row.device_id ?? '' },
            { head: w.claimed, cell: (row) => row.username ?? row.client_id ?? '' },
            { head: w.topic, cell: (row) => row.topic ?? '' },
            { head: w.address, cell: (row) => row.address ?? '' },
            { head: w.times, numeric: true, cell: (row) => row.times },
          ]}
        />
      </Section>
    </>
  );
}

/** What it counted before it went is no news. */
function GoneFacts({ c, updated_at }: { c: AppContext; updated_at: number }) {
  const w = words(c.var.locale);
  return (
    <Facts
      facts={[
        [w.kind, <Badge tone="neutral">{w.no_word}</Badge>],
        [w.updated, <Age c={c} at={updated_at} />],
      ]}
    />
  );
}

function IngesterFacts({ c, status, updated_at }: { c: AppContext; status: IngestStatus; updated_at: number }) {
  const w = words(c.var.locale);
  const states = stateWords(c.var.locale);
  const tone = status.state === 'standby' ? 'neutral' : status.state === 'working' ? 'good' : 'bad';
  const number = (value: number | null, digits = 0) => <Num value={value} digits={digits} locale={c.var.locale} />;
  return (
    <Facts
      facts={[
        [w.kind, <Badge tone={tone}>{spoken(states, status.state)}</Badge>],
        ...(status.reason === null ? [] : [[w.reason, status.reason] as const]),
        [w.broker, [status.broker, status.broker_state].map((word) => (word === null ? '' : spoken(states, word))).join(' ')],
        [w.rate, number(status.reports_per_s)],
        [w.backlog, number(status.queued)],
        [w.rows_waiting, number(status.rows_waiting)],
        [w.commit_ms, number(status.commit_ms, 1)],
        [w.reports, number(status.reports)],
        [w.duplicates, number(status.duplicates)],
        [w.quarantined, number(status.quarantined)],
        [w.dropped, number(status.quarantine_dropped)],
        [w.throttled, number(status.throttled)],
        [w.gaps_open, number(status.gaps_open)],
        [w.clients, number(status.clients)],
        [w.refused, number(status.refused)],
        [w.held_off, number(status.held_off)],
        [w.memory, number(status.memory_bytes / 2 ** 20)],
        [w.updated, <Age c={c} at={updated_at} />],
      ]}
    />
  );
}

/** The words for a code of ours; one that has none yet speaks for itself. */
const spoken = (known: object, code: string): string => (known as Readonly<Record<string, string>>)[code] ?? code;
