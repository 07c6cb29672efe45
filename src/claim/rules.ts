// Pure decisions about claims: what an answer amounts to, how a lump sum is shared, when to remind.
import { addDays, type Day, daysBetween } from '../core/time.ts';
import type { ClaimEvent, LineState } from './lifecycle.ts';

/** What the lines add up to after an answer. Settled and conceded lines are over; with nothing left open the accepted ones decide. */
export function answerEvent(states: readonly LineState[]): Extract<ClaimEvent, 'accept' | 'accept_part' | 'reject'> {
  const accepted = states.some((state) => state === 'accepted' || state === 'settled');
  const refused = states.some((state) => state === 'refused' || state === 'conceded');
  if (!accepted) return 'reject';
  return refused ? 'accept_part' : 'accept';
}

/** Shares `total` in proportion to the weights, in whole minor units; what rounding leaves over goes to the first ones. Even shares when no weight is known. */
export function shareAmount(total: number, weights: readonly (number | null)[]): number[] {
  const known = weights.map((weight) => weight ?? 0);
  const sum = known.reduce((all, weight) => all + weight, 0);
  const shares = known.map((weight) => Math.floor(sum === 0 ? total / weights.length : (total * weight) / sum));
  let left = total - shares.reduce((all, share) => all + share, 0);
  return shares.map((share, i) => {
    const room = sum === 0 || share < (known[i] ?? 0);
    if (left <= 0 || !room) return share;
    left -= 1;
    return share + 1;
  });
}

const DAYS_AHEAD = 3;
const DAYS_BETWEEN = 7;

/** How many reminders a deadline should have had by `day`: three days ahead, on the day, the day after, then every week. */
export function remindersDue(due_on: Day, day: Day): number {
  const late = daysBetween(due_on, day);
  if (day < addDays(due_on, -DAYS_AHEAD)) return 0;
  if (late < 0) return 1;
  return late === 0 ? 2 : 3 + Math.floor((late - 1) / DAYS_BETWEEN);
}

/** Middle of the numbers; null of none. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? null) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
