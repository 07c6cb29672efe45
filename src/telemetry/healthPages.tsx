// Pages of fleet health: which models stand out, what within a model carries it, and the device-days behind a figure.
import { may } from '../core/actor.ts';
import { formatNumber } from '../core/formats.ts';
import { withQuery } from '../web/address.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Field, Filters, PageHead, Pager, Section, Select, Table, Unknown } from '../web/parts.tsx';
import { type HealthTable, type HeatRow, listFleetHealth, worstModels } from './fleetHealth.ts';
import { listHealthDays } from './healthDays.ts';
import { FleetHealthQuery, type HealthCut, HealthDaysQuery, healthCuts, healthPeriod } from './healthInputs.ts';
import { type Trend, type Trends, weeklyTrends } from './healthTrend.ts';
import { HeatTable, RankedTable, signalName } from './healthViews.tsx';
import { words } from './healthWords.ts';
import { dailySignals } from './signals.ts';

export const healthPages = newPages();

const MODELS_SHOWN = 20;

page(healthPages, '/fleet-health', 'telemetry:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const query = readQuery(c, FleetHealthQuery.extend({ limit: FleetHealthQuery.shape.limit.unwrap().default(MODELS_SHOWN) }));
  const table = await listFleetHealth(ctx, query);
  // Ordered by whatever column, the rows themselves are wanted.
  const isOverview = query.signal === undefined && query.model === undefined && query.cursor === undefined && !c.req.query('sort');
  const heat = isOverview ? await worstModels(ctx, table.tables, MODELS_SHOWN) : [];
  return show(
    c,
    { title: w.fleet_health, nav: '/fleet-health', kind: 'wide' },
    <>
      <PageHead title={query.model === undefined ? w.fleet_health : `${w.fleet_health}: ${query.model}`} sub={w.what_it_is}>
        <ModelActions c={c} />
      </PageHead>
      {query.model === undefined ? null : <CutTabs c={c} by={query.by} />}
      <HealthFilters c={c} table={table} />
      <Population c={c} table={table} />
      {heat.length > 0 ? <Standing c={c} rows={heat} /> : <Ranked c={c} table={table} by={query.by} trends={await trendsOf(c, table, query.by)} />}
    </>,
  );
});

const Standing = ({ c, rows }: { c: AppContext; rows: readonly HeatRow[] }) => {
  const w = words(c.var.locale);
  return (
    <Section title={w.heat_title} aside={<a href={withQuery(c, { sort: '-excess_p05' })}>{w.all_rows}</a>}>
      <HeatTable c={c} rows={rows} />
      <p class="note">{w.heat_note}</p>
    </Section>
  );
};

const Ranked = ({ c, table, by, trends }: { c: AppContext; table: HealthTable; by: HealthCut; trends: Trends }) => {
  const w = words(c.var.locale);
  return (
    <Section title={w.ranked}>
      <RankedTable c={c} table={table} by={by} trends={trends} />
      {table.items.length === 0 ? null : <p class="note">{w.ranked_note}</p>}
      <Pager c={c} next_cursor={table.next_cursor} />
    </Section>
  );
};

/** Of whole models alone: their weeks are in the totals. */
async function trendsOf(c: AppContext, { items, period }: HealthTable, by: HealthCut): Promise<Trends> {
  if (by !== 'model') return new Map();
  const trends = new Map<string, Map<string, Trend>>();
  for (const signal of new Set(items.map((row) => row.signal))) {
    const models = items.filter((row) => row.signal === signal).map(({ model_id }) => model_id);
    trends.set(signal, await weeklyTrends(c.var.ctx, signal, period, models));
  }
  return trends;
}

/** Where the model of the page is looked at and acted on. */
function ModelActions({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  const [model, maker] = [c.req.query('model'), c.req.query('maker')];
  if (!model) return null;
  const cohort = new URLSearchParams(maker ? { maker, model } : { model });
  const units = new URLSearchParams(maker ? { maker_code: maker, model_code: model } : { model_code: model });
  return (
    <>
      <a href={`/units?${units}`}>{w.units}</a>
      {may(c.var.ctx.actor, 'investigation:read') ? (
        <a class="button" href={`/cohorts?${cohort}`}>
          {w.act}
        </a>
      ) : null}
    </>
  );
}

const CutTabs = ({ c, by }: { c: AppContext; by: string }) => {
  const w = words(c.var.locale);
  return (
    <nav class="tabs" aria-label={w.model}>
      {healthCuts.map((cut) => (
        <a href={withQuery(c, { by: cut, cursor: null })} aria-current={cut === by ? 'page' : undefined}>
          {w[`by_${cut}`]}
        </a>
      ))}
    </nav>
  );
};

function HealthFilters({ c, table }: { c: AppContext; table: HealthTable }) {
  const { locale } = c.var;
  const w = words(locale);
  const signals = dailySignals.map(({ code }) => ({ value: code, label: signalName(code, locale) }));
  return (
    <Filters c={c}>
      <Select label={w.signal} name="signal" value={c.req.query('signal')} options={signals} blank={w.all_signals} />
      <Field label={w.from_on} name="from_on" type="date" value={table.period.from_on} />
      <Field label={w.to_on} name="to_on" type="date" value={table.period.to_on} />
      <Field label={w.model} name="model" value={c.req.query('model') ?? null} />
      {c.req.query('model') ? ['by', 'maker'].map((name) => (c.req.query(name) ? <input type="hidden" name={name} value={c.req.query(name)} /> : null)) : null}
    </Filters>
  );
}

/** Who the figures speak of: with one signal how many and how often, with all of them from when to when. */
function Population({ c, table: { population, period } }: { c: AppContext; table: HealthTable }) {
  const { locale } = c.var;
  const w = words(locale);
  const [one, other] = population;
  const on = population.map(({ counted_on }) => counted_on ?? '').reduce((a, b) => (a > b ? a : b), '');
  const n = (value: number, digits = 0): string => formatNumber(value, locale, digits);
  const rate = one?.rate_per_1000_device_days ?? null;
  return (
    <p class="note">
      {one === undefined || other !== undefined || rate === null
        ? w.period(period.from_on, period.to_on)
        : w.population(n(one.groups), n(one.device_days), n(one.episodes), n(rate, 2), period.from_on, period.to_on)}
      {on === '' ? null : ` · ${w.counted_on(on)}`}
    </p>
  );
}

page(healthPages, '/fleet-health/days', 'telemetry:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const query = readQuery(c, HealthDaysQuery);
  const { items, next_cursor } = await listHealthDays(ctx, query);
  const { from_on, to_on } = healthPeriod(ctx, query);
  const parts = [query.firmware, query.hw_rev, query.batch].flatMap((code) => (code === undefined ? [] : [code === '-' ? w.not_known : code]));
  const title = query.counted === 'episodes' ? w.days_with_event : w.all_days;
  return show(
    c,
    { title, nav: '/fleet-health', kind: 'wide' },
    <>
      <PageHead title={title} />
      <Section title={[query.model, ...parts, signalName(query.signal, locale), w.period(from_on, to_on)].join(' · ')}>
        <Table
          c={c}
          caption={title}
          rows={items}
          columns={[
            { head: w.day, sort: 'day_on', cell: (row) => row.day_on },
            { head: w.device_id, sort: 'device_id', cell: (row) => <a href={`/devices/${row.device_id}`}>{row.device_id}</a> },
            { head: w.unit, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.hw_rev, cell: (row) => row.hw_rev ?? <Unknown locale={locale} /> },
            { head: w.batch, cell: (row) => row.batch ?? <Unknown locale={locale} /> },
            { head: w.firmware, cell: (row) => row.firmware ?? <Unknown locale={locale} /> },
            { head: w.events, numeric: true, cell: (row) => formatNumber(row.events, locale) },
          ]}
        />
        <Pager c={c} next_cursor={next_cursor} />
      </Section>
    </>,
  );
});
