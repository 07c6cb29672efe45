// Benjamini & Hochberg (1995): which of many p-values stand at a false-discovery rate. For tables on demand, not for daily looks.

export interface Discovery {
  readonly rejected: boolean;
  readonly adjusted_p: number;
}

/** In the order of `pValues`. */
export function benjaminiHochberg(pValues: readonly number[], rate = 0.05): Discovery[] {
  const n = pValues.length;
  const descending = pValues.map((p, index) => ({ p, index })).sort((x, y) => y.p - x.p);
  const adjusted = new Array<number>(n).fill(1);
  let smallest = 1;
  for (const [place, { p, index }] of descending.entries()) {
    smallest = Math.min(smallest, (p * n) / (n - place));
    adjusted[index] = smallest;
  }
  return adjusted.map((p) => ({ rejected: p <= rate, adjusted_p: p }));
}
