// The pages of a return: list, new, one, and the forms that carry it on.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Filters, Form, PageHead, Pager, Select, Table, TextArea } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { ReturnQuery } from './api.ts';
import { authoriseReturn, cancelReturn, rejectReturn } from './authorise.ts';
import { returnDeeds } from './bulk.tsx';
import { closeReturn } from './close.ts';
import { codePages } from './codePages.tsx';
import { addReturnUnit, changeReturn, fileReturn } from './file.ts';
import { Because, Maybe, returnTypes, ShipOutbound } from './inputs.ts';
import { labelPages } from './labelPages.tsx';
import { getLegView } from './legQueries.ts';
import { metricPages } from './metricPages.tsx';
import { ReturnPage } from './onePage.tsx';
import { cancelOutbound, deliverOutbound, requestOutbound, reserveOutbound, shipOutbound } from './outbound.ts';
import { findReturnView, listReturns, type ReturnView } from './queries.ts';
import { receiptPages } from './receiptPages.tsx';
import { codeOptions, DeskTabs, optionsOf, returnColumns } from './views.tsx';
import { returnStateLabels, typeLabels, words } from './words.ts';
import { approveReturn, refuseApproval, requestWriteOff } from './writeOff.ts';

export const returnsPages = newPages();

page(returnsPages, '/returns', 'return:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ReturnQuery.extend(ListQuery.shape));
  const { items, next_cursor } = await listReturns(c.var.ctx, { limit, cursor, sort }, filter);
  const staff = c.var.ctx.actor.partner_id === null && may(c.var.ctx.actor, 'return:write');
  return show(
    c,
    { title: w.returns, nav: '/returns' },
    <>
      <PageHead title={w.returns}>
        {staff ? (
          <a class="button" href="/receipts/new">
            {w.receive}
          </a>
        ) : null}
        {may(c.var.ctx.actor, 'return:write') ? (
          <a class="button primary" href={staff ? '/returns/new' : '/portal/returns/new'}>
            {w.new_return}
          </a>
        ) : null}
      </PageHead>
      {c.var.ctx.actor.partner_id === null ? <DeskTabs c={c} current="/returns" /> : null}
      <Filters c={c}>
        <Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, returnStateLabels)} />
        <Select label={w.type} name="type" value={filter.type} blank={w.all} options={optionsOf(c, typeLabels)} />
        <Field label={w.from_on} name="from_on" type="date" value={filter.from_on ?? null} />
        <Field label={w.to_on} name="to_on" type="date" value={filter.to_on ?? null} />
      </Filters>
      <Table c={c} caption={w.returns} columns={returnColumns(c)} rows={items} {...(staff ? { choose } : {})} />
      {staff ? <BulkBar c={c} deeds={returnDeeds} /> : null}
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

returnsPages.route('/', bulkPages('/returns', 'return:write', returnDeeds));

const choose = { id: (row: ReturnView) => row.id, label: (row: ReturnView) => row.number };

page(returnsPages, '/returns/new', 'return:write', async (c) => {
  const w = words(c.var.locale);
  const staff = c.var.ctx.actor.partner_id === null;
  return show(
    c,
    { title: w.new_return, nav: '/returns' },
    <>
      <PageHead title={w.new_return} />
      <Form action="/returns">
        <Select label={w.type} name="type" required options={optionsOf(c, typeLabels)} value={c.req.query('type') ?? 'return_first'} />
        <TextArea label={w.serials} name="serials" required value={c.req.query('serial') ?? null} />
        <Field label={w.model_code} name="model_code" value={c.req.query('model_code') ?? null} />
        {staff ? <Field label={w.customer_code} name="customer_code" hint={w.customer_hint} /> : null}
        <Select label={w.reported_symptom} name="reported_symptom" blank="—" options={await codeOptions(c.var.ctx, 'symptom')} />
        <TextArea label={w.reported_text} name="reported_text" />
        <Field label={w.failed_on} name="failed_on" type="date" />
        <TextArea label={w.ship_to} name="ship_to" rows={3} />
        <TextArea label={w.note} name="note" rows={3} />
        {c.req.query('case_id') === undefined ? null : <input type="hidden" name="case_id" value={c.req.query('case_id')} />}
        {staff ? (
          <label class="check">
            <input type="checkbox" name="authorised" value="yes" /> {w.authorise_now}
          </label>
        ) : null}
        <button type="submit" class="primary">
          {w.new_return}
        </button>
      </Form>
    </>,
  );
});

const text = z.string().trim().max(4000).optional();
const NewReturnForm = z.strictObject({
  type: z.enum(returnTypes),
  serials: z.string().max(20_000),
  model_code: z.string().max(64).optional(),
  customer_code: z.string().max(64).optional(),
  reported_symptom: z.string().max(64).optional(),
  reported_text: text,
  failed_on: CalendarDay.optional(),
  ship_to: text,
  note: text,
  case_id: z.string().max(64).optional(),
  authorised: z.literal('yes').optional(),
});

action(returnsPages, '/returns', 'return:write', async (c) => {
  const { serials, model_code, reported_symptom, reported_text, failed_on, authorised, ...input } = await readForm(c, NewReturnForm);
  const units = serials
    .split(/[\r\n]+/)
    .map((serial) => serial.trim())
    .filter((serial) => serial !== '')
    .map((serial) => ({ serial, model_code, reported_symptom, reported_text, failed_on }));
  const filed = await fileReturn(c.var.ctx, { ...input, units, ...(authorised === undefined ? {} : { authorised: true }) });
  return seeOther(c, `/returns/${filed.id}`, words(c.var.locale).filed);
});

// Before /returns/:id, which would take `ageing` for an id.
returnsPages.route('/', receiptPages);
returnsPages.route('/', metricPages);
returnsPages.route('/', labelPages);
returnsPages.route('/', codePages);

page(returnsPages, '/returns/:id', 'return:read', async (c) => {
  const found = await findReturnView(c.var.ctx, c.req.param('id') ?? '');
  return show(c, { title: found.number, nav: '/returns' }, await ReturnPage({ c, found }));
});

/** A form of the return's page: does its deed and shows the page again. */
function deed<T extends z.ZodType>(
  noun: string,
  permission: 'return:write' | 'return:approve',
  schema: T,
  run: (c: AppContext, id: string, input: z.output<T>) => Promise<unknown>,
): void {
  action(returnsPages, `/returns/:id/${noun}`, permission, async (c) => {
    const id = c.req.param('id') ?? '';
    await run(c, id, await readForm(c, schema));
    return seeOther(c, `/returns/${id}`, words(c.var.locale).done);
  });
}

const ForUnitForm = z.strictObject({ return_unit_id: z.string().max(64).optional(), reason: z.string().trim().min(1).max(1000) });
const AddUnitForm = z.strictObject({
  serial: z.string().min(1).max(200),
  model_code: z.string().max(64).optional(),
  reported_symptom: z.string().max(64).optional(),
  reported_text: text,
});
const OutboundForm = z.strictObject({
  return_unit_id: z.string().max(64).optional(),
  model_code: z.string().max(64).optional(),
  allow_substitute: z.literal('yes').optional(),
  wait: z.literal('yes').optional(),
});
const ChangeForm = z.strictObject({ note: text, ship_to: text });

deed('authorization', 'return:write', Maybe, (c, id, { reason }) => authoriseReturn(c.var.ctx, id, reason));
deed('rejection', 'return:write', Because, (c, id, { reason }) => rejectReturn(c.var.ctx, id, reason));
deed('cancellation', 'return:write', Because, (c, id, { reason }) => cancelReturn(c.var.ctx, id, reason));
deed('closure', 'return:write', Maybe, (c, id, { reason }) => closeReturn(c.var.ctx, id, reason));
deed('units', 'return:write', AddUnitForm, (c, id, input) => addReturnUnit(c.var.ctx, id, input));
deed('write-off', 'return:write', ForUnitForm, (c, id, input) => requestWriteOff(c.var.ctx, id, input));
deed('approval', 'return:approve', Maybe.extend({ return_unit_id: z.string().max(64).optional() }), (c, id, input) => approveReturn(c.var.ctx, id, input));
deed('approval-refusal', 'return:approve', ForUnitForm, (c, id, input) => refuseApproval(c.var.ctx, id, input));
deed('outbound', 'return:write', OutboundForm, (c, id, { allow_substitute, wait, ...input }) =>
  requestOutbound(c.var.ctx, id, { ...input, allow_substitute: allow_substitute === 'yes', reserve: wait !== 'yes' }),
);

action(returnsPages, '/returns/:id/change', 'return:write', (c) => {
  const id = c.req.param('id') ?? '';
  const w = words(c.var.locale);
  const edit: Edit = {
    title: w.change,
    nav: '/returns',
    path: `/returns/${id}`,
    fields: [
      ['ship_to', w.ship_to],
      ['note', w.note],
    ],
    stored: () => findReturnView(c.var.ctx, id),
  };
  return savingEdit(c, edit, async (version) => {
    const { note = null, ship_to = null } = await readForm(c, ChangeForm);
    await changeReturn(c.var.ctx, id, { note, ship_to }, version);
    return seeOther(c, edit.path, w.done);
  });
});

page(returnsPages, '/returns/:id/outbound/:leg_id', 'return:read', (c) => c.redirect(`/returns/${c.req.param('id')}`));

/** The forms of one shipment. */
function legDeed<T extends z.ZodType>(noun: string, schema: T, run: (c: AppContext, leg_id: string, input: z.output<T>) => Promise<unknown>): void {
  action(returnsPages, `/returns/:id/outbound/:leg_id/${noun}`, 'return:write', async (c) => {
    const leg = await getLegView(c.var.ctx, c.req.param('leg_id') ?? '');
    await run(c, leg.id, await readForm(c, schema));
    return seeOther(c, `/returns/${leg.return_id}`, words(c.var.locale).done);
  });
}

legDeed('reservation', z.strictObject({ allow_substitute: z.literal('yes').optional() }), (c, id, { allow_substitute }) =>
  reserveOutbound(c.var.ctx, id, { allow_substitute: allow_substitute === 'yes' }),
);
legDeed('shipment', ShipOutbound, (c, id, input) => shipOutbound(c.var.ctx, id, input));
legDeed('delivery', Maybe, (c, id) => deliverOutbound(c.var.ctx, id));
legDeed('cancellation', Because, (c, id, { reason }) => cancelOutbound(c.var.ctx, id, reason));

/** Whether the viewer may carry returns on as staff. */
export const isDesk = (c: AppContext): boolean => c.var.ctx.actor.partner_id === null && may(c.var.ctx.actor, 'return:write');
