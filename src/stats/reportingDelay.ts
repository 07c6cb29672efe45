// How long a failure takes to become known, from records in which the slow ones are still missing (right truncation).

export interface Delay {
  /** From the failure until it was known. */
  readonly delay: number;
  /** From the failure until now: a longer delay would not have been seen yet. */
  readonly seen: number;
}

/** Below, one old record would decide about all. */
const LEAST_AT_RISK = 5;

/**
 * Share of failures known within a time, as P(D ≤ t | D ≤ the longest seen): the product-limit estimate in reverse time, where each record is at risk only for
 * delays it could have shown (Kalbfleisch & Lawless 1989, "Inference based on retrospective ascertainment"). Counting the records as they are would take the
 * recent failures' short delays for typical. Delays that hardly any record could have shown are left out. Null with too few records.
 */
export function reportingDelay(records: readonly Delay[]): ((time: number) => number) | null {
  const shown = records.filter(({ delay, seen }) => delay >= 0 && delay <= seen);
  const atRiskOf = (at: number): number => shown.filter(({ delay, seen }) => delay <= at && at <= seen).length;
  const longest = [...new Set(shown.map(({ delay }) => delay))].sort((a, b) => b - a).find((at) => atRiskOf(at) >= LEAST_AT_RISK);
  if (longest === undefined) return null;
  const used = shown.filter(({ delay }) => delay <= longest);
  const delays = [...new Set(used.map(({ delay }) => delay))].sort((a, b) => b - a);
  // F(t) = Π over delays d > t of (1 − known exactly at d / at risk at d), from the longest down.
  let share = 1;
  const steps = delays.map((at) => {
    const step = { at, share };
    const exactly = used.filter(({ delay }) => delay === at).length;
    share *= 1 - exactly / used.filter(({ delay, seen }) => delay <= at && at <= seen).length;
    return step;
  });
  return (time) => steps.find(({ at }) => at <= time)?.share ?? 0;
}
