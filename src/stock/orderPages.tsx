// Purchase orders on pages.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { invalid, notFound } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, type Column, Facts, Field, Filters, Form, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { Because, type NewOrder, PlaceOrder } from './inputs.ts';
import { cancelOrder, createOrder, listOrderLines, placeOrder, receiveOrder } from './order.ts';
import { OrderQuery } from './orderApi.ts';
import { listOrders, type OrderView } from './queries.ts';
import type { PurchaseOrderLineRow } from './table.ts';
import { optionsOf, StockTabs } from './views.tsx';
import { orderStateLabels, words } from './words.ts';

export const orderPages = newPages();

page(orderPages, '/purchase-orders', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, OrderQuery);
  const { items, next_cursor } = await listOrders(c.var.ctx, { limit, cursor, sort }, filter);
  const columns: Column<OrderView>[] = [
    { head: w.number, cell: (row) => <a href={`/purchase-orders/${row.id}`}>{row.number}</a> },
    { head: w.supplier, cell: (row) => row.supplier },
    { head: w.state, cell: (row) => <Badge tone={row.state === 'received' ? 'good' : 'info'}>{speak(orderStateLabels[row.state], c.var.locale)}</Badge> },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    { head: w.received, cell: (row) => row.received_quantity, numeric: true },
    { head: w.ordered_on, cell: (row) => row.ordered_on },
    { head: w.expected_on, cell: (row) => row.expected_on, sort: 'expected_on' },
  ];
  return show(
    c,
    { title: w.orders, nav: '/stock' },
    <>
      <PageHead title={w.orders}>
        {may(c.var.ctx.actor, 'stock:write') ? (
          <a class="button primary" href="/purchase-orders/new">
            {w.new_order}
          </a>
        ) : null}
      </PageHead>
      <StockTabs c={c} current="/purchase-orders" />
      <Filters c={c}>
        <Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, orderStateLabels)} />
        <label class="check">
          <input type="checkbox" name="awaited" value="true" checked={filter.awaited === 'true'} /> {w.awaited}
        </label>
      </Filters>
      <Table c={c} caption={w.orders} columns={columns} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

page(orderPages, '/purchase-orders/new', 'stock:write', (c) => {
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.new_order, nav: '/stock' },
    <>
      <PageHead title={w.new_order} />
      <StockTabs c={c} current="/purchase-orders" />
      <Form action="/purchase-orders">
        <Field label={w.supplier} name="supplier" required />
        <Field label={w.expected_on} name="expected_on" type="date" />
        <TextArea label={w.lines} name="lines" required rows={6} value={c.req.query('lines') ?? null} />
        <small>{w.lines_hint}</small>
        <TextArea label={w.note} name="note" rows={2} />
        <button type="submit" class="primary">
          {w.new_order}
        </button>
      </Form>
    </>,
  );
});

const OrderForm = z.strictObject({
  supplier: z.string().trim().min(1).max(200),
  expected_on: CalendarDay.optional(),
  note: z.string().max(4000).optional(),
  lines: z.string().max(20_000),
});

action(orderPages, '/purchase-orders', 'stock:write', async (c) => {
  const { lines, ...input } = await readForm(c, OrderForm);
  const { id } = await createOrder(c.var.ctx, { ...input, lines: readLines(lines) });
  return seeOther(c, `/purchase-orders/${id}`, words(c.var.locale).saved);
});

/** `model code, quantity, unit cost` a line. Throws `invalid` naming the line. */
function readLines(text: string): NewOrder['lines'] {
  return text
    .normalize('NFKC')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      const [model_code = '', quantity = '', cost = ''] = line.split(/[,\t、]/).map((part) => part.trim());
      if (model_code === '' || !/^[1-9]\d{0,5}$/.test(quantity) || (cost !== '' && !Number.isFinite(Number(cost))))
        throw invalid('lines', [`Line ${i + 1}: model code, quantity, unit cost`, `${i + 1}行目: 機種コード, 数量, 単価`]);
      return { model_code, quantity: Number(quantity), unit_cost: cost === '' ? null : Number(cost) };
    });
}

page(orderPages, '/purchase-orders/:id', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const [order] = (await listOrders(c.var.ctx, { limit: 1 }, { id: c.req.param('id') ?? '' })).items;
  if (order === undefined) throw notFound(['Purchase order', '発注']);
  const keeper = may(c.var.ctx.actor, 'stock:write');
  const under = order.state === 'ordered' || order.state === 'partly_received';
  const lines = await listOrderLines(c.var.ctx, order.id);
  const columns: Column<(typeof lines)[number]>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    { head: w.received, cell: (row) => row.received_quantity, numeric: true },
    { head: w.unit_cost, cell: (row) => (row.unit_cost === null ? null : `${row.unit_cost} ${row.currency ?? ''}`), numeric: true },
    {
      head: w.receive,
      cell: (row) => (keeper && under && row.received_quantity < row.quantity ? <ReceiveLine c={c} line={row} /> : null),
    },
  ];
  return show(
    c,
    { title: order.number, nav: '/stock' },
    <>
      <PageHead title={order.number} sub={speak(orderStateLabels[order.state], c.var.locale)} />
      <StockTabs c={c} current="/purchase-orders" />
      <Facts
        facts={[
          [w.supplier, order.supplier],
          [w.ordered_on, order.ordered_on],
          [w.expected_on, order.expected_on],
          [w.note, order.note],
        ]}
      />
      <Section title={w.lines}>
        <Table c={c} caption={w.lines} columns={columns} rows={lines} />
      </Section>
      {keeper && order.state === 'draft' ? (
        <Form action={`/purchase-orders/${order.id}/order`} label={w.place_order}>
          <Field label={w.expected_on} name="expected_on" type="date" />
          <button type="submit" class="primary">
            {w.place_order}
          </button>
        </Form>
      ) : null}
      {keeper && (under || order.state === 'draft') ? (
        <details class="deed">
          <summary>{w.cancel}</summary>
          <Form action={`/purchase-orders/${order.id}/cancellation`} label={w.cancel}>
            <Field label={w.reason} name="reason" required />
            <button type="submit">{w.cancel}</button>
          </Form>
        </details>
      ) : null}
    </>,
  );
});

function ReceiveLine({ c, line }: { c: AppContext; line: PurchaseOrderLineRow }) {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.receive}</summary>
      <Form action={`/purchase-orders/${line.purchase_order_id}/receipts`} label={w.receive}>
        <input type="hidden" name="line_id" value={line.id} />
        <TextArea label={w.serials} name="serials" rows={4} />
        <Field label={w.or_quantity} name="quantity" type="number" min={1} max={line.quantity - line.received_quantity} />
        <Field label={w.batch} name="batch_code" />
        <button type="submit">{w.receive}</button>
      </Form>
    </details>
  );
}

const ReceiveForm = z.strictObject({
  line_id: z.string().max(64),
  serials: z.string().max(100_000).optional(),
  quantity: z.coerce.number().int().min(1).optional(),
  batch_code: z.string().max(64).optional(),
});

action(orderPages, '/purchase-orders/:id/receipts', 'stock:write', async (c) => {
  const { serials, ...input } = await readForm(c, ReceiveForm);
  const listed = serials
    ?.split(/\r?\n/)
    .map((serial) => serial.trim())
    .filter((serial) => serial !== '');
  const { id } = await receiveOrder(c.var.ctx, c.req.param('id') ?? '', {
    ...input,
    ...(listed === undefined || listed.length === 0 ? {} : { serials: listed }),
  });
  return seeOther(c, `/purchase-orders/${id}`, words(c.var.locale).done);
});

action(orderPages, '/purchase-orders/:id/order', 'stock:write', async (c) => {
  const { id } = await placeOrder(c.var.ctx, c.req.param('id') ?? '', await readForm(c, PlaceOrder));
  return seeOther(c, `/purchase-orders/${id}`, words(c.var.locale).done);
});

action(orderPages, '/purchase-orders/:id/cancellation', 'stock:write', async (c) => {
  const { id } = await cancelOrder(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, `/purchase-orders/${id}`, words(c.var.locale).done);
});
