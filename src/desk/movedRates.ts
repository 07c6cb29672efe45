// Models whose confirmed failures of the last quarter are not what their year before let expect: exact test of two rates, false discoveries held at 5 %.
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { countBeforeReading } from '../quality/count.ts';
import { nameGroups } from '../quality/groupNames.ts';
import type { RateGroup } from '../quality/groups.ts';
import { periodOf } from '../quality/period.ts';
import { listRateGroups } from '../quality/rateGroups.ts';
import { compareRates, twoSidedP } from '../stats/compareRates.ts';
import { benjaminiHochberg } from '../stats/falseDiscovery.ts';

const RECENT_DAYS = 90;
const BEFORE_DAYS = 365;

export interface MovedRate {
  readonly model_code: string;
  readonly recent_failures: number;
  readonly recent_days: number;
  readonly before_failures: number;
  readonly before_days: number;
  /** Recent rate over the one before; null when there was no failure before. */
  readonly ratio: number | null;
  readonly ratio_low: number;
  readonly ratio_high: number | null;
  readonly adjusted_p: number;
}

/** The two windows, half-open: `before` ends where `recent` begins. */
export function windowsOf(ctx: Ctx): { readonly before_from_on: Day; readonly recent_from_on: Day; readonly to_on: Day } {
  const to_on = addDays(today(ctx), 1);
  const recent_from_on = addDays(to_on, -RECENT_DAYS);
  return { before_from_on: addDays(recent_from_on, -BEFORE_DAYS), recent_from_on, to_on };
}

/** The surest first. */
export async function listMovedRates(ctx: Ctx): Promise<MovedRate[]> {
  await countBeforeReading(ctx);
  const moved = await movedNow(ctx);
  const names = await nameGroups(
    ctx,
    moved.map(({ key }) => key),
  );
  return moved.map(({ key: _, ...rate }, i) => ({ ...rate, model_code: names[i]?.model ?? '' }));
}

type Moved = Omit<MovedRate, 'model_code'> & Pick<RateGroup, 'key'>;

interface Answer {
  readonly revision: number;
  readonly day: Day;
  readonly moved: readonly Moved[];
}

/** The last answer by store: some 70 ms for 2,000 models, and the same until totals or day change. */
const answers = new WeakMap<Ctx['db'], Answer>();

async function movedNow(ctx: Ctx): Promise<readonly Moved[]> {
  const { revision } = await ctx.db.selectFrom('quality_counts').select('revision').where('id', '=', 'one').executeTakeFirstOrThrow();
  const day = today(ctx);
  const last = answers.get(ctx.db);
  if (last?.revision === revision && last.day === day) return last.moved;
  const moved = await compareWindows(ctx);
  answers.set(ctx.db, { revision, day, moved });
  return moved;
}

/** Two sums over the stored totals by model. */
async function compareWindows(ctx: Ctx): Promise<Moved[]> {
  const { before_from_on, recent_from_on, to_on } = windowsOf(ctx);
  const recent = await listRateGroups(ctx, ['model'], {}, periodOf(ctx, { from_on: recent_from_on, to_on }));
  const before = await listRateGroups(ctx, ['model'], {}, periodOf(ctx, { from_on: before_from_on, to_on: recent_from_on }));
  const earlier = new Map(before.map((group) => [group.key.model_id, group]));
  const compared = recent.flatMap((group) => {
    const year = earlier.get(group.key.model_id);
    const p = year === undefined ? null : twoSidedP(counted(group), counted(year));
    return year === undefined || p === null ? [] : [{ recent: group, before: year, p }];
  });
  const found = benjaminiHochberg(compared.map(({ p }) => p));
  return compared
    .flatMap(({ recent, before }, i) => (found[i]?.rejected === true ? movedBy(recent, before, found[i].adjusted_p) : []))
    .sort((a, b) => a.adjusted_p - b.adjusted_p);
}

const counted = (group: RateGroup) => ({ count: group.confirmed, exposure: group.exposure_days });

function movedBy(recent: RateGroup, before: RateGroup, adjusted_p: number): Moved[] {
  const exact = compareRates(counted(recent), counted(before));
  if (exact === null) return [];
  const { ratio, ratio_low, ratio_high } = exact;
  return [
    {
      key: recent.key,
      recent_failures: recent.confirmed,
      recent_days: recent.exposure_days,
      before_failures: before.confirmed,
      before_days: before.exposure_days,
      ratio,
      ratio_low,
      ratio_high,
      adjusted_p,
    },
  ];
}
