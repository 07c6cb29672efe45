// The sections of a claim’s page: its lines, deadlines, exchanges, and the money.
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { formatAmount } from './money.ts';
import type { ClaimView } from './queries.ts';
import { words } from './words.ts';

export const Lines = ({ c, view: { claim, lines } }: { c: AppContext; view: ClaimView }) => {
  const w = words(c.var.locale);
  const money = (minor: number | null): string => (minor === null || claim.currency === null ? '' : formatAmount(minor, claim.currency, c.var.locale));
  return (
    <Section title={`${w.lines} (${lines.length})`} id="lines">
      <Table
        c={c}
        caption={w.lines}
        rows={lines}
        columns={[
          { head: w.unit, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
          { head: w.batch, cell: (row) => `${row.model_code} ${row.batch_code ?? ''}` },
          {
            head: w.state,
            cell: (row) => (
              <>
                {w[row.state]} {row.reason === null ? '' : `: ${row.reason}`}
              </>
            ),
          },
          { head: w.claimed, numeric: true, cell: (row) => money(row.claimed_minor) },
          { head: w.accepted, numeric: true, cell: (row) => money(row.accepted_minor) },
          { head: w.settled, numeric: true, cell: (row) => money(row.settled_minor) },
          { head: w.sent, cell: (row) => row.sent_on ?? '' },
          { head: w.returned, cell: (row) => (row.returned_on === null ? '' : `${row.returned_on} ${row.outcome === null ? '' : w[row.outcome]}`) },
          { head: w.successor, cell: (row) => (row.successor_id === null ? '' : <a href={`/units/${row.successor_id}`}>{row.successor_serial}</a>) },
        ]}
      />
    </Section>
  );
};

export const Deadlines = ({ c, view: { claim, deadlines }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const day = today(c.var.ctx);
  return (
    <Section title={w.deadlines} id="deadlines">
      <Table
        c={c}
        caption={w.deadlines}
        rows={deadlines}
        columns={[
          { head: w.kind, cell: (row) => `${w[`side_${row.side}`]}: ${w[`deadline_${row.what}`]}` },
          {
            head: w.due_on,
            cell: (row) =>
              row.met_on === null && row.dropped_at === null && row.due_on < day ? (
                <Badge tone="bad">
                  {row.due_on} {w.overdue}
                </Badge>
              ) : (
                row.due_on
              ),
          },
          {
            head: w.met_on,
            cell: (row) =>
              row.met_on ??
              (row.dropped_at === null ? (
                writable ? (
                  <form method="post" action={`/claims/${claim.id}/deadlines/${row.id}`}>
                    <button type="submit">{w.met_on}</button>
                  </form>
                ) : (
                  ''
                )
              ) : (
                w.dropped
              )),
          },
        ]}
      />
    </Section>
  );
};

export const Exchanges = ({ c, view: { claim, exchanges }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const kinds = (['question', 'reply', 'report', 'counter_claim'] as const).map((kind) => ({ value: kind, label: w[`kind_${kind}`] }));
  return (
    <Section title={w.exchanges} id="exchanges">
      <Table
        c={c}
        caption={w.exchanges}
        rows={exchanges}
        columns={[
          { head: w.on, cell: (row) => row.exchanged_on },
          { head: w.direction, cell: (row) => w[row.direction] },
          { head: w.kind, cell: (row) => w[`kind_${row.kind}`] },
          { head: w.text, cell: (row) => row.text },
          { head: w.by, cell: (row) => row.created_by },
          { head: w.documents, cell: (row) => <a href={`/documents?record_kind=claim_exchange&record_id=${row.id}`}>{w.documents}</a> },
        ]}
      />
      {writable && claim.state !== 'draft' ? (
        <details>
          <summary>{w.add}</summary>
          <Form action={`/claims/${claim.id}/exchanges`}>
            <Select
              label={w.direction}
              name="direction"
              options={[
                { value: 'from_maker', label: w.from_maker },
                { value: 'to_maker', label: w.to_maker },
              ]}
            />
            <Select label={w.kind} name="kind" options={kinds} />
            <Field label={w.on} name="exchanged_on" type="date" />
            <TextArea label={w.text} name="text" required rows={3} />
            <Field label={w.due_on} name="due_on" type="date" />
            <Field label={`${w.kind_counter_claim}: ${w.amount}`} name="amount" type="number" step="any" min={0} />
            <Field label={w.currency} name="currency" />
            <button type="submit">{w.add}</button>
          </Form>
        </details>
      ) : null}
    </Section>
  );
};

export const Money = ({ c, view: { claim, counters, settlements }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const money = (minor: number | null, currency: string | null): string =>
    minor === null || currency === null ? '–' : formatAmount(minor, currency, c.var.locale);
  return (
    <>
      {counters.length === 0 ? null : (
        <Section title={w.counters}>
          <Table
            c={c}
            caption={w.counters}
            rows={counters}
            columns={[
              { head: w.text, cell: (row) => row.statement },
              { head: w.amount, numeric: true, cell: (row) => money(row.amount_minor, row.currency) },
              {
                head: w.state,
                cell: (row) =>
                  row.state === 'open' && writable ? (
                    <Form action={`/claims/${claim.id}/counters/${row.id}`}>
                      <Field label={w.reason} name="reason" required />
                      <button type="submit" name="state" value="accepted">
                        {w.accept}
                      </button>
                      <button type="submit" name="state" value="refused">
                        {w.refuse}
                      </button>
                    </Form>
                  ) : (
                    `${row.state === 'accepted' ? w.accept : row.state === 'refused' ? w.refuse : ''} ${row.reason ?? ''}`
                  ),
              },
            ]}
          />
        </Section>
      )}
      {settlements.length === 0 ? null : (
        <Section title={w.settlements}>
          <Table
            c={c}
            caption={w.settlements}
            rows={settlements}
            columns={[
              { head: w.on, cell: (row) => row.settled_on },
              { head: w.remedy, cell: (row) => w[`remedy_${row.remedy}`] },
              { head: w.amount, numeric: true, cell: (row) => money(row.amount_minor, row.currency) },
              { head: w.reference, cell: (row) => row.reference ?? '' },
              { head: w.note, cell: (row) => row.note ?? '' },
            ]}
          />
        </Section>
      )}
    </>
  );
};
