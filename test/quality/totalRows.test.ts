import { expect, it } from 'vitest';
import { addDays, dayFromNumber, dayNumber } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { countBeforeReading } from '../../src/quality/count.ts';
import type { Period } from '../../src/quality/period.ts';
import { listRateGroups } from '../../src/quality/rateGroups.ts';
import { type Random, seededRandom } from '../../src/stats/random.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const START = dayNumber('2024-11-10');
const MODELS = ['A1', 'A2', 'Z1'] as const;

/** The days of a life in the fleet of the test: most units are added, sent back, corrected or taken out of service at random, some of it ahead of time. */
class Fleet {
  readonly #units: string[] = [];
  readonly #returns: string[] = [];
  readonly #random: Random;
  #ctx: Ctx;

  constructor(ctx: Ctx, random: Random) {
    this.#ctx = ctx;
    this.#random = random;
  }

  async liveOneDay(ctx: Ctx, day: number): Promise<void> {
    this.#ctx = ctx;
    switch (this.#pick(5)) {
      case 0:
      case 1:
        this.#units.push(
          await addUnit(this.#ctx, {
            model: MODELS[this.#pick(3)] ?? 'A1',
            from_on: dayFromNumber(day - this.#pick(200) + 20),
            site: this.#pick(2) === 0 ? 'store' : 'school',
          }),
        );
        break;
      case 2:
        await this.#endService(day + 60 - this.#pick(90));
        break;
      case 3:
        if (this.#units.length > 0)
          this.#returns.push(
            await addReturn(this.#ctx, this.#units[this.#pick(this.#units.length)] ?? '', {
              returned_on: dayFromNumber(day - this.#pick(150)),
              verdict: 'confirmed',
            }),
          );
        break;
      default:
        await this.#correct(day);
    }
  }

  async #endService(day: number): Promise<void> {
    const unit_id = this.#units[this.#pick(this.#units.length || 1)];
    if (unit_id === undefined) return;
    const { id, from_on } = await this.#ctx.db
      .selectFrom('service_intervals')
      .select(['id', 'from_on'])
      .where('unit_id', '=', unit_id)
      .executeTakeFirstOrThrow();
    const to_on = dayFromNumber(Math.max(day, dayNumber(from_on) + 1));
    await this.#ctx.db.updateTable('service_intervals').set({ to_on }).where('id', '=', id).execute();
  }

  async #correct(day: number): Promise<void> {
    const id = this.#returns[this.#pick(this.#returns.length || 1)];
    if (id === undefined) return;
    const change = this.#pick(2) === 0 ? { verdict: 'no_fault_found' as const } : { failed_on: addDays(dayFromNumber(day), -this.#pick(300)) };
    await this.#ctx.db.updateTable('return_units').set(change).where('id', '=', id).execute();
  }

  #pick(below: number): number {
    return Math.floor(this.#random.uniform() * below);
  }
}

/** By model, from the spans and failures themselves: of age bands there are no running totals. */
async function recounted(ctx: Ctx, period: Period): Promise<Map<string, number[]>> {
  const sums = new Map<string, number[]>();
  for (const { key, exposure_days } of await listRateGroups(ctx, ['model', 'age_band'], {}, period)) {
    const model = String(key.model_id);
    sums.set(model, [(sums.get(model)?.[0] ?? 0) + exposure_days, 0, 0, 0]);
  }
  for (const { key, confirmed, nff } of await listRateGroups(ctx, ['model', 'failure_mode'], {}, period)) {
    const [days = 0, , c = 0, n = 0] = sums.get(String(key.model_id)) ?? [];
    sums.set(String(key.model_id), [days, 0, c + confirmed, n + nff]);
  }
  for (const { key, units } of await unitsByModel(ctx, period)) {
    const known = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(key, known.with(1, units));
  }
  return sums;
}

async function unitsByModel(ctx: Ctx, { from, to }: Period): Promise<{ key: string; units: number }[]> {
  const rows = await ctx.db
    .selectFrom('quality_spans as x')
    .innerJoin('quality_cohorts as c', 'c.id', 'x.cohort_id')
    .select(['c.model_id as key', (eb) => eb.fn.count<number>('x.unit_id').distinct().as('units')])
    .where('x.from_day', '<', to)
    .where((eb) => eb.or([eb('x.to_day', 'is', null), eb('x.to_day', '>', from)]))
    .groupBy('c.model_id')
    .execute();
  return rows.map(({ key, units }) => ({ key, units: Number(units) }));
}

const totalled = async (ctx: Ctx, period: Period): Promise<Map<string, number[]>> =>
  new Map(
    (await listRateGroups(ctx, ['model'], {}, period)).map(({ key, exposure_days, units, confirmed, nff }) => [
      String(key.model_id),
      [exposure_days, units, confirmed, nff].map(Number),
    ]),
  );

const sorted = (figures: ReadonlyMap<string, number[]>) => [...figures].filter(([, all]) => all.some((figure) => figure !== 0)).sort();

eachDb('running totals', (test) => {
  it('give for any period what the spans add up to, however time passes and whatever is corrected or known ahead', async () => {
    const random = seededRandom(11);
    await addCatalog(test.ctx());
    const fleet = new Fleet(test.ctx(), random);
    for (let step = 0; step < 90; step++) {
      const day = START + step * 6;
      const ctx = test.ctx({ now: day * 86_400_000 });
      await fleet.liveOneDay(ctx, day);
      if (step % 6 !== 5) continue;
      await countBeforeReading(ctx);
      for (let i = 0; i < 4; i++) {
        const from = day - Math.floor(random.uniform() * 300);
        const period = { from, to: Math.min(day + 1, from + 1 + Math.floor(random.uniform() * 200)) };
        expect(sorted(await totalled(ctx, period))).toEqual(sorted(await recounted(ctx, period)));
      }
    }
  });

  it('are the same rows when everything is counted from nothing', async () => {
    const ctx = test.ctx({ now: (START + 90 * 6) * 86_400_000 });
    const rows = () => ctx.db.selectFrom('quality_totals').selectAll().orderBy('kind').orderBy('cohort_id').orderBy('day').execute();
    const counts = (all: Awaited<ReturnType<typeof rows>>) => all.filter((row) => row.started + row.finished + row.confirmed + row.nff > 0);
    await countBeforeReading(ctx);
    const kept = counts(await rows());
    for (const table of ['quality_totals', 'quality_spans', 'quality_failures'] as const) await ctx.db.deleteFrom(table).execute();
    const units = await ctx.db.selectFrom('units').select(['id as unit_id', 'model_id']).execute();
    await ctx.db.insertInto('quality_dirty').values(units).execute();
    await countBeforeReading(ctx);
    const perDay = (all: typeof kept) => new Map(all.map(({ until_day: _, ...row }) => [`${row.cohort_id} ${row.day}`, row]));
    const fresh = perDay(counts(await rows()));
    expect(fresh.size).toBeGreaterThan(50);
    for (const [at, row] of fresh) expect(perDay(kept).get(at)).toEqual(row);
  });
});
