// Over-dispersed counts as clusters: a negative binomial count with variance f times its mean is a Poisson number of logarithmic clusters.
// Counting clusters instead of events makes a Poisson test valid however heavy the clusters are; y / f is not, when few events are expected.

export interface Clusters {
  readonly events: number;
  readonly expected: number;
}

/** The alternative at which the cluster count keeps the whole likelihood ratio of the negative binomial. */
const PIVOT = 2.5;

/**
 * Effective events and expectation of a day on which `events` came and `expected` were expected at variance `dispersion` x mean.
 * With k = expected / (f - 1): sum over i < y of log((R k + i) / (k + i)) / log R, the log likelihood ratio of the rate R k against k
 * in units of one event; its expectation counterpart is k log f clusters. f = 1 leaves both as they are.
 * `expected` should contain what is known of the cohort's own level.
 */
export function clustersOf(events: number, expected: number, dispersion: number): Clusters {
  const excess = dispersion - 1;
  if (excess < 1e-6) return { events, expected };
  const k = expected / excess;
  let log = 0;
  // The first event is always a cluster, also where nothing was expected; a fraction of an event counts as that fraction of its term.
  for (let i = 0; i < events; i += 1) log += Math.min(1, events - i) * (i === 0 ? Math.log(PIVOT) : Math.log((PIVOT * k + i) / (k + i)));
  return { events: log / Math.log(PIVOT), expected: expected * clustersPerEvent(dispersion) };
}

/** Expected clusters per expected event: k log f / (k (f - 1)). */
export const clustersPerEvent = (dispersion: number): number => (dispersion - 1 < 1e-6 ? 1 : Math.log(dispersion) / (dispersion - 1));
