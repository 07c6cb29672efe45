// The stock pages: levels, one model, moves, reservations, holds, forecast.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { getModelOf } from '../catalog/resolve.ts';
import { conditions, locations } from '../unit/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, Moment, Num, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { booksAreRight, checkBooks } from './check.ts';
import { cohortOf } from './cohort.ts';
import { countPages } from './countPages.tsx';
import { placeHold, releaseHold } from './hold.ts';
import { Because, SetPolicy } from './inputs.ts';
import { moveStock } from './moveStock.ts';
import { orderPages } from './orderPages.tsx';
import { setPolicy } from './policy.ts';
import { findLevel, type HoldView, type Level, listForecasts, listHolds, listLevels, listMoves, listReservations, listShelves, type MoveView, type ReservationView, type Shelf } from './queries.ts';
import { releaseReservation, reserveStock } from './reserve.ts';
import { takeBackMove } from './reverse.ts';
import { conditionName, optionsOf, placeName, StockTabs } from './views.tsx';
import { conditionLabels, locationLabels, reservationLabels, words } from './words.ts';

export const stockPages = newPages();

const short = z.string().max(64).optional();

page(stockPages, '/stock', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ model_code: short, maker_code: short, short: z.enum(['true']).optional() }));
  const { items, next_cursor } = await listLevels(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' }, { ...filter, short: filter.short === 'true' });
  return show(c, { title: w.stock, nav: '/stock' }, (
    <>
      <PageHead title={w.stock}><a class="button" href="/stock/check">{w.check}</a></PageHead>
      <StockTabs c={c} current="/stock" />
      <Filters c={c}>
        <Field label={w.model} name="model_code" value={filter.model_code ?? null} /><Field label={w.maker} name="maker_code" value={filter.maker_code ?? null} />
        <Select label={w.suggested} name="short" value={filter.short} blank={w.all} options={[{ value: 'true', label: w.only_short }]} />
      </Filters>
      <Table c={c} caption={w.levels} columns={levelColumns(c)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>
  ));
});

const levelColumns = (c: AppContext): Column<Level>[] => {
  const w = words(c.var.locale);
  const to = (row: Level, part: string, value: number) => <a href={`/stock/models/${row.model_id}${part}`}>{value}</a>;
  return [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a>, sort: 'model_code' }, { head: w.maker, cell: (row) => row.maker_code },
    { head: w.available, cell: (row) => (row.available <= 0 ? <Badge tone="bad">{row.available}</Badge> : row.available), numeric: true }, { head: w.good, cell: (row) => to(row, '#shelves', row.good), numeric: true },
    { head: w.reserved, cell: (row) => <a href={`/stock/reservations?state=active&model_id=${row.model_id}`}>{row.reserved}</a>, numeric: true }, { head: w.held, cell: (row) => <a href={`/stock/holds?model_id=${row.model_id}`}>{row.held}</a>, numeric: true },
    { head: w.other, cell: (row) => to(row, '#shelves', row.other), numeric: true }, { head: w.on_order, cell: (row) => <a href="/purchase-orders?state=ordered">{row.on_order}</a>, numeric: true },
    { head: w.reorder_point, cell: (row) => <Num value={row.reorder_point} locale={c.var.locale} />, numeric: true }, { head: w.expected_demand, cell: (row) => <Num value={row.expected_demand} digits={1} locale={c.var.locale} />, numeric: true },
    { head: w.suggested, cell: (row) => (row.suggested_order > 0 ? <Badge tone="warn">{row.suggested_order}</Badge> : null), numeric: true },
  ];
};

page(stockPages, '/stock/models/:id', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const model = await getModelOf(c.var.ctx, { model_id: c.req.param('id') ?? '' });
  const level = await findLevel(c.var.ctx, model.id);
  const keeper = may(c.var.ctx.actor, 'stock:write');
  const columns: Column<Shelf>[] = [
    { head: w.location, cell: (row) => <a href={`/units?model_id=${model.id}&location=${row.location}`}>{placeName(c, row.location)}</a> }, { head: w.condition, cell: (row) => conditionName(c, row.condition) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
  ];
  return show(c, { title: model.code, nav: '/stock' }, (
    <>
      <PageHead title={model.code} sub={model.name}><a class="button" href={`/stock/moves?model_id=${model.id}`}>{w.moves}</a></PageHead>
      <StockTabs c={c} current="/stock" />
      {level === null ? null : <Table c={c} caption={w.levels} columns={levelColumns(c)} rows={[level]} />}
      <Section title={w.shelves} id="shelves"><Table c={c} caption={w.shelves} columns={columns} rows={await listShelves(c.var.ctx, { model_id: model.id })} /></Section>
      {keeper ? (
        <Section title={w.policy}>
          <Form action="/stock/policies">
            <input type="hidden" name="model_id" value={model.id} />
            <Field label={w.reorder_point} name="reorder_point" type="number" min={0} required value={level?.reorder_point ?? 0} /><Field label={w.safety_stock} name="safety_stock" type="number" min={0} value={level?.safety_stock ?? 0} />
            <Field label={w.lead_time} name="lead_time_days" type="number" min={0} value={level?.lead_time_days ?? null} /><Field label={w.order_quantity} name="order_quantity" type="number" min={1} value={level?.order_quantity ?? null} />
            <button type="submit" class="primary">{w.save}</button>
          </Form>
        </Section>
      ) : null}
      {keeper ? <Form action="/stock/reservations" label={w.reserve}><input type="hidden" name="model_id" value={model.id} /><Field label={w.quantity} name="quantity" type="number" min={1} value={1} /><Field label={w.note} name="note" /><label class="check"><input type="checkbox" name="allow_substitute" value="yes" /> {w.substitute}</label><button type="submit">{w.reserve}</button></Form> : null}
    </>
  ));
});

action(stockPages, '/stock/policies', 'stock:write', async (c) => seeOther(c, `/stock/models/${(await setPolicy(c.var.ctx, await readForm(c, SetPolicy))).model_id}`, words(c.var.locale).saved));

const ReserveForm = z.strictObject({ model_id: z.string().max(64), quantity: z.coerce.number().int().min(1).optional(), note: z.string().max(4000).optional(), allow_substitute: z.literal('yes').optional() });

action(stockPages, '/stock/reservations', 'stock:write', async (c) => {
  const { model_id, quantity, note, allow_substitute } = await readForm(c, ReserveForm);
  await reserveStock(c.var.ctx, { model: await getModelOf(c.var.ctx, { model_id }), quantity, note, allow_substitute: allow_substitute === 'yes', cause_kind: 'hand', cause_id: null });
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});

page(stockPages, '/stock/reservations', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ state: z.enum(['active', 'fulfilled', 'released']).optional(), model_id: short }));
  const { items, next_cursor } = await listReservations(c.var.ctx, { limit, cursor, sort }, filter);
  const columns: Column<ReservationView>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> }, { head: w.asked, cell: (row) => (row.asked_model_id === row.model_id ? null : row.asked_model_code) },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) }, { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    { head: w.state, cell: (row) => <><Badge tone={row.state === 'active' ? 'info' : 'neutral'}>{speak(reservationLabels[row.state], c.var.locale)}</Badge> {row.ended_reason}</> }, { head: w.actor, cell: (row) => row.created_name },
    { head: w.at, cell: (row) => <Age c={c} at={row.created_at} /> },
    { head: w.release, cell: (row) => (row.state === 'active' && may(c.var.ctx.actor, 'stock:write') ? <Form action={`/stock/reservations/${row.id}/release`} label={w.release}><Field label={w.reason} name="reason" required /><button type="submit">{w.release}</button></Form> : null) },
  ];
  return show(c, { title: w.reservations, nav: '/stock' }, (
    <>
      <PageHead title={w.reservations} /><StockTabs c={c} current="/stock/reservations" />
      <Filters c={c}><Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, reservationLabels)} /></Filters>
      <Table c={c} caption={w.reservations} columns={columns} rows={items} /><Pager c={c} next_cursor={next_cursor} />
    </>
  ));
});

action(stockPages, '/stock/reservations/:id/release', 'stock:write', async (c) => {
  await releaseReservation(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/reservations?state=active', words(c.var.locale).done);
});

page(stockPages, '/stock/holds', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ state: z.enum(['active', 'released']).optional(), model_id: short, id: short }));
  const { items, next_cursor } = await listHolds(c.var.ctx, { limit, cursor, sort }, filter);
  const approver = may(c.var.ctx.actor, 'stock:approve');
  const columns: Column<HoldView>[] = [
    { head: w.cohort, cell: (row) => [row.model_code, row.hw_rev, row.batch_code, row.firmware].filter((part) => part !== null).join(' · ') },
    { head: w.held, cell: (row) => <a href={`/units?model_id=${row.model_id}&location=good_stock`}>{row.units_held}</a>, numeric: true }, { head: w.reason, cell: (row) => row.reason },
    { head: w.state, cell: (row) => (row.state === 'active' ? <Badge tone="bad">{w.active}</Badge> : <Badge>{w.released}</Badge>) }, { head: w.placed, cell: (row) => <>{row.placed_name} <Age c={c} at={row.placed_at} /></> },
    { head: w.release, cell: (row) => (row.state === 'released' ? <>{row.released_name}: {row.release_reason}</> : approver ? <Form action={`/stock/holds/${row.id}/release`} label={w.release}><Field label={w.reason} name="reason" required hint={w.second_person} /><button type="submit">{w.release}</button></Form> : w.second_person) },
  ];
  return show(c, { title: w.holds, nav: '/stock' }, (
    <>
      <PageHead title={w.holds} /><StockTabs c={c} current="/stock/holds" />
      <Table c={c} caption={w.holds} columns={columns} rows={items} /><Pager c={c} next_cursor={next_cursor} />
      {approver || may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.place_hold}>
          <Form action="/stock/holds">
            <Field label={w.model} name="model_code" required /><Field label={w.hw_rev} name="hw_rev" /><Field label={w.batch} name="batch_code" /><Field label={w.firmware} name="firmware" /><Field label={w.reason} name="reason" required />
            <button type="submit" class="primary">{w.place_hold}</button>
          </Form>
        </Section>
      ) : null}
    </>
  ));
});

const HoldForm = z.strictObject({ model_code: z.string().max(64), hw_rev: short, batch_code: short, firmware: short, reason: z.string().trim().min(1).max(1000) });

action(stockPages, '/stock/holds', 'stock:read', async (c) => {
  const { reason, ...named } = await readForm(c, HoldForm);
  await placeHold(c.var.ctx, await cohortOf(c.var.ctx, named), { reason });
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});

action(stockPages, '/stock/holds/:id/release', 'stock:approve', async (c) => {
  await releaseHold(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});

page(stockPages, '/stock/moves', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ unit_id: short, model_id: short, from_location: short, to_location: short, cause_kind: short, cause_id: short }));
  const { items, next_cursor } = await listMoves(c.var.ctx, { limit, cursor, sort }, filter);
  return show(c, { title: w.moves, nav: '/stock' }, (
    <>
      <PageHead title={w.moves} /><StockTabs c={c} current="/stock/moves" />
      <Filters c={c}><Select label={w.from} name="from_location" value={filter.from_location} blank={w.all} options={optionsOf(c, locationLabels)} /><Select label={w.to} name="to_location" value={filter.to_location} blank={w.all} options={optionsOf(c, locationLabels)} /></Filters>
      <Table c={c} caption={w.moves} columns={moveColumns(c)} rows={items} /><Pager c={c} next_cursor={next_cursor} />
      {may(c.var.ctx.actor, 'stock:write') ? <Section title={w.move}><MoveForm c={c} /></Section> : null}
    </>
  ));
});

const moveColumns = (c: AppContext): Column<MoveView>[] => {
  const w = words(c.var.locale);
  const byHand = may(c.var.ctx.actor, 'stock:write');
  return [
    { head: w.at, cell: (row) => <Moment c={c} at={row.at} /> }, { head: w.model, cell: (row) => row.model_code }, { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true }, { head: w.from, cell: (row) => placeName(c, row.from_location) }, { head: w.to, cell: (row) => `${placeName(c, row.to_location)} (${conditionName(c, row.to_condition)})` },
    { head: w.cause, cell: (row) => <code>{row.cause_kind}</code> }, { head: w.reason, cell: (row) => row.reason }, { head: w.actor, cell: (row) => row.actor_name },
    { head: w.reverse, cell: (row) => (byHand && row.cause_kind === 'move' ? <Form action={`/stock/moves/${row.id}/reversal`} label={w.reverse}><Field label={w.reason} name="reason" required /><button type="submit">{w.reverse}</button></Form> : null) },
  ];
};

function MoveForm({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  return (
    <Form action="/stock/moves">
      <Field label={w.serial} name="serial" hint={w.move_hint} /><Field label={w.model} name="model_code" /><Field label={w.quantity} name="quantity" type="number" min={1} />
      <Select label={w.from} name="from_location" blank="—" options={optionsOf(c, locationLabels)} />
      <Select label={w.to} name="location" required options={optionsOf(c, locationLabels)} value="good_stock" /><Select label={w.condition} name="condition" blank="—" options={optionsOf(c, conditionLabels)} />
      <Field label={w.reason} name="reason" required /><button type="submit" class="primary">{w.move}</button>
    </Form>
  );
}

const MoveInput = z.strictObject({
  serial: z.string().max(200).optional(), model_code: short, quantity: z.coerce.number().int().min(1).max(1_000_000).optional(), from_location: z.enum(locations).optional(), location: z.enum(locations),
  condition: z.enum(conditions).optional(), reason: z.string().trim().min(1).max(1000),
});

action(stockPages, '/stock/moves', 'stock:write', async (c) => {
  const move = await moveStock(c.var.ctx, await readForm(c, MoveInput));
  return seeOther(c, `/stock/moves?model_id=${move.model_id}`, words(c.var.locale).done);
});

action(stockPages, '/stock/moves/:id/reversal', 'stock:write', async (c) => {
  const move = await takeBackMove(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, `/stock/moves?model_id=${move.model_id}`, words(c.var.locale).done);
});

page(stockPages, '/stock/forecast', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort } = readQuery(c, ListQuery);
  const { items, next_cursor } = await listForecasts(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' });
  const columns: Column<(typeof items)[number]>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> }, { head: w.expected_demand, cell: (row) => <Num value={row.expected_demand} digits={1} locale={c.var.locale} />, numeric: true },
    { head: w.horizon, cell: (row) => row.horizon_days, numeric: true }, { head: w.available, cell: (row) => row.available, numeric: true }, { head: w.on_order, cell: (row) => row.on_order, numeric: true },
    { head: w.suggested, cell: (row) => row.suggested_order, numeric: true }, { head: w.method, cell: (row) => row.method }, { head: w.computed, cell: (row) => <Age c={c} at={row.computed_at} /> },
  ];
  return show(c, { title: w.forecast, nav: '/stock' }, <><PageHead title={w.forecast} /><StockTabs c={c} current="/stock/forecast" /><Table c={c} caption={w.forecast} columns={columns} rows={items} /><Pager c={c} next_cursor={next_cursor} /></>);
});

page(stockPages, '/stock/check', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const check = await checkBooks(c.var.ctx);
  const columns: Column<(typeof check.balances)[number]>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_id}</a> }, { head: w.location, cell: (row) => placeName(c, row.location) }, { head: w.condition, cell: (row) => conditionName(c, row.condition) },
    { head: w.recorded, cell: (row) => row.cached, numeric: true }, { head: w.counted, cell: (row) => row.counted, numeric: true },
  ];
  return show(c, { title: w.check, nav: '/stock' }, (
    <>
      <PageHead title={w.check} />
      <p class="message" role="status">{booksAreRight(check) ? w.books_right : w.books_wrong(check.balances.length + check.places.length + check.over_reserved.length)}</p>
      {check.balances.length === 0 ? null : <Table c={c} caption={w.check} columns={columns} rows={check.balances} />}
    </>
  ));
});

stockPages.route('/', orderPages);
stockPages.route('/', countPages);
