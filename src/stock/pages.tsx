// The stock pages: levels, one model, moves, reservations, holds, forecast.
import { z } from 'zod';
import { getModel } from '../catalog/queries.ts';
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, Num, PageHead, Pager, Section, Select, Table, Unknown } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { booksAreRight, checkBooks } from './check.ts';
import { countPages } from './countPages.tsx';
import { holdPages } from './holdPages.tsx';
import { SetPolicy } from './inputs.ts';
import { findLevel, type Level, listForecasts, listLevels, listShelves, type Shelf } from './levels.ts';
import { movePages } from './movePages.tsx';
import { orderPages } from './orderPages.tsx';
import { setPolicy } from './policy.ts';
import { reservationPages } from './reservationPages.tsx';
import { conditionName, placeName, StockTabs } from './views.tsx';
import { words } from './words.ts';
import { writeOffPages } from './writeOffPages.tsx';

export const stockPages = newPages();

const short = z.string().max(64).optional();

page(stockPages, '/stock', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ model_code: short, maker_code: short, short: z.enum(['true']).optional() }));
  const { items, next_cursor } = await listLevels(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' }, { ...filter, short: filter.short === 'true' });
  return show(
    c,
    { title: w.stock, nav: '/stock' },
    <>
      <PageHead title={w.stock}>
        <a class="button" href="/stock/check">
          {w.check}
        </a>
      </PageHead>
      <StockTabs c={c} current="/stock" />
      <Filters c={c}>
        <Field label={w.model} name="model_code" value={filter.model_code ?? null} />
        <Field label={w.maker} name="maker_code" value={filter.maker_code ?? null} />
        <Select label={w.suggested} name="short" value={filter.short} blank={w.all} options={[{ value: 'true', label: w.only_short }]} />
      </Filters>
      <Table c={c} caption={w.levels} columns={levelColumns(c)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

const levelColumns = (c: AppContext): Column<Level>[] => {
  const w = words(c.var.locale);
  // Nothing has no rows to open.
  const to = (path: string, value: number) => (value === 0 ? value : <a href={path}>{value}</a>);
  const shelves = ({ model_id }: Level) => `/stock/models/${model_id}#shelves`;
  return [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a>, sort: 'model_code' },
    { head: w.maker, cell: (row) => row.maker_code },
    { head: w.available, cell: (row) => (row.available <= 0 ? <Badge tone="bad">{row.available}</Badge> : row.available), numeric: true },
    { head: w.good, cell: (row) => to(shelves(row), row.good), numeric: true },
    { head: w.reserved, cell: (row) => to(`/stock/reservations?state=active&model_id=${row.model_id}`, row.reserved), numeric: true },
    { head: w.held, cell: (row) => to(`/stock/holds?state=active&model_id=${row.model_id}`, row.held), numeric: true },
    { head: w.other, cell: (row) => to(shelves(row), row.other), numeric: true },
    { head: w.on_order, cell: (row) => to(`/purchase-orders?awaited=true&model_id=${row.model_id}`, row.on_order), numeric: true },
    {
      head: w.reorder_point,
      cell: (row) => (row.reorder_point === null ? <span class="unknown">{w.not_set}</span> : <Num value={row.reorder_point} locale={c.var.locale} />),
      numeric: true,
    },
    { head: w.expected_demand, cell: (row) => <Num value={row.expected_demand} digits={1} locale={c.var.locale} />, numeric: true },
    { head: w.suggested, cell: (row) => (row.suggested_order > 0 ? <Badge tone="warn">{row.suggested_order}</Badge> : null), numeric: true },
  ];
};

page(stockPages, '/stock/models/:id', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const model = await getModel(c.var.ctx, c.req.param('id') ?? '');
  const level = await findLevel(c.var.ctx, model.id);
  const keeper = may(c.var.ctx.actor, 'stock:write');
  const columns: Column<Shelf>[] = [
    { head: w.location, cell: (row) => <a href={`/units?model_id=${model.id}&location=${row.location}`}>{placeName(c, row.location)}</a> },
    { head: w.condition, cell: (row) => conditionName(c, row.condition) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
  ];
  return show(
    c,
    { title: model.code, nav: '/stock' },
    <>
      <PageHead title={model.code} sub={model.name}>
        <a class="button" href={`/stock/moves?model_id=${model.id}`}>
          {w.moves}
        </a>
      </PageHead>
      <StockTabs c={c} current="/stock" />
      {level === null ? null : <Table c={c} caption={w.levels} columns={levelColumns(c)} rows={[level]} />}
      <Section title={w.shelves} id="shelves">
        <Table
          c={c}
          caption={w.shelves}
          columns={columns}
          // What came in stands at its source as a debt of it, which is no place to look for goods.
          rows={(await listShelves(c.var.ctx, { limit: 100, sort: 'model_code' }, { model_id: model.id })).items.filter(({ quantity }) => quantity > 0)}
        />
      </Section>
      {keeper ? (
        <Section title={w.policy}>
          <Form action="/stock/policies">
            <input type="hidden" name="model_id" value={model.id} />
            <Field label={w.reorder_point} name="reorder_point" type="number" min={0} required value={level?.reorder_point ?? 0} />
            <Field label={w.safety_stock} name="safety_stock" type="number" min={0} value={level?.safety_stock ?? 0} />
            <Field label={w.lead_time} name="lead_time_days" type="number" min={0} value={level?.lead_time_days ?? null} />
            <Field label={w.order_quantity} name="order_quantity" type="number" min={1} value={level?.order_quantity ?? null} />
            <button type="submit" class="primary">
              {w.save}
            </button>
          </Form>
        </Section>
      ) : null}
      {keeper ? (
        <Section title={w.reserve}>
          <Form action="/stock/reservations" label={w.reserve}>
            <input type="hidden" name="model_id" value={model.id} />
            <Field label={w.quantity} name="quantity" type="number" min={1} value={1} />
            <Field label={w.note} name="note" />
            <label class="check">
              <input type="checkbox" name="allow_substitute" value="yes" /> {w.substitute}
            </label>
            <button type="submit">{w.reserve}</button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(stockPages, '/stock/policies', 'stock:write', async (c) =>
  seeOther(c, `/stock/models/${(await setPolicy(c.var.ctx, await readForm(c, SetPolicy))).model_id}`, words(c.var.locale).saved),
);

page(stockPages, '/stock/forecast', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort } = readQuery(c, ListQuery);
  const { items, next_cursor } = await listForecasts(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' });
  const columns: Column<(typeof items)[number]>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> },
    { head: w.expected_demand, cell: (row) => <Num value={row.expected_demand} digits={1} locale={c.var.locale} />, numeric: true },
    {
      head: w.demand_interval,
      cell: (row) => (row.demand_low === null ? <Unknown locale={c.var.locale} /> : `${row.demand_low}–${row.demand_high}`),
      numeric: true,
    },
    { head: w.horizon, cell: (row) => row.horizon_days, numeric: true },
    {
      head: w.reorder_point,
      cell: (row) => (row.reorder_point === null ? <span class="unknown">{w.not_set}</span> : <Num value={row.reorder_point} locale={c.var.locale} />),
      numeric: true,
    },
    { head: w.suggested_reorder_point, cell: (row) => <Num value={row.suggested_reorder_point} locale={c.var.locale} />, numeric: true },
    { head: w.available, cell: (row) => row.available, numeric: true },
    { head: w.on_order, cell: (row) => row.on_order, numeric: true },
    { head: w.suggested, cell: (row) => row.suggested_order, numeric: true },
    { head: w.method, cell: (row) => w.forecast_method(row.method) },
    { head: w.computed, cell: (row) => <Age c={c} at={row.computed_at} /> },
  ];
  return show(
    c,
    { title: w.forecast, nav: '/stock' },
    <>
      <PageHead title={w.forecast} />
      <StockTabs c={c} current="/stock/forecast" />
      <Table c={c} caption={w.forecast} columns={columns} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

page(stockPages, '/stock/check', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const check = await checkBooks(c.var.ctx);
  const columns: Column<(typeof check.balances)[number]>[] = [
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_id}</a> },
    { head: w.location, cell: (row) => placeName(c, row.location) },
    { head: w.condition, cell: (row) => conditionName(c, row.condition) },
    { head: w.recorded, cell: (row) => row.cached, numeric: true },
    { head: w.counted, cell: (row) => row.counted, numeric: true },
  ];
  return show(
    c,
    { title: w.check, nav: '/stock' },
    <>
      <PageHead title={w.check} />
      <StockTabs c={c} current="/stock/check" />
      <p class="message" role="status">
        {booksAreRight(check) ? w.books_right : w.books_wrong(check.balances.length + check.places.length + check.over_reserved.length)}
      </p>
      {check.balances.length === 0 ? null : <Table c={c} caption={w.check} columns={columns} rows={check.balances} />}
    </>,
  );
});

// Refusals name a record by its address in the API: one without a page of its own is shown in its list.
for (const list of ['reservations', 'holds', 'moves', 'write-offs'])
  page(stockPages, `/stock/${list}/:id`, 'stock:read', (c) => c.redirect(`/stock/${list}?id=${c.req.param('id')}`));
page(stockPages, '/stock/levels', 'stock:read', (c) => {
  const { model_id } = c.req.query();
  return c.redirect(model_id === undefined ? '/stock' : `/stock/models/${encodeURIComponent(model_id)}`);
});

stockPages.route('/', reservationPages);
stockPages.route('/', holdPages);
stockPages.route('/', movePages);
stockPages.route('/', orderPages);
stockPages.route('/', countPages);
stockPages.route('/', writeOffPages);
