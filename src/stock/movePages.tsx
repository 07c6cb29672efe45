// The ledger on a page, and moves by hand.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { actorName } from '../core/programs.ts';
import { speak } from '../core/words.ts';
import { conditionLabels, locationLabels } from '../ledger/words.ts';
import { conditions, locations } from '../unit/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { type Column, Field, Filters, Form, Moment, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { Because } from './inputs.ts';
import { moveStock } from './moveStock.ts';
import { listMoves, type MoveView } from './queries.ts';
import { reasonWords } from './reasons.ts';
import { BY_HAND, takeBackMove } from './reverse.ts';
import { conditionName, optionsOf, placeName, StockTabs } from './views.tsx';
import { causeLabels, words } from './words.ts';

export const movePages = newPages();

const short = z.string().max(64).optional();

page(movePages, '/stock/moves', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(
    c,
    ListQuery.extend({ unit_id: short, model_id: short, from_location: short, to_location: short, cause_kind: short, cause_id: short, id: short }),
  );
  const { items, next_cursor } = await listMoves(c.var.ctx, { limit, cursor, sort }, filter);
  return show(
    c,
    { title: w.moves, nav: '/stock' },
    <>
      <PageHead title={w.moves} />
      <StockTabs c={c} current="/stock/moves" />
      <Filters c={c}>
        <Select label={w.from} name="from_location" value={filter.from_location} blank={w.all} options={optionsOf(c, locationLabels)} />
        <Select label={w.to} name="to_location" value={filter.to_location} blank={w.all} options={optionsOf(c, locationLabels)} />
      </Filters>
      <Table c={c} caption={w.moves} columns={moveColumns(c)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
      {may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.move}>
          <MoveForm c={c} />
        </Section>
      ) : null}
    </>,
  );
});

const moveColumns = (c: AppContext): Column<MoveView>[] => {
  const w = words(c.var.locale);
  const byHand = may(c.var.ctx.actor, 'stock:write');
  return [
    { head: w.at, cell: (row) => <Moment c={c} at={row.at} /> },
    { head: w.model, cell: (row) => row.model_code },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    { head: w.from, cell: (row) => placeName(c, row.from_location) },
    { head: w.to, cell: (row) => `${placeName(c, row.to_location)} (${conditionName(c, row.to_condition)})` },
    { head: w.cause, cell: (row) => causeName(c, row) },
    { head: w.reason, cell: (row) => reasonWords(row.reason, c.var.locale) },
    { head: w.actor, cell: (row) => actorName(row.actor_name, c.var.locale) },
    {
      head: w.reverse,
      cell: (row) =>
        byHand && BY_HAND.includes(row.cause_kind) && row.reversed === 0 ? (
          <details class="deed">
            <summary>{w.reverse}</summary>
            <Form action={`/stock/moves/${row.id}/reversal`} label={w.reverse}>
              <Field label={w.reason} name="reason" required />
              <button type="submit">{w.reverse}</button>
            </Form>
          </details>
        ) : null,
    },
  ];
};

/** What made it move, and the way there. */
function causeName(c: AppContext, { cause_kind, cause_id, unit_id }: MoveView) {
  const label = causeLabels[cause_kind];
  const name = label === undefined ? cause_kind : speak(label, c.var.locale);
  const path = {
    claim: '/claims/',
    return_unit: '/return-units/',
    purchase_order: '/purchase-orders/',
    count: '/stock/counts/',
    reservation: '/stock/reservations?id=',
    unit_merge: '/units/',
    unit_swap: '/units/',
  }[cause_kind];
  if (path !== undefined && cause_id !== null) return <a href={`${path}${cause_id}`}>{name}</a>;
  return cause_kind === 'reversal' && unit_id !== null ? <a href={`/stock/moves?unit_id=${unit_id}`}>{name}</a> : name;
}

function MoveForm({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  return (
    <Form action="/stock/moves">
      <Field label={w.serial} name="serial" hint={w.move_hint} />
      <Field label={w.model} name="model_code" />
      <Field label={w.quantity} name="quantity" type="number" min={1} />
      <Select label={w.from} name="from_location" blank="—" options={optionsOf(c, locationLabels)} />
      <Select label={w.to} name="location" required options={optionsOf(c, locationLabels)} value="good_stock" />
      <Select label={w.condition} name="condition" blank="—" options={optionsOf(c, conditionLabels)} />
      <Field label={w.reason} name="reason" required />
      <button type="submit" class="primary">
        {w.move}
      </button>
    </Form>
  );
}

const MoveInput = z.strictObject({
  serial: z.string().max(200).optional(),
  model_code: short,
  quantity: z.coerce.number().int().min(1).max(1_000_000).optional(),
  from_location: z.enum(locations).optional(),
  location: z.enum(locations),
  condition: z.enum(conditions).optional(),
  reason: z.string().trim().min(1).max(1000),
});

action(movePages, '/stock/moves', 'stock:write', async (c) => {
  const move = await moveStock(c.var.ctx, await readForm(c, MoveInput));
  return seeOther(c, `/stock/moves?model_id=${move.model_id}`, words(c.var.locale).done);
});

action(movePages, '/stock/moves/:id/reversal', 'stock:write', async (c) => {
  const move = await takeBackMove(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, `/stock/moves?model_id=${move.model_id}`, words(c.var.locale).done);
});
