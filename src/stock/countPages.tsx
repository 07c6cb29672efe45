// Stock counts on pages: one box that keeps the focus, one scan after the other, then the differences.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { conditionLabels, locationLabels } from '../ledger/words.ts';
import { locations } from '../unit/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { bookCount, listDifferences } from './bookCount.ts';
import { type CountedScan, cancelCount, countQuantity, countScan, getCount, startCount } from './count.ts';
import { Because, CountQuantity, CountScan } from './inputs.ts';
import { type CountView, listCounts } from './queries.ts';
import type { StockCountDifferenceRow } from './table.ts';
import { conditionName, optionsOf, placeName, StockTabs } from './views.tsx';
import { countStateLabels, differenceLabels, words } from './words.ts';

export const countPages = newPages();

page(countPages, '/stock/counts', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort } = readQuery(c, ListQuery);
  const { items, next_cursor } = await listCounts(c.var.ctx, { limit, cursor, sort });
  const columns: Column<CountView>[] = [
    { head: w.location, cell: (row) => <a href={`/stock/counts/${row.id}`}>{placeName(c, row.location)}</a> },
    { head: w.model, cell: (row) => row.model_code ?? w.all },
    { head: w.state, cell: (row) => <Badge tone={row.state === 'running' ? 'info' : 'neutral'}>{speak(countStateLabels[row.state], c.var.locale)}</Badge> },
    { head: w.scanned, cell: (row) => row.scans, numeric: true },
    { head: w.actor, cell: (row) => row.started_name },
    { head: w.started, cell: (row) => <Age c={c} at={row.started_at} /> },
  ];
  return show(
    c,
    { title: w.counts, nav: '/stock' },
    <>
      <PageHead title={w.counts} />
      <StockTabs c={c} current="/stock/counts" />
      <Table c={c} caption={w.counts} columns={columns} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
      {may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.start_count}>
          <Form action="/stock/counts">
            <Select label={w.location} name="location" required options={optionsOf(c, locationLabels)} value="good_stock" />
            <Field label={w.model} name="model_code" />
            <Field label={w.note} name="note" />
            <button type="submit" class="primary">
              {w.start_count}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(countPages, '/stock/counts', 'stock:write', async (c) => {
  const input = await readForm(
    c,
    z.strictObject({ location: z.enum(locations), model_code: z.string().max(64).optional(), note: z.string().max(4000).optional() }),
  );
  return seeOther(c, `/stock/counts/${(await startCount(c.var.ctx, input)).id}`);
});

page(countPages, '/stock/counts/:id', 'stock:read', (c) => countPage(c, null));

/** What the last scan amounted to. */
interface Said {
  readonly scan: string;
  readonly scanned: CountedScan;
}

async function countPage(c: AppContext, said: Said | null) {
  const w = words(c.var.locale);
  const [count] = (await listCounts(c.var.ctx, { limit: 1 }, { id: c.req.param('id') ?? '' })).items;
  if (count === undefined) throw notFound(['Stock count', '棚卸']);
  const running = count.state === 'running' && may(c.var.ctx.actor, 'stock:write');
  const base = `/stock/counts/${count.id}`;
  const differences = await differencesOf(c, count.id);
  return show(
    c,
    { title: w.counts, nav: '/stock' },
    <>
      <PageHead
        title={`${w.counts}: ${placeName(c, count.location)}`}
        sub={
          <>
            {speak(countStateLabels[count.state], c.var.locale)} · {w.scanned} {count.scans}
          </>
        }
      />
      <StockTabs c={c} current="/stock/counts" />
      {said === null ? null : <Outcome c={c} base={base} said={said} />}
      {running ? (
        <Form action={`${base}/scans`} label={w.scan}>
          <Field label={w.scan} name="scan" required autofocus autocomplete="off" />
          <button type="submit" class="primary">
            {w.scan}
          </button>
        </Form>
      ) : null}
      {running ? (
        <details>
          <summary>{w.count_quantity}</summary>
          <Form action={`${base}/quantities`} label={w.count_quantity}>
            <Field label={w.model} name="model_code" required />
            <Select label={w.condition} name="condition" required options={optionsOf(c, conditionLabels)} />
            <Field label={w.quantity} name="quantity" type="number" min={0} required />
            <button type="submit">{w.save}</button>
          </Form>
        </details>
      ) : null}
      <Section title={w.differences}>
        <Differences c={c} rows={differences} />
      </Section>
      {running ? <Endings c={c} base={base} differences={differences} /> : null}
    </>,
  );
}

function Outcome({ c, base, said: { scan, scanned } }: { c: AppContext; base: string; said: Said }) {
  const { unit, outcome } = scanned;
  return (
    <>
      <p class="message" role="status">
        {unit === null ? scan : `${unit.model_code} ${unit.serial}`}: {words(c.var.locale)[outcome]}
        {outcome === 'elsewhere' && unit?.location != null ? ` (${placeName(c, unit.location)})` : null}
      </p>
      {scanned.choices.map((choice) => (
        <Form action={`${base}/scans`} label={choice.serial}>
          <input type="hidden" name="scan" value={scan} />
          <input type="hidden" name="unit_id" value={choice.id} />
          <button type="submit">{`${choice.maker_code} ${choice.model_code} ${choice.serial}`}</button>
        </Form>
      ))}
    </>
  );
}

/** How a running count may end. */
function Endings({ c, base, differences }: { c: AppContext; base: string; differences: readonly Difference[] }) {
  const w = words(c.var.locale);
  const kinds = (['missing', 'found', 'quantity'] as const)
    .map((kind) => ({ kind, times: differences.filter((one) => one.kind === kind).length }))
    .filter(({ times }) => times > 0)
    .map(({ kind, times }) => `${speak(differenceLabels[kind], c.var.locale)} ${times}`);
  return (
    <>
      <Form action={`${base}/booking`} label={w.book}>
        <button type="submit" class="primary">
          {kinds.length === 0 ? w.end_count : `${w.book} (${kinds.join(' · ')})`}
        </button>
      </Form>
      <details class="deed">
        <summary>{w.cancel}</summary>
        <Form action={`${base}/cancellation`} label={w.cancel}>
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.cancel}</button>
        </Form>
      </details>
    </>
  );
}

type Difference = Omit<StockCountDifferenceRow, 'count_id' | 'line_no' | 'move_id'>;

async function differencesOf(c: AppContext, id: string): Promise<readonly (Difference & { readonly serial: string | null; readonly model_code: string })[]> {
  const count = await getCount(c.var.ctx, id);
  const rows: readonly Difference[] =
    count.state === 'running'
      ? await listDifferences(c.var.ctx, count)
      : await c.var.ctx.db.selectFrom('stock_count_differences').selectAll().where('count_id', '=', id).orderBy('line_no').execute();
  const models = new Map((await c.var.ctx.db.selectFrom('models').select(['id', 'code']).execute()).map((model) => [model.id, model.code]));
  const ids = rows.flatMap(({ unit_id }) => (unit_id === null ? [] : [unit_id])).slice(0, SHOWN);
  const serials = new Map(
    ids.length === 0
      ? []
      : (await c.var.ctx.db.selectFrom('units').select(['id', 'serial']).where('id', 'in', ids).execute()).map((unit) => [unit.id, unit.serial]),
  );
  return rows
    .slice(0, SHOWN)
    .map((row) => ({ ...row, serial: row.unit_id === null ? null : (serials.get(row.unit_id) ?? null), model_code: models.get(row.model_id) ?? '' }));
}

/** Differences on the page; the API has them all. */
const SHOWN = 500;

function Differences({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof differencesOf>> }) {
  const w = words(c.var.locale);
  const columns: Column<(typeof rows)[number]>[] = [
    { head: w.difference, cell: (row) => <Badge tone={row.kind === 'missing' ? 'bad' : 'warn'}>{speak(differenceLabels[row.kind], c.var.locale)}</Badge> },
    { head: w.model, cell: (row) => row.model_code },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    {
      head: w.recorded,
      cell: (row) =>
        row.recorded
          ?.split('/')
          .map((part, i) => (i === 0 ? placeName(c, part) : conditionName(c, part)))
          .join(' / '),
    },
    { head: w.quantity, cell: (row) => row.difference, numeric: true },
  ];
  return <Table c={c} caption={w.differences} columns={columns} rows={rows} empty={w.no_difference} />;
}

action(countPages, '/stock/counts/:id/scans', 'stock:write', async (c) => {
  const input = await readForm(c, CountScan);
  return countPage(c, { scan: input.scan, scanned: await countScan(c.var.ctx, c.req.param('id') ?? '', input) });
});

/** A form of the count's page. */
function deed<T extends z.ZodType>(noun: string, schema: T, run: (c: AppContext, id: string, input: z.output<T>) => Promise<unknown>): void {
  action(countPages, `/stock/counts/:id/${noun}`, 'stock:write', async (c) => {
    const id = c.req.param('id') ?? '';
    await run(c, id, await readForm(c, schema));
    return seeOther(c, `/stock/counts/${id}`, words(c.var.locale).done);
  });
}

deed('quantities', CountQuantity, (c, id, input) => countQuantity(c.var.ctx, id, input));
deed('booking', z.strictObject({}), (c, id) => bookCount(c.var.ctx, id));
deed('cancellation', Because, (c, id, { reason }) => cancelCount(c.var.ctx, id, reason));
