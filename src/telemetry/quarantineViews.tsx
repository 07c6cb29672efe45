// The quarantine: what could not be accepted, and the button that takes it in again.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { Facts, Field, Filters, Form, Moment, Num, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { textOf } from './answers.ts';
import { type QuarantineFilter, quarantineStates } from './inputs.ts';
import type { countQuarantine, listQuarantine } from './queries.ts';
import type { QuarantineRow } from './table.ts';
import { reasonWords, words } from './words.ts';

type Rows<F extends (...parameters: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

const reasonText = (c: AppContext, reason: string): string => {
  const known: Readonly<Record<string, string>> = reasonWords(c.var.locale);
  return known[reason] ?? reason;
};

export function QuarantineList({
  c,
  rows,
  reasons,
  filter,
}: {
  c: AppContext;
  rows: Rows<typeof listQuarantine>;
  reasons: Rows<typeof countQuarantine>;
  filter: QuarantineFilter;
}) {
  const w = words(c.var.locale);
  const states = { open: w.state_open, waiting: w.state_waiting, replayed: w.state_replayed } as const;
  return (
    <>
      <PageHead title={w.quarantine} />
      <Facts
        facts={reasons.map(
          (row) =>
            [
              reasonText(c, row.reason),
              <a href={`/quarantine?reason=${encodeURIComponent(row.reason)}`}>
                <Num value={Number(row.messages)} locale={c.var.locale} />
              </a>,
            ] as const,
        )}
      />
      <Filters c={c}>
        <Select
          label={w.kind}
          name="state"
          value={filter.state}
          blank={w.all}
          options={quarantineStates.map((state) => ({ value: state, label: states[state] }))}
        />
        <Select
          label={w.reason}
          name="reason"
          value={filter.reason}
          blank={w.all}
          options={reasons.map((row) => ({ value: row.reason, label: reasonText(c, row.reason) }))}
        />
        <Field label={w.device_id} name="device_id" value={filter.device_id ?? null} />
      </Filters>
      <ReplayAll c={c} filter={filter} />
      <QuarantineTable c={c} rows={rows} />
      <Pager c={c} next_cursor={rows.next_cursor} />
    </>
  );
}

/** One button for everything the filter shows. */
function ReplayAll({ c, filter }: { c: AppContext; filter: QuarantineFilter }) {
  const w = words(c.var.locale);
  if ((filter.reason === undefined && filter.device_id === undefined) || !may(c.var.ctx.actor, 'telemetry:write')) return null;
  return (
    <Form action="/quarantine/replays" label={w.replay_all}>
      {filter.reason === undefined ? null : <input type="hidden" name="reason" value={filter.reason} />}
      {filter.device_id === undefined ? null : <input type="hidden" name="device_id" value={filter.device_id} />}
      <button type="submit">{w.replay_all}</button>
    </Form>
  );
}

function QuarantineTable({ c, rows }: { c: AppContext; rows: Rows<typeof listQuarantine> }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.quarantine}
      rows={rows.items}
      columns={[
        {
          head: w.received,
          sort: 'received_at',
          cell: (row) => (
            <a href={`/quarantine/${row.id}`}>
              <Moment c={c} at={row.received_at} />
            </a>
          ),
        },
        { head: w.device_id, cell: (row) => row.device_id ?? '' },
        { head: w.reason, cell: (row) => reasonText(c, row.reason) },
        { head: w.detail, cell: (row) => row.detail ?? '' },
        { head: w.size, numeric: true, cell: (row) => <Num value={Number(row.size_bytes)} locale={c.var.locale} /> },
        {
          head: w.kind,
          cell: (row) =>
            row.replayed_at !== null
              ? `${w.state_replayed}: ${reasonText(c, row.replay_outcome ?? '')}`
              : row.replay_requested_at !== null
                ? w.state_waiting
                : w.state_open,
        },
      ]}
    />
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
        {may(c.var.ctx.actor, 'telemetry:write') ? (
          <Form action={`/quarantine/${row.id}/replay`} label={w.replay}>
            <button type="submit" class="primary">
              {w.replay}
            </button>
          </Form>
        ) : null}
      </PageHead>
      <Facts
        facts={[
          [w.device_id, row.device_id ?? ''],
          [w.topic, <code>{row.topic}</code>],
          [w.received, <Moment c={c} at={row.received_at} />],
          [w.reason, reasonText(c, row.reason)],
          [w.detail, row.detail ?? ''],
          [w.size, <Num value={row.payload.length} locale={c.var.locale} />],
          [w.outcome, row.replayed_at !== null ? reasonText(c, row.replay_outcome ?? '') : row.replay_requested_at !== null ? w.state_waiting : w.state_open],
        ]}
      />
      <Section title={w.payload} aside={text === null ? w.not_text : null}>
        <pre tabindex={0}>
          {text ??
            Buffer.from(row.payload.subarray(0, HEX_SHOWN))
              .toString('hex')
              .replace(/(.{2})/g, '$1 ')}
        </pre>
      </Section>
    </>
  );
}
