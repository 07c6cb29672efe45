// E-values for before/after that stay valid however often one looks: concurrent controls, day by day. Pure.
import type { CohortReturn, ServicePiece } from '../claim/exposure.ts';
import { addControlDay, controlEvidence, controlRatios } from '../stats/evalue.ts';
import type { Side } from './cutIn.ts';

type Sided<T> = T & { readonly side: Side };

/** Improvement is the deterioration of the other side: the same ratios with the roles exchanged. */
export interface SequentialEvidence {
  readonly e_better: number | null;
  readonly e_worse: number | null;
}

/**
 * Given the failures of one day among units in service on both sides, those after the cut-in are binomial with their share of the units, whatever
 * season or network did to both. The products over the days, averaged over rate ratios 1.5, 2, 3 and 5, are e-values (statistics: firmware
 * roll-outs). Null while no day had both sides in service. Only days with a failure are visited: a day without adds a factor of 1.
 */
export function sequentialEvidence(service: readonly Sided<ServicePiece>[], failures: readonly Sided<CohortReturn>[]): SequentialEvidence {
  const before = inService(service.filter((piece) => piece.side === 'before'));
  const after = inService(service.filter((piece) => piece.side === 'after'));
  const days = [...new Set(failures.filter((row) => row.side !== 'unknown').map((row) => row.failed_day))].sort((a, b) => a - b);
  let worse = controlRatios.map(() => 0);
  let better = controlRatios.map(() => 0);
  let shared = false;
  for (const day of days) {
    const count = (side: Side): number => failures.filter((row) => row.failed_day === day && row.side === side).length;
    const [new_units, old_units] = [after(day), before(day)];
    if (new_units === 0 || old_units === 0) continue;
    shared = true;
    worse = addControlDay(worse, { treated: count('after'), treated_expected: new_units, control: count('before'), control_expected: old_units });
    better = addControlDay(better, { treated: count('before'), treated_expected: old_units, control: count('after'), control_expected: new_units });
  }
  return shared ? { e_better: controlEvidence(better), e_worse: controlEvidence(worse) } : { e_better: null, e_worse: null };
}

/** Units in service on a day, by running sums over starts and ends. A unit still serves on the day it is taken down: it fails that day. */
function inService(pieces: readonly ServicePiece[]): (day: number) => number {
  const starts = runningSum(pieces.map((piece) => [piece.from_day, piece.units]));
  const ends = runningSum(pieces.map((piece) => [piece.to_day + 1, piece.units]));
  return (day) => starts(day) - ends(day);
}

function runningSum(entries: readonly (readonly [day: number, units: number])[]): (day: number) => number {
  const sorted = [...entries].sort((a, b) => a[0] - b[0]);
  let total = 0;
  const sums = sorted.map(([, units]) => {
    total += units;
    return total;
  });
  return (day) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.[0] ?? 0) <= day) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (sums[low - 1] ?? 0);
  };
}
