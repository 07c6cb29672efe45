// Reservations on a page: what is promised to whom, shipped or given back.
import { z } from 'zod';
import { getModelOf } from '../catalog/resolve.ts';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { locationLabels } from '../ledger/words.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, PageHead, Pager, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { Because, ShipReservation } from './inputs.ts';
import { listReservations, type ReservationView } from './queries.ts';
import { reasonWords } from './reasons.ts';
import { releaseReservation, reserveStock, unshipped } from './reserve.ts';
import { shipReservation } from './ship.ts';
import { optionsOf, StockTabs } from './views.tsx';
import { reservationLabels, words } from './words.ts';

export const reservationPages = newPages();

const short = z.string().max(64).optional();

const ReserveForm = z.strictObject({
  model_id: z.string().max(64),
  quantity: z.coerce.number().int().min(1).optional(),
  note: z.string().max(4000).optional(),
  allow_substitute: z.literal('yes').optional(),
});

action(reservationPages, '/stock/reservations', 'stock:write', async (c) => {
  const { model_id, quantity, note, allow_substitute } = await readForm(c, ReserveForm);
  await reserveStock(c.var.ctx, {
    model: await getModelOf(c.var.ctx, { model_id }),
    quantity,
    note,
    allow_substitute: allow_substitute === 'yes',
    cause_kind: 'hand',
    cause_id: null,
  });
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});

page(reservationPages, '/stock/reservations', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(
    c,
    ListQuery.extend({ state: z.enum(['active', 'fulfilled', 'released']).optional(), model_id: short, id: short }),
  );
  const { items, next_cursor } = await listReservations(c.var.ctx, { limit, cursor, sort }, filter);
  const columns: Column<ReservationView>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> },
    { head: w.asked, cell: (row) => (row.asked_model_id === row.model_id ? null : row.asked_model_code) },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    {
      head: w.quantity,
      cell: (row) => (
        <>
          {row.quantity} {row.state !== 'fulfilled' && row.shipped_quantity > 0 ? <small>{w.shipped_so_far(row.shipped_quantity)}</small> : null}
        </>
      ),
      numeric: true,
    },
    {
      head: w.state,
      cell: (row) => (
        <>
          <Badge tone={row.state === 'active' ? 'info' : 'neutral'}>{speak(reservationLabels[row.state], c.var.locale)}</Badge>{' '}
          {reasonWords(row.ended_reason, c.var.locale)}
        </>
      ),
    },
    {
      head: w.cause,
      cell: (row) => (row.return_id === null ? w.promised_by_hand : <a href={`/returns/${row.return_id}`}>{w.promised_to_return}</a>),
    },
    { head: w.note, cell: (row) => row.note },
    { head: w.actor, cell: (row) => row.created_name },
    { head: w.at, cell: (row) => <Age c={c} at={row.created_at} /> },
    { head: w.decide, cell: (row) => (row.state === 'active' && may(c.var.ctx.actor, 'stock:write') ? <Decide c={c} row={row} /> : null) },
  ];
  return show(
    c,
    { title: w.reservations, nav: '/stock' },
    <>
      <PageHead title={w.reservations} />
      <StockTabs c={c} current="/stock/reservations" />
      <Filters c={c}>
        <Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, reservationLabels)} />
      </Filters>
      <Table c={c} caption={w.reservations} columns={columns} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

/** Shipped, or given back. What was promised to a return is shipped there. */
function Decide({ c, row }: { c: AppContext; row: ReservationView }) {
  const w = words(c.var.locale);
  return (
    <>
      {row.return_id === null ? (
        <details class="deed">
          <summary>{w.ship}</summary>
          <Form action={`/stock/reservations/${row.id}/shipment`} label={w.ship}>
            <Select
              label={w.to}
              name="location"
              required
              options={optionsOf(c, { in_transit: locationLabels.in_transit, customer: locationLabels.customer })}
            />
            {row.unit_id === null ? <Field label={w.quantity} name="quantity" type="number" min={1} max={unshipped(row)} value={unshipped(row)} /> : null}
            <Field label={w.reason} name="reason" hint={w.ship_hint} />
            <button type="submit">{w.ship}</button>
          </Form>
        </details>
      ) : null}
      <details class="deed">
        <summary>{w.release}</summary>
        <Form action={`/stock/reservations/${row.id}/release`} label={w.release}>
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.release}</button>
        </Form>
      </details>
    </>
  );
}

action(reservationPages, '/stock/reservations/:id/shipment', 'stock:write', async (c) => {
  await shipReservation(c.var.ctx, c.req.param('id') ?? '', await readForm(c, ShipReservation));
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});

action(reservationPages, '/stock/reservations/:id/release', 'stock:write', async (c) => {
  await releaseReservation(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});
