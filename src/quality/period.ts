// The days a table speaks of, as day numbers, half-open.

import { Problem } from '../core/problem.ts';
import { type Day, dayFromNumber, dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';

export interface Period {
  readonly from: number;
  readonly to: number;
}

/** From the beginning when `from_on` is missing; to the end of today when `to_on` is missing or lies beyond. Throws `invalid` when it ends before it begins. */
export function periodOf(ctx: Ctx, { from_on, to_on }: { from_on?: Day | undefined; to_on?: Day | undefined }): Period {
  const end = dayNumber(today(ctx)) + 1;
  const from = from_on === undefined ? 0 : dayNumber(from_on);
  const to = to_on === undefined ? end : dayNumber(to_on);
  if (to_on !== undefined && to < from) {
    throw new Problem('invalid', ['The period ends before it begins', '期間の終了が開始より前です'], {
      errors: [{ path: 'to_on', message: ['Not before from_on', 'from_on 以降の日付にしてください'] }],
    });
  }
  return { from: Math.min(from, end), to: Math.min(to, end) };
}

export const periodDays = ({ from, to }: Period): { from_on: Day | null; to_on: Day } => ({
  from_on: from === 0 ? null : dayFromNumber(from),
  to_on: dayFromNumber(to),
});
