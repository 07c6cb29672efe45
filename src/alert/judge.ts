// Judges every model on the last counted day: its own statistic over all signals and cohorts, and its firmware roll-outs.

import { setImmediate } from 'node:timers/promises';
import { type Day, dayNumber } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { eBenjaminiHochberg } from '../stats/evalue.ts';
import { design, evidenceAt, streamsOf } from './detector.ts';
import { type AlertEvidence, explain, leading } from './evidence.ts';
import { type Judged, judgeModel } from './judgeModel.ts';
import type { Past } from './past.ts';
import { statisticPath } from './path.ts';
import type { Found } from './raise.ts';
import { rolloutThreshold } from './rollout.ts';
import { isLiveRollOut, judgeRollOut, type RollOut, type RollOutFinding } from './rollouts.ts';
import { alertThreshold, modelBudget, QUIET_DAYS } from './rules.ts';
import type { ModelPast } from './series.ts';

/** False discovery rate of the act-now list. */
const ACT_NOW_RATE = 0.1;

/** Models judged before others in the process have their turn: some 50 ms. */
const MODELS_A_TURN = 25;

type Candidate = Omit<Found, 'level'> & { readonly e_value: number };

/**
 * Every model above the watch level, with what it has to say; a roll-out that alarms speaks for its model. A roll-out alarms at the level its
 * share of the budget gives it, or on the e-BH list of the live ones, which is the sooner in a small fleet.
 */
export async function judgeModels(ctx: Ctx, past: Past, rollouts: readonly RollOut[], budget: number): Promise<Found[]> {
  const threshold = alertThreshold(modelBudget(budget));
  const rolloutLevel = rolloutThreshold(budget, past.model_ids.length * past.days, rollouts.length);
  const live = rollouts.filter((rollout) => isLiveRollOut(rollout, past));
  const window = Math.min(design.window_days, past.days);
  const models: Candidate[] = [];
  const upgrades: Candidate[] = [];
  for (const [place, days] of past.by_model.entries()) {
    if (days === undefined) continue;
    if (place % MODELS_A_TURN === 0) await setImmediate();
    const judged = judgeModel(past, place);
    const own = speakForModel(past, judged, threshold);
    if (own !== null) models.push({ ...own, e_value: own.statistic / window });
    const found = await loudestRollOut(ctx, past, judged, live);
    if (found !== null && found.e_value >= 1 / ACT_NOW_RATE) {
      const said = speakForRollOut(past, judged, found, rolloutLevel);
      if (said !== null) upgrades.push({ ...said, e_value: found.e_value });
    }
  }
  return joined(
    withLevels(models, past.model_ids.length),
    withLevels(upgrades, live.length).filter(({ level }) => level !== 'watch'),
  );
}

/** By e-BH among `hypotheses`, the strongest are to be acted on now. */
function withLevels(candidates: readonly Candidate[], hypotheses: number): Found[] {
  const actNow = new Set(
    eBenjaminiHochberg(
      candidates.map(({ e_value }) => e_value),
      ACT_NOW_RATE,
      Math.max(hypotheses, candidates.length),
    ),
  );
  return candidates.map(({ e_value: _, ...one }, index) => ({
    ...one,
    level: actNow.has(index) ? 'act_now' : one.statistic >= one.threshold ? 'alert' : 'watch',
  }));
}

/** One incident per model: its own alert takes the roll-out in as a part of what it says; a mere watch gives way to it. */
function joined(models: readonly Found[], upgrades: readonly Found[]): Found[] {
  const byModel = new Map(models.map((one) => [one.model_id, one]));
  for (const upgrade of upgrades) {
    const own = byModel.get(upgrade.model_id);
    const { rollout } = upgrade.evidence;
    byModel.set(
      upgrade.model_id,
      own === undefined || own.level === 'watch' || rollout === undefined ? upgrade : { ...own, evidence: { ...own.evidence, rollout } },
    );
  }
  return [...byModel.values()];
}

function speakForModel(past: Past, judged: Judged, threshold: number): Omit<Found, 'level'> | null {
  const { model, streams, budgets, evidence } = judged;
  if (evidence === null) return null;
  const explained = explain(past, model, streams, evidence, leading(evidence, budgets), threshold);
  if (explained === null) return null;
  return {
    model_id: model.model_id,
    statistic: evidence.statistic,
    threshold,
    evidence: { ...explained, ...crossedDay(past, judged, threshold) },
    statisticWithout: withoutDays(past, model, budgets, explained),
  };
}

/** History that comes at once is judged on its last day only: since when the level would have been reached is worth a line. */
function crossedDay(past: Past, { model, streams, budgets, evidence }: Judged, threshold: number): { crossed_day?: number } {
  const last = past.days - 1;
  if (evidence === null || evidence.statistic < threshold) return {};
  const path = statisticPath(streams, model.shapes, budgets, 0, last, { floor: threshold, ceiling: threshold });
  let crossed = last;
  for (let day = last; day >= Math.max(0, crossed - QUIET_DAYS); day -= 1) if ((path[day] ?? 0) >= threshold) crossed = day;
  return { crossed_day: crossed };
}

async function loudestRollOut(ctx: Ctx, past: Past, { model, streams }: Judged, live: readonly RollOut[]): Promise<RollOutFinding | null> {
  let loudest: RollOutFinding | null = null;
  for (const rollout of live) {
    if (rollout.model_id !== model.model_id) continue;
    const found = await judgeRollOut(ctx.db, past, model, streams, rollout);
    if (found !== null && found.e_value > (loudest?.e_value ?? 0)) loudest = found;
  }
  return loudest;
}

function speakForRollOut(past: Past, judged: Judged, found: RollOutFinding, threshold: number): Omit<Found, 'level'> | null {
  const { model, streams, budgets } = judged;
  const evidence = judged.evidence ?? evidenceAt(streams, past.days - 1, model.shapes, budgets);
  const { rollout, e_value, treated, treated_expected, control, control_expected } = found;
  const cohort = model.cohorts.findIndex(({ kind, value }) => kind === 'firmware' && value === rollout.firmware);
  const explained = explain(past, model, streams, evidence, { cohort, signal: found.signal, start: found.start_day }, threshold);
  if (explained === null) return null;
  const { firmware, started_on, upgraded } = rollout;
  return {
    model_id: model.model_id,
    statistic: e_value,
    threshold,
    evidence: { ...explained, rollout: { firmware, started_on, upgraded, e_value, threshold, treated, treated_expected, control, control_expected } },
    statisticWithout: found.withoutDays,
  };
}

/** What the statistic would be had some episodes of the leading signal not happened, in the model and in the leading cohort. */
function withoutDays(past: Past, model: ModelPast, budgets: readonly number[], { signal, cohort }: AlertEvidence): (days: readonly Day[]) => number {
  const led = past.signals.findIndex((one) => one.code === signal);
  return (days) => {
    const series = model.series.map((row, index) =>
      row.map((one, s) => {
        const at = model.cohorts[index];
        if (s !== led || (index > 0 && (at?.kind !== cohort.kind || at.value !== cohort.value))) return one;
        const events = Float64Array.from(one.events);
        for (const day of days) {
          const place = dayNumber(day) - dayNumber(past.first_on);
          events[place] = Math.max(0, (events[place] ?? 0) - 1);
        }
        return { ...one, events };
      }),
    );
    return evidenceAt(streamsOf(series, model.shapes, past.days), past.days - 1, model.shapes, budgets).statistic;
  };
}
