// Reservations and holds on pages: what is promised, and what may not leave.
import { z } from 'zod';
import { getModelOf } from '../catalog/resolve.ts';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { cohortOf } from './cohort.ts';
import { placeHold, releaseHold } from './hold.ts';
import { Because } from './inputs.ts';
import { type HoldView, listHolds, listReservations, type ReservationView } from './queries.ts';
import { reasonWords } from './reasons.ts';
import { releaseReservation, reserveStock } from './reserve.ts';
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
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ state: z.enum(['active', 'fulfilled', 'released']).optional(), model_id: short }));
  const { items, next_cursor } = await listReservations(c.var.ctx, { limit, cursor, sort }, filter);
  const columns: Column<ReservationView>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> },
    { head: w.asked, cell: (row) => (row.asked_model_id === row.model_id ? null : row.asked_model_code) },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    {
      head: w.state,
      cell: (row) => (
        <>
          <Badge tone={row.state === 'active' ? 'info' : 'neutral'}>{speak(reservationLabels[row.state], c.var.locale)}</Badge>{' '}
          {reasonWords(row.ended_reason, c.var.locale)}
        </>
      ),
    },
    { head: w.actor, cell: (row) => row.created_name },
    { head: w.at, cell: (row) => <Age c={c} at={row.created_at} /> },
    {
      head: w.release,
      cell: (row) =>
        row.state === 'active' && may(c.var.ctx.actor, 'stock:write') ? (
          <Form action={`/stock/reservations/${row.id}/release`} label={w.release}>
            <Field label={w.reason} name="reason" required />
            <button type="submit">{w.release}</button>
          </Form>
        ) : null,
    },
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

action(reservationPages, '/stock/reservations/:id/release', 'stock:write', async (c) => {
  await releaseReservation(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});

page(reservationPages, '/stock/holds', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ state: z.enum(['active', 'released']).optional(), model_id: short, id: short }));
  const { items, next_cursor } = await listHolds(c.var.ctx, { limit, cursor, sort }, filter);
  const approver = may(c.var.ctx.actor, 'stock:approve');
  const columns: Column<HoldView>[] = [
    { head: w.cohort, cell: (row) => [row.model_code, row.hw_rev, row.batch_code, row.firmware].filter((part) => part !== null).join(' · ') },
    { head: w.held, cell: (row) => <a href={`/units?model_id=${row.model_id}&location=good_stock`}>{row.units_held}</a>, numeric: true },
    { head: w.reason, cell: (row) => row.reason },
    { head: w.state, cell: (row) => (row.state === 'active' ? <Badge tone="bad">{w.active}</Badge> : <Badge>{w.released}</Badge>) },
    {
      head: w.placed,
      cell: (row) => (
        <>
          {row.placed_name} <Age c={c} at={row.placed_at} />
        </>
      ),
    },
    {
      head: w.release,
      cell: (row) =>
        row.state === 'released' ? (
          <>
            {row.released_name}: {row.release_reason}
          </>
        ) : approver ? (
          <Form action={`/stock/holds/${row.id}/release`} label={w.release}>
            <Field label={w.reason} name="reason" required hint={w.second_person} />
            <button type="submit">{w.release}</button>
          </Form>
        ) : (
          w.second_person
        ),
    },
  ];
  return show(
    c,
    { title: w.holds, nav: '/stock' },
    <>
      <PageHead title={w.holds} />
      <StockTabs c={c} current="/stock/holds" />
      <Table c={c} caption={w.holds} columns={columns} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
      {approver || may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.place_hold}>
          <Form action="/stock/holds">
            <Field label={w.model} name="model_code" required />
            <Field label={w.hw_rev} name="hw_rev" />
            <Field label={w.batch} name="batch_code" />
            <Field label={w.firmware} name="firmware" />
            <Field label={w.reason} name="reason" required />
            <button type="submit" class="primary">
              {w.place_hold}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

const HoldForm = z.strictObject({
  model_code: z.string().max(64),
  hw_rev: short,
  batch_code: short,
  firmware: short,
  reason: z.string().trim().min(1).max(1000),
});

action(reservationPages, '/stock/holds', 'stock:read', async (c) => {
  const { reason, ...named } = await readForm(c, HoldForm);
  await placeHold(c.var.ctx, await cohortOf(c.var.ctx, named), { reason });
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});

action(reservationPages, '/stock/holds/:id/release', 'stock:approve', async (c) => {
  await releaseHold(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});
