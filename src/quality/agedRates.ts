// A model's shrunken rate against what the failures of all models by age let expect of it: what stands in for a life of its own where its failures are too few.
import { setImmediate } from 'node:timers/promises';
import { groupBy } from '../core/groupBy.ts';
import type { Ctx } from '../db/ctx.ts';
import { fitGammaPrior, type GammaPrior } from '../stats/shrinkage.ts';
import { standardTime } from '../stats/standardise.ts';
import { AGE_BANDS } from './ageBands.ts';
import type { RateGroup } from './groups.ts';
import type { FailureKind } from './inputs.ts';
import { periodOf } from './period.ts';
import { listRateGroups } from './rateGroups.ts';
import { failureCount } from './rates.ts';

export interface AgedRates {
  /** The gamma distribution of the model's rate, per standard day. */
  readonly rateOf: (model_id: string) => GammaPrior;
  /** Standard days of a unit between two ages. */
  readonly daysBetween: (from: number, to: number) => number;
}

/** With too few models for a common distribution each stands alone (Jeffreys). */
const ALONE: GammaPrior = { shape: 0.5, rate: 0 };

export async function agedRates(ctx: Ctx, kind: FailureKind): Promise<AgedRates> {
  const groups = await listModelsByAge(ctx);
  const byBand = groupBy(groups, (group) => group.key.age_band ?? '');
  const time = standardTime(AGE_BANDS.map(({ code, low, high }) => ({ low, high, ...totalOf(byBand.get(code) ?? [], kind) })));
  const weights = new Map(AGE_BANDS.map(({ code }, i) => [code, time.weights[i] ?? 1]));
  const models = new Map(
    [...groupBy(groups, (group) => group.key.model_id ?? '')].map(([id, bands]) => [
      id,
      totalOf(bands, kind, ({ key }) => weights.get(key.age_band ?? '') ?? 1),
    ]),
  );
  const prior = fitGammaPrior([...models.values()]) ?? ALONE;
  return {
    rateOf: (model_id) => {
      const { count, exposure } = models.get(model_id) ?? { count: 0, exposure: 0 };
      return { shape: prior.shape + count, rate: prior.rate + exposure };
    },
    daysBetween: time.between,
  };
}

// One maker at a time: all at once would keep everybody waiting while a large fleet is added up.
async function listModelsByAge(ctx: Ctx): Promise<RateGroup[]> {
  const makers = await ctx.db.selectFrom('makers').select('code').orderBy('code').execute();
  const groups: RateGroup[] = [];
  for (const { code } of makers) {
    groups.push(...(await listRateGroups(ctx, ['model', 'age_band'], { maker: code }, periodOf(ctx, {}))));
    await setImmediate();
  }
  return groups;
}

const totalOf = (groups: readonly RateGroup[], kind: FailureKind, weightOf: (group: RateGroup) => number = () => 1): { count: number; exposure: number } => ({
  count: groups.reduce((sum, group) => sum + failureCount(group, kind), 0),
  exposure: groups.reduce((sum, group) => sum + group.exposure_days * weightOf(group), 0),
});
