// One model laid out and judged by its own statistic on the last counted day. Pure: any thread may do it.
import type { Stream } from '../stats/sequential.ts';
import { budgetsOf, type Evidence, evidenceFrom, streamsOf } from './detector.ts';
import type { Past } from './past.ts';
import { WATCH_THRESHOLD } from './rules.ts';
import { layOut, type ModelPast } from './series.ts';

export interface Judged {
  readonly model: ModelPast;
  readonly streams: readonly (readonly Stream[])[];
  readonly budgets: readonly number[];
  /** Null below the watch level. */
  readonly evidence: Evidence | null;
}

export function judgeModel(past: Past, place: number): Judged {
  const model = layOut(past, place);
  const budgets = budgetsOf(model.cohorts.map((cohort) => cohort.kind));
  const streams = streamsOf(model.series, model.shapes, past.days);
  return { model, streams, budgets, evidence: evidenceFrom(WATCH_THRESHOLD, streams, past.days - 1, model.shapes, budgets) };
}
