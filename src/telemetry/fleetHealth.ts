// The table of health events: which models, and which parts of one model, report a signal more often than the rest.
import { groupBy } from '../core/groupBy.ts';
import { invalid } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { type FleetHealthQuery, type HealthCut, type HealthPeriod, healthPeriod } from './healthInputs.ts';
import { batchCodes, findModels, type NamedModel, namesOf, oneModel } from './healthModels.ts';
import { excessOf, type HealthRates, healthRates, inOrder, type RankedGroup, rankGroups, STANDS_OUT, totalOf } from './healthRates.ts';
import { detailsByModel, type GroupDetail, type GroupSum, lastDay, sumByModel, sumByPart } from './healthSums.ts';
import { dailySignals } from './signals.ts';

export type HealthRow = {
  readonly rank: number;
  readonly signal: string;
  readonly model_id: string;
  readonly maker: string;
  readonly model: string;
  /** Of a table by firmware, revision or batch: null when it is not known. */
  readonly part?: string | null;
  readonly device_days: number;
  readonly episodes: number;
} & GroupDetail &
  HealthRates;

/** Who the table speaks of, by signal. */
export interface HealthPopulation {
  readonly signal: string;
  readonly groups: number;
  readonly device_days: number;
  readonly episodes: number;
  readonly rate_per_1000_device_days: number | null;
  /** The last day of the period that has figures; `devices` are those of this day. */
  readonly counted_on: Day | null;
}

export interface HealthTable {
  readonly items: readonly HealthRow[];
  readonly next_cursor: string | null;
  readonly period: HealthPeriod;
  readonly population: readonly HealthPopulation[];
  /** Every group of each signal asked for, whatever page is shown. */
  readonly tables: readonly SignalTable[];
}

/** Without a signal every row is a group and one of its signals. Throws `invalid` for a part of no model, or of a code that several makers use. */
export async function listFleetHealth(ctx: Ctx, query: FleetHealthQuery): Promise<HealthTable> {
  const period = healthPeriod(ctx, query);
  const models = await chosenModels(ctx, query);
  const tables = await rankedTables(ctx, query, period, models);
  const asked = models === null || query.by !== 'model' ? null : new Set(models.map(({ id }) => id));
  const shown = tables.flatMap(({ ranked }) => (asked === null ? ranked : ranked.filter(({ key }) => asked.has(key))));
  const start = Number(query.cursor ?? 0);
  const page = inOrder(shown, query.sort, start + query.limit).slice(start);
  const rows = await completed(ctx, query.by, period, page, tables, models);
  return {
    items: rows.map((row, i) => ({ rank: start + i + 1, ...row })),
    next_cursor: start + query.limit < shown.length ? String(start + query.limit) : null,
    period,
    tables,
    population: await Promise.all(tables.map(({ signal, sums }) => populationOf(ctx, signal, sums, period))),
  };
}

export interface SignalTable {
  readonly signal: string;
  readonly sums: readonly (GroupSum & Partial<GroupDetail>)[];
  readonly ranked: readonly RankedGroup[];
}

async function rankedTables(
  ctx: Ctx,
  { signal, by }: Pick<FleetHealthQuery, 'signal' | 'by'>,
  period: HealthPeriod,
  models: readonly NamedModel[] | null,
): Promise<SignalTable[]> {
  const tables: SignalTable[] = [];
  for (const { code } of dailySignals) {
    if (signal !== undefined && signal !== code) continue;
    const [model] = models ?? [];
    const sums = by === 'model' ? await sumByModel(ctx, code, period) : model === undefined ? [] : await sumByPart(ctx, code, period, model.id, by);
    tables.push({ signal: code, sums, ranked: rankGroups(code, sums) });
  }
  return tables;
}

/** Null when none is asked for. */
async function chosenModels(ctx: Ctx, { by, model, maker }: FleetHealthQuery): Promise<NamedModel[] | null> {
  if (by !== 'model' && model === undefined)
    throw invalid('model', ['Name the model: the parts of one model are compared', '機種を指定してください。内訳は1機種の中で比べます']);
  if (model === undefined && maker === undefined) return null;
  const models = await findModels(ctx, model, maker);
  return by === 'model' ? models : [oneModel(models)].flatMap((one) => one ?? []);
}

/** A model with its groups of every signal. */
export interface HeatRow extends NamedModel {
  readonly groups: readonly RankedGroup[];
}

/** The models that stand out in any signal, most first. */
export async function worstModels(ctx: Ctx, tables: readonly SignalTable[], most: number): Promise<HeatRow[]> {
  const standing = tables.flatMap(({ ranked }) => ranked.filter((group) => (excessOf(group) ?? 0) >= STANDS_OUT));
  const worst = [...new Set(inOrder(standing, '-excess_p05', standing.length).map(({ key }) => key))].slice(0, most);
  const groups = groupBy(
    tables.flatMap(({ ranked }) => ranked.filter(({ key }) => worst.includes(key))),
    ({ key }) => key,
  );
  const names = await namesOf(ctx, worst);
  return worst.flatMap((id) => {
    const name = names.get(id);
    return name === undefined ? [] : [{ ...name, groups: groups.get(id) ?? [] }];
  });
}

async function completed(
  ctx: Ctx,
  by: HealthCut,
  period: HealthPeriod,
  page: readonly RankedGroup[],
  tables: readonly SignalTable[],
  models: readonly NamedModel[] | null,
): Promise<Omit<HealthRow, 'rank'>[]> {
  const details = new Map<string, ReadonlyMap<string, Partial<GroupDetail>>>();
  for (const [signal, groups] of groupBy(page, (group) => group.signal)) {
    const keys = groups.map(({ key }) => key);
    const sums = tables.find((table) => table.signal === signal)?.sums ?? [];
    details.set(signal, by === 'model' ? await detailsByModel(ctx, signal, period, keys) : new Map(sums.map((sum) => [sum.key, sum])));
  }
  const parts =
    by !== 'batch'
      ? null
      : await batchCodes(
          ctx,
          page.map(({ key }) => key),
        );
  const names = by === 'model' ? await namesOf(ctx, [...new Set(page.map(({ key }) => key))]) : null;
  return page.map((group) => {
    const { id = '', model = '', maker = '' } = (names === null ? models?.[0] : names.get(group.key)) ?? {};
    const { events = 0, devices = 0 } = details.get(group.signal)?.get(group.key) ?? {};
    const { signal, key, device_days, episodes } = group;
    const part = by === 'model' ? {} : { part: key === '' ? null : (parts?.get(key) ?? key) };
    return { signal, model_id: id, maker, model, ...part, devices, device_days, episodes, events, ...healthRates(group) };
  });
}

async function populationOf(ctx: Ctx, signal: string, sums: readonly GroupSum[], period: HealthPeriod): Promise<HealthPopulation> {
  const { device_days, episodes } = totalOf(sums);
  return {
    signal,
    groups: sums.length,
    device_days,
    episodes,
    rate_per_1000_device_days: device_days > 0 ? (episodes / device_days) * 1000 : null,
    counted_on: await lastDay(ctx, signal, period.from_on, period.to_on),
  };
}
