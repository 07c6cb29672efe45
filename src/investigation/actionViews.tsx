// Actions of an investigation: the list with due dates and cut-ins, and the form for the next one.
import { listStaff } from '../claim/staff.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Section, Select, Table } from '../web/parts.tsx';
import type { InvestigationView } from './queries.ts';
import { words } from './words.ts';

export async function ActionSection({ c, view, writable }: { c: AppContext; view: InvestigationView; writable: boolean }) {
  const w = words(c.var.locale);
  const day = today(c.var.ctx);
  const base = `/investigations/${view.investigation.id}/actions`;
  return (
    <Section title={w.actions} id="actions">
      <Table
        c={c}
        caption={w.actions}
        rows={view.actions}
        columns={[
          { head: w.kind, cell: (row) => w[`kind_${row.kind}`] },
          { head: w.title, cell: (row) => row.title },
          { head: w.owner, cell: (row) => row.owner_name },
          { head: w.due_on, cell: (row) => (row.state === 'open' && row.due_on < day ? <Badge tone="bad">{row.due_on}</Badge> : row.due_on) },
          {
            head: w.cut_in,
            cell: (row) => row.cut_ins.map((cutIn) => `${cutIn.model_code}: ${cutIn.from}${cutIn.to === null ? '…' : `–${cutIn.to}`}`).join(', '),
          },
          {
            head: w.state,
            cell: (row) =>
              row.state === 'open' ? (
                writable ? (
                  <Decide base={base} id={row.id} c={c} />
                ) : (
                  w.state_open
                )
              ) : (
                `${w[row.state]} ${row.done_on ?? ''}: ${row.outcome ?? ''}`
              ),
          },
        ]}
      />
      {writable ? <AddForm c={c} base={base} view={view} /> : null}
    </Section>
  );
}

const Decide = ({ c, base, id }: { c: AppContext; base: string; id: string }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.finish}</summary>
      <Form action={`${base}/${id}`}>
        <Field label={w.outcome} name="outcome" required />
        <Field label={w.done} name="done_on" type="date" />
        <button type="submit" name="event" value="finish">
          {w.finish}
        </button>
        <button type="submit" name="event" value="drop">
          {w.drop}
        </button>
      </Form>
    </details>
  );
};

async function AddForm({ c, base, view }: { c: AppContext; base: string; view: InvestigationView }) {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  const kinds = (['containment', 'permanent', 'horizontal'] as const).map((kind) => ({ value: kind, label: w[`kind_${kind}`] }));
  const cutIns = [
    { value: 'batch', label: w.batch },
    { value: 'serial_range', label: w.serial_range },
    { value: 'hw_rev', label: w.hw_rev },
    { value: 'firmware', label: w.firmware },
  ];
  return (
    <details>
      <summary>
        {w.add}: {w.action}
      </summary>
      <Form action={base}>
        <Select label={w.kind} name="kind" options={kinds} />
        <Field label={w.title} name="title" required />
        <Select label={w.owner} name="owner_id" value={view.investigation.owner_id} options={staff} blank="–" />
        <Field label={w.due_on} name="due_on" type="date" required />
        <Field label={w.model} name="model_code" value={view.cohorts[0]?.model_code ?? null} />
        <Select label={w.cut_in_kind} name="cut_in_kind" options={cutIns} blank="–" />
        <Field label={`${w.cut_in}: ${w.serial_from} / ${w.batch} / ${w.hw_rev} / ${w.firmware}`} name="cut_in_from" />
        <Field label={w.serial_to} name="cut_in_to" />
        <button type="submit">{w.add}</button>
      </Form>
    </details>
  );
}
