// What one unit contributes to failure rates: its days in service cut by firmware and site, and its returns, each in the cell it was in when it failed.
import { type Day, dayNumber } from '../core/time.ts';
import type { Finding } from './table.ts';

/** Dimensions that make a cell. */
export interface Cell {
  readonly model_id: string;
  readonly hw_rev: string | null;
  readonly batch_id: string | null;
  readonly firmware_id: string | null;
  readonly site_kind: string | null;
}

export interface ServedInterval {
  readonly from_on: Day;
  readonly to_on: Day | null;
  readonly site_id: string | null;
  readonly site_kind: string | null;
}
export interface FirmwareSpell {
  readonly from_on: Day;
  readonly to_on: Day | null;
  readonly firmware_id: string;
}

export interface ReturnedUnit {
  readonly id: string;
  readonly state: string;
  readonly failed_on: Day | null;
  readonly returned_on: Day | null;
  /** The day of the receipt, when there was one. */
  readonly received_on: Day | null;
  readonly verdict: string | null;
  readonly failure_mode_id: string | null;
  readonly component_id: string | null;
}

/** A unit with everything that bears on its contribution; lists in any order. */
export interface CountedUnit {
  readonly id: string;
  readonly model_id: string;
  readonly hw_rev: string | null;
  readonly batch_id: string | null;
  readonly firmware_id: string | null;
  readonly served: readonly ServedInterval[];
  readonly firmwares: readonly FirmwareSpell[];
  readonly returned: readonly ReturnedUnit[];
}

export interface Span {
  readonly cell: Cell;
  readonly site_id: string | null;
  readonly first_day: number;
  readonly from_day: number;
  readonly to_day: number | null;
}

export interface Failure {
  readonly return_unit_id: string;
  readonly cell: Cell;
  readonly site_id: string | null;
  readonly failed_day: number;
  readonly age_days: number | null;
  readonly finding: Finding;
  readonly failure_mode_id: string | null;
  readonly component_id: string | null;
}

/** Days in service in order, never overlapping, each span within one firmware at one site. */
export function spansOf(unit: CountedUnit): Span[] {
  const served = servedDays(unit);
  const first_day = served[0]?.from ?? 0;
  return served.flatMap(({ from, to, interval }) => {
    const cuts = [from, ...firmwareChanges(unit).filter((day) => day > from && (to === null || day < to))];
    return cuts.map(
      (start, i): Span => ({
        cell: cellOn(unit, start, interval.site_kind),
        site_id: interval.site_id,
        first_day,
        from_day: start,
        to_day: cuts[i + 1] ?? to,
      }),
    );
  });
}

/** One failure per unit that came back; what is only expected or was cancelled has not. */
export function failuresOf(unit: CountedUnit): Failure[] {
  const served = servedDays(unit);
  const first = served[0];
  return unit.returned.flatMap((returned) => {
    const on = returned.failed_on ?? returned.returned_on ?? returned.received_on;
    if (on === null || !cameBack(returned)) return [];
    const failed_day = dayNumber(on);
    const at = served.findLast(({ from }) => from <= failed_day) ?? first;
    return [
      {
        return_unit_id: returned.id,
        cell: cellOn(unit, failed_day, at?.interval.site_kind ?? null),
        site_id: at?.interval.site_id ?? null,
        failed_day,
        age_days: first === undefined || failed_day < first.from ? null : failed_day - first.from,
        finding: findingOf(returned.verdict),
        failure_mode_id: returned.failure_mode_id,
        component_id: returned.component_id,
      },
    ];
  });
}

export function findingOf(verdict: string | null): Finding {
  if (verdict === null) return 'untriaged';
  if (verdict === 'confirmed') return 'confirmed';
  return verdict === 'no_fault_found' ? 'nff' : 'other';
}

const cameBack = ({ state, returned_on, received_on, verdict }: ReturnedUnit): boolean =>
  state !== 'cancelled' && (returned_on !== null || received_on !== null || verdict !== null || state === 'dispositioned' || state === 'resolved');

// Intervals as day numbers, in order; where two overlap the later one begins when the earlier ends, so that no day counts twice.
function servedDays(unit: CountedUnit): { from: number; to: number | null; interval: ServedInterval }[] {
  const days: { from: number; to: number | null; interval: ServedInterval }[] = [];
  let reached: number | null = -Infinity;
  for (const interval of [...unit.served].sort((a, b) => a.from_on.localeCompare(b.from_on))) {
    if (reached === null) break;
    const from = Math.max(dayNumber(interval.from_on), reached);
    const to = interval.to_on === null ? null : dayNumber(interval.to_on);
    if (to !== null && to <= from) continue;
    days.push({ from, to, interval });
    reached = to;
  }
  return days;
}

const firmwareChanges = (unit: CountedUnit): number[] =>
  [...new Set(unit.firmwares.flatMap(({ from_on, to_on }) => [dayNumber(from_on), ...(to_on === null ? [] : [dayNumber(to_on)])]))].sort((a, b) => a - b);

const cellOn = (unit: CountedUnit, day: number, site_kind: string | null): Cell => ({
  model_id: unit.model_id,
  hw_rev: unit.hw_rev,
  batch_id: unit.batch_id,
  firmware_id: firmwareOn(unit, day),
  site_kind,
});

// The spell that began last by that day: one closed by the return itself still names what the unit ran. Without any spell, the firmware on the unit's record.
function firmwareOn(unit: CountedUnit, day: number): string | null {
  if (unit.firmwares.length === 0) return unit.firmware_id;
  let latest: FirmwareSpell | null = null;
  for (const spell of unit.firmwares) {
    if (dayNumber(spell.from_on) <= day && (latest === null || spell.from_on >= latest.from_on)) latest = spell;
  }
  return latest?.firmware_id ?? null;
}
