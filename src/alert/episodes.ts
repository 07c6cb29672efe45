// From devices that exceed a signal's limit to counted episodes: a device counts once per 30 days, and for network signals a site once a day.
// This removes chatty devices and single-site outages before any arithmetic.

/** An episode begins on a day with an excess when the days before it, this many with the day itself, had none. */
export const EPISODE_DAYS = 30;

/** First days of the episodes of one device and signal. `days` are day numbers in any order, repeated or not; the answer depends on the set alone. */
export function episodeStarts(days: Iterable<number>): number[] {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  return sorted.filter((day, index) => index === 0 || day - (sorted[index - 1] ?? 0) >= EPISODE_DAYS);
}

export interface Starting<C> {
  readonly site: string | null;
  readonly cohort: C;
}

/**
 * Counts of one day and signal by cohort. For a network signal the devices of one site and group (the model) share one count among their
 * cohorts, so that a power cut is 1 for the model however many batches hang there. A device without a site stands for itself.
 */
export function countEpisodes<C>(starting: readonly Starting<C>[], network: boolean, groupOf: (cohort: C) => string): Map<C, number> {
  const counts = new Map<C, number>();
  const sizes = new Map<string, number>();
  const keyOf = ({ site, cohort }: Starting<C>): string => `${groupOf(cohort)}\u0000${site}`;
  if (network) for (const one of starting) if (one.site !== null) sizes.set(keyOf(one), (sizes.get(keyOf(one)) ?? 0) + 1);
  for (const one of starting) {
    const share = network && one.site !== null ? 1 / (sizes.get(keyOf(one)) ?? 1) : 1;
    counts.set(one.cohort, (counts.get(one.cohort) ?? 0) + share);
  }
  return counts;
}
