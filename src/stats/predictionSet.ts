// Prediction intervals of a count. Whole numbers cannot hold a level exactly: where none at all is likely, the lower tail has nothing to leave out, and limits
// that give each tail half of what may be left out cover far too much.

export interface PossibleCount {
  readonly count: number;
  /** How likely the count is, as the lower limit takes it … */
  readonly below: number;
  /** … and as the upper one does, each in any unit. */
  readonly above: number;
}

/**
 * Leaves out counts from both ends, always the one with less beyond it, as far as the level allows (Blaker 2000): equal tails where counts
 * are many, and what one tail has no use for goes to the other where they are few. A count takes half of its own probability (mid-P, Lancaster 1961; Agresti
 * & Gottard 2007): so the level is held on average, not at least. `counts` ascend.
 */
export function predictionSet(counts: readonly PossibleCount[], level: number): { readonly low: number; readonly high: number } {
  const whole = { below: 0, above: 0 };
  for (const { below, above } of counts) {
    whole.below += below;
    whole.above += above;
  }
  let [first, last] = [0, counts.length - 1];
  const left = { below: 0, above: 0 };
  while (first < last) {
    const [low, high] = [(counts[first]?.below ?? 0) / whole.below, (counts[last]?.above ?? 0) / whole.above];
    const fromBelow = left.below + low / 2 <= left.above + high / 2;
    if (left.below + left.above + (fromBelow ? low : high) / 2 >= 1 - level) break;
    if (fromBelow) {
      left.below += low;
      first += 1;
    } else {
      left.above += high;
      last -= 1;
    }
  }
  return { low: counts[first]?.count ?? 0, high: counts[last]?.count ?? 0 };
}
