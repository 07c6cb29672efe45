// E-values: averages, lists with a false discovery rate under any dependence, and the product of a daily test by concurrent control.

/**
 * e-BH (Wang & Ramdas 2022): indices, in order, rejected at false discovery rate `alpha` whatever the dependence. `hypotheses` counts all
 * that were looked at; pass it when only the larger e-values are given.
 */
export function eBenjaminiHochberg(e_values: readonly number[], alpha: number, hypotheses = e_values.length): number[] {
  const ranked = e_values.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value || a.index - b.index);
  let last = -1;
  ranked.forEach(({ value }, place) => {
    if (value >= hypotheses / (alpha * (place + 1))) last = place;
  });
  return ranked
    .slice(0, last + 1)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

/** Weighted average of e-values or e-detectors: valid under any dependence between them (Vovk & Wang 2021, Prop. 3.1). Weights sum to at most 1. */
export const weightedAverage = (values: readonly number[], weights: readonly number[]): number =>
  values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);

export interface ControlDay {
  /** Events and expectation among the treated (upgraded) and the controls (not upgraded yet), from the same devices' own past. */
  readonly treated: number;
  readonly treated_expected: number;
  readonly control: number;
  readonly control_expected: number;
}

/** Rate ratios of the concurrent-control test. */
export const controlRatios: readonly number[] = [1.5, 2, 3, 5];

/**
 * Log e-value per rate ratio after one more day. Given n events in both groups, the treated ones are Bin(n, e1 / (e1 + e0)) under the
 * null against r e1 / (r e1 + e0): the binomial likelihood ratio, so whatever hits both groups cancels. A day without a group adds nothing.
 */
export function addControlDay(log_products: readonly number[], day: ControlDay, ratios: readonly number[] = controlRatios): number[] {
  const both = day.treated_expected + day.control_expected;
  if (day.treated_expected <= 0 || day.control_expected <= 0) return [...log_products];
  return ratios.map(
    (ratio, index) =>
      (log_products[index] ?? 0) +
      day.treated * Math.log(ratio) +
      (day.treated + day.control) * Math.log(both / (ratio * day.treated_expected + day.control_expected)),
  );
}

/** The e-value of the roll-out so far: the mean over the ratios of the daily products. */
export const controlEvidence = (log_products: readonly number[]): number => log_products.reduce((sum, log) => sum + Math.exp(log), 0) / log_products.length;
