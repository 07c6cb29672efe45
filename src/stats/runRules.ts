// Run rules on a control chart after Nelson (1984), "The Shewhart control chart – tests for special causes". Gaps (null) end a run.

export const RUN_RULES = ['beyond_limits', 'nine_one_side', 'six_trending', 'two_of_three_beyond_2_sigma'] as const;
export type RunRule = (typeof RUN_RULES)[number];

/** The rules each point completes, from its deviations in standard deviations. */
export function runRules(z: readonly (number | null)[]): RunRule[][] {
  return z.map((value, i) => {
    if (value === null) return [];
    const rules: RunRule[] = [];
    if (Math.abs(value) > 3) rules.push('beyond_limits');
    if (oneSide(lastOf(z, i, 9))) rules.push('nine_one_side');
    if (trending(lastOf(z, i, 6))) rules.push('six_trending');
    if (twoOfThree(lastOf(z, i, 3) ?? lastOf(z, i, 2), value)) rules.push('two_of_three_beyond_2_sigma');
    return rules;
  });
}

// The `count` values up to and with i; null when there are fewer or a gap lies between.
function lastOf(z: readonly (number | null)[], i: number, count: number): number[] | null {
  if (i + 1 < count) return null;
  const values = z.slice(i + 1 - count, i + 1).filter((value) => value !== null);
  return values.length === count ? values : null;
}

const oneSide = (values: number[] | null): boolean => values !== null && (values.every((v) => v > 0) || values.every((v) => v < 0));

function trending(values: number[] | null): boolean {
  if (values === null) return false;
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? value));
  return steps.every((step) => step > 0) || steps.every((step) => step < 0);
}

// Two in a row are two of three whatever the third is: at the beginning and after a gap they suffice.
const twoOfThree = (values: number[] | null, last: number): boolean =>
  values !== null && Math.abs(last) > 2 && values.filter((value) => value * Math.sign(last) > 2).length >= 2;
