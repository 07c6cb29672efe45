// Somebody's absence: who would take over which of their cases and why, and the transfer.
import { z } from 'zod';
import { staffOnly } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Select, Table } from '../web/parts.tsx';
import { type AbsencePreview, previewAbsence, TransferAbsence, transferAbsence } from './absence.ts';
import { readDeskForm } from './forms.ts';
import { listOwners } from './queries.ts';
import { words } from './words.ts';

export const absencePage = newPages();

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .optional();
const AbsenceQuery = z.object({ from_owner_id: z.string().optional(), to_owner_ids: z.string().optional() });

page(absencePage, '/cases/absence', 'case:write', async (c) => {
  staffOnly(c.var.ctx);
  const w = words(c.var.locale);
  const { from_owner_id } = readQuery(c, AbsenceQuery);
  const to_owner_ids = c.req.queries('to_owner_ids')?.filter((id) => id !== '') ?? [];
  const owners = await listOwners(c.var.ctx);
  const preview: AbsencePreview | null = from_owner_id === undefined ? null : await previewAbsence(c.var.ctx, { from_owner_id, to_owner_ids });
  return show(
    c,
    { title: w.absence, nav: '/cases' },
    <>
      <PageHead title={w.absence} />
      <form class="stack" method="get">
        <Select label={w.away} name="from_owner_id" value={from_owner_id} required options={owners.map(({ id, name }) => ({ value: id, label: name }))} />
        <fieldset>
          <legend>{w.give_to}</legend>
          {owners.map(({ id, name }) => (
            <label>
              <input type="checkbox" name="to_owner_ids" value={id} checked={to_owner_ids.includes(id)} /> {name}
            </label>
          ))}
        </fieldset>
        <button type="submit">{w.preview}</button>
      </form>
      {preview === null ? null : <Transfers c={c} preview={preview} from_owner_id={from_owner_id} to_owner_ids={to_owner_ids} />}
    </>,
  );
});

action(absencePage, '/cases/absence', 'case:write', async (c) => {
  const { to_owner_ids, ...input } = await readDeskForm(c, TransferAbsence.omit({ to_owner_ids: true }).extend({ to_owner_ids: many }));
  await transferAbsence(c.var.ctx, { ...input, to_owner_ids: to_owner_ids ?? [] });
  return seeOther(c, '/cases', words(c.var.locale).done);
});

interface PreviewShown {
  readonly c: AppContext;
  readonly preview: AbsencePreview;
  readonly from_owner_id: string | undefined;
  readonly to_owner_ids: readonly string[];
}

function Transfers({ c, preview, from_owner_id, to_owner_ids }: PreviewShown) {
  const w = words(c.var.locale);
  return (
    <>
      <Table
        c={c}
        caption={w.preview}
        rows={preview.transfers}
        columns={[
          { head: w.number, cell: (row) => <a href={`/cases/${row.case_id}`}>{row.number}</a> },
          { head: w.subject, cell: (row) => row.subject },
          { head: w.goes_to, cell: (row) => row.to_owner_name },
          { head: w.why, cell: (row) => (row.why === 'knows_model' ? w.knows_model : w.least_load) },
        ]}
      />
      {preview.transfers.length === 0 ? null : (
        <Form action="/cases/absence" label={w.transfer}>
          <input type="hidden" name="from_owner_id" value={from_owner_id} />
          <input type="hidden" name="preview" value={preview.preview} />
          {to_owner_ids.map((id) => (
            <input type="hidden" name="to_owner_ids" value={id} />
          ))}
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.transfer}</button>
        </Form>
      )}
    </>
  );
}
