// Receiving one unit by a plain form, and the list of returned units.
import { z } from 'zod';
import { staffOnly } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Filters, Form, PageHead, Pager, Section, Select } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { ReceiveUnit } from './inputs.ts';
import { receiptJson } from './json.ts';
import { findReturnView, listReturnUnitViews } from './queries.ts';
import { ReturnUnitQuery } from './receiptApi.ts';
import { type Receipt, receiveUnit } from './receive.ts';
import { undoReceipt } from './undoReceipt.ts';
import { DeskTabs, optionsOf, UnitTable } from './views.tsx';
import { dispositionLabels, unitStateLabels, verdictLabels, words } from './words.ts';

export const receiptPages = newPages();

page(receiptPages, '/receipts/new', 'return:write', async (c) => {
  staffOnly(c.var.ctx);
  const { return_id, scan } = readQuery(c, z.object({ return_id: z.string().optional(), scan: z.string().optional() }));
  return receiptPage(c, { return_id, scan });
});

action(receiptPages, '/receipts', 'return:write', async (c) => {
  const input = await readForm(c, ReceiveUnit);
  return receiptPage(c, { return_id: input.return_id }, await receiveUnit(c.var.ctx, input), input.scan);
});

/** The form, and above it what became of the last scan. */
async function receiptPage(c: AppContext, given: { return_id?: string | undefined; scan?: string | undefined }, receipt?: Receipt, scanned?: string) {
  const w = words(c.var.locale);
  const box = given.return_id === undefined ? undefined : await findReturnView(c.var.ctx, given.return_id);
  return show(
    c,
    { title: w.receive, nav: '/scan' },
    <>
      <PageHead
        title={w.receive}
        sub={
          box === undefined ? null : (
            <>
              {w.box} <a href={`/returns/${box.id}`}>{box.number}</a>
            </>
          )
        }
      >
        <a class="button" href={box === undefined ? '/scan' : `/scan?return_id=${box.id}`}>
          {w.scan_queue}
        </a>
      </PageHead>
      {receipt === undefined ? null : <Outcome c={c} receipt={receipt} scanned={scanned ?? ''} box={box?.id} />}
      <Form action="/receipts" label={w.receive}>
        {box === undefined ? null : <input type="hidden" name="return_id" value={box.id} />}
        <Field label={w.scan} name="scan" required autofocus autocomplete="off" hint={w.scan_hint} value={given.scan ?? null} />
        <Field label={w.model_code} name="model_code" />
        <button type="submit" class="primary">
          {w.receive}
        </button>
      </Form>
    </>,
  );
}

function Outcome({ c, receipt, scanned, box }: { c: AppContext; receipt: Receipt; scanned: string; box: string | undefined }) {
  const w = words(c.var.locale);
  const { outcome, message } = receiptJson(c.var.ctx, receipt);
  const tone = outcome === 'expected' ? 'good' : outcome === 'unknown' ? 'bad' : outcome === 'duplicate' ? 'info' : 'warn';
  return (
    <Section title={scanned}>
      <p role="status">
        <Badge tone={tone}>{message}</Badge>
      </p>
      {receipt.return_unit === null ? null : (
        <div class="actions">
          <a class="button primary" href={`/return-units/${receipt.return_unit.id}`}>
            {w.to_bench}
          </a>
          {receipt.unit === null ? null : (
            <a class="button" href={`/units/${receipt.unit.id}/label`}>
              {w.print_label}
            </a>
          )}
          {outcome === 'duplicate' ? null : (
            <Form action={`/return-units/${receipt.return_unit.id}/receipt-reversal`} label={w.undo_receipt}>
              <Field label={w.reason} name="reason" required />
              <button type="submit">{w.undo_receipt}</button>
            </Form>
          )}
        </div>
      )}
      {receipt.choices.length === 0 ? null : <p>{w.choose}</p>}
      {receipt.choices.map((unit) => (
        <Form action="/receipts" label={unit.serial}>
          <input type="hidden" name="scan" value={scanned} />
          <input type="hidden" name="unit_id" value={unit.id} />
          {box === undefined ? null : <input type="hidden" name="return_id" value={box} />}
          <button type="submit">{`${unit.maker_code} ${unit.model_code} ${unit.serial} ${unit.customer_name ?? ''}`}</button>
        </Form>
      ))}
    </Section>
  );
}

action(receiptPages, '/return-units/:id/receipt-reversal', 'return:write', async (c) => {
  const { reason } = await readForm(c, z.strictObject({ reason: z.string().trim().min(1).max(1000) }));
  const unit = await undoReceipt(c.var.ctx, c.req.param('id') ?? '', reason);
  return seeOther(c, `/returns/${unit.return_id}`, words(c.var.locale).done);
});

page(receiptPages, '/return-units', 'return:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ReturnUnitQuery.extend(ListQuery.shape));
  const { items, next_cursor } = await listReturnUnitViews(c.var.ctx, { limit, cursor, sort }, filter);
  return show(
    c,
    { title: w.return_units, nav: '/returns' },
    <>
      <PageHead title={w.return_units} />
      <DeskTabs c={c} current="/return-units" />
      <Filters c={c}>
        <Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, unitStateLabels)} />
        <Select label={w.verdict} name="verdict" value={filter.verdict} blank={w.all} options={optionsOf(c, verdictLabels)} />
        <Select label={w.disposition} name="disposition" value={filter.disposition} blank={w.all} options={optionsOf(c, dispositionLabels)} />
        <Field label={w.from_on} name="received_from_on" type="date" value={filter.received_from_on ?? null} />
        <Field label={w.to_on} name="received_to_on" type="date" value={filter.received_to_on ?? null} />
      </Filters>
      <UnitTable c={c} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});
