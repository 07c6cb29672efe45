// One day in the life of a camera: its boots, its brown-outs, and how much of each trouble the day brings. Pure in (unit, defects, day).
import { DAY_MS, type Defect, type FaultKind, rateAt, strikes } from './defects.ts';
import type { RebootReason } from './payload.ts';
import { happens, pick, poisson, uniform } from './random.ts';
import { firmwareAt, type Unit } from './world.ts';

export interface Boot {
  readonly at: number;
  readonly reason: RebootReason;
}

/** What grows through the day, as amounts per whole day; a counter is the floor of their running sum. */
export interface Amounts {
  readonly disconnects: number;
  readonly link_flaps: number;
  readonly sd_write_errs: number;
  readonly sd_power_loss: number;
  readonly frames_lost: number;
  readonly enc_restarts: number;
  readonly rec_gap_s: number;
  readonly upload_errs: number;
  readonly ircut_moves: number;
}

export interface LivedDay {
  readonly boots: readonly Boot[];
  readonly brownouts: readonly number[];
  readonly amounts: Amounts;
}

/** Every camera restarts once in so many days, so that looking for the last boot ends. */
export const RESTART_DAYS = 28;

const ORDINARY_PER_DAY = { brownout: 0.001, crash: 0.0012 } as const;
/** Brown-outs a day on a supply that has gone weak for good. */
const WEAK_SUPPLY_PER_DAY = 0.3;
const BROWNOUT_REBOOTS = 0.7;
const PLATFORM_OUTAGE_SHARE = 0.02;
const SITE_OUTAGE_SHARE = 0.004;
const HOUR_MS = 3_600_000;

/** `day` counts from 1970-01-01 UTC. `worldSeed` decides the days on which the whole platform has an outage. */
export function livedDay(unit: Unit, defects: readonly Defect[], worldSeed: number, day: number): LivedDay {
  const from = day * DAY_MS;
  const mine = defects.filter((defect) => strikes(defect, unit));
  const brownouts = brownoutsOf(unit, mine, day);
  const siteOutage = happens(SITE_OUTAGE_SHARE, unit.site.seed, 'outage', day);
  const boots: Boot[] = [
    ...plannedBoots(unit, day),
    ...crashesOf(unit, mine, day),
    ...brownouts.filter((_, i) => happens(BROWNOUT_REBOOTS, unit.seed, 'brown-out reboot', day * 10 + i)).map((at): Boot => ({ at, reason: 'brownout' })),
    ...(siteOutage && happens(0.5, unit.seed, 'power cut', day) ? [{ at: from + 10 * HOUR_MS, reason: 'power_on' as const }] : []),
  ];
  return {
    boots: boots.filter((boot) => boot.at >= unit.in_service_at).sort((a, b) => a.at - b.at),
    brownouts,
    amounts: amountsOf(unit, day, siteOutage, happens(PLATFORM_OUTAGE_SHARE, worldSeed, 'platform outage', day)),
  };
}

function plannedBoots(unit: Unit, day: number): Boot[] {
  const inDay = (at: number) => Math.floor(at / DAY_MS) === day;
  const [first, ...updates] = unit.firmwares;
  const phase = Math.floor(uniform(unit.seed, 'restart phase') * RESTART_DAYS);
  return [
    ...(first !== undefined && inDay(first.since_at) ? [{ at: first.since_at, reason: 'power_on' as const }] : []),
    ...updates.filter((update) => inDay(update.since_at)).map(({ since_at }): Boot => ({ at: since_at, reason: 'fw_update' })),
    ...((day + phase) % RESTART_DAYS === 0 ? [{ at: day * DAY_MS + 18 * HOUR_MS, reason: 'user_reset' as const }] : []),
  ];
}

function crashesOf(unit: Unit, mine: readonly Defect[], day: number): Boot[] {
  const noon = (day + 0.5) * DAY_MS;
  const firmware = firmwareAt(unit.firmwares, noon);
  const planted = mine.filter((defect) => defect.kind === 'crash').reduce((sum, defect) => sum + rateAt(defect, firmware, noon), 0);
  return Array.from({ length: poisson(ORDINARY_PER_DAY.crash + planted, unit.seed, 'crashes', day) }, (_, i) => ({
    at: (day + uniform(unit.seed, 'crash at', day * 10 + i)) * DAY_MS,
    reason: pick(['sw_watchdog', 'kernel_panic', 'hw_watchdog'], unit.seed, 'crash as', day * 10 + i),
  }));
}

/** They come by night, when the infrared lamps draw the most. */
function brownoutsOf(unit: Unit, mine: readonly Defect[], day: number): number[] {
  const noon = (day + 0.5) * DAY_MS;
  const planted = mine.filter((defect) => defect.kind === 'brownout').reduce((sum, defect) => sum + rateAt(defect, firmwareAt(unit.firmwares, noon), noon), 0);
  const worn = unit.fate.faults.some((fault) => fault.kind === 'brownout' && fault.at <= noon) ? WEAK_SUPPLY_PER_DAY : 0;
  const nightUtc = 9 * HOUR_MS;
  return Array.from(
    { length: poisson(ORDINARY_PER_DAY.brownout + planted + worn, unit.seed, 'brown-outs', day) },
    (_, i) => day * DAY_MS + nightUtc + uniform(unit.seed, 'brown-out at', day * 10 + i) * 11 * HOUR_MS,
  )
    .filter((at) => at >= unit.in_service_at)
    .sort((a, b) => a - b);
}

function amountsOf(unit: Unit, day: number, siteOutage: boolean, platformOutage: boolean): Amounts {
  const card = daysInto(unit, 'storage', day);
  const encoder = daysInto(unit, 'encoder', day);
  const flaky = happens(0.01, unit.seed, 'flaky link') ? 2 : 0.02;
  return {
    disconnects: poisson(flaky, unit.seed, 'disconnects', day) + (siteOutage ? 5 : 0) + (platformOutage ? 3 : 0),
    link_flaps: poisson(flaky / 2, unit.seed, 'link flaps', day) + (siteOutage ? 2 : 0),
    // A failing card errs more every day until it goes read-only.
    sd_write_errs: (happens(0.002, unit.seed, 'stray write error', day) ? 1 : 0) + (card > 0 ? 4 * card ** 1.3 : 0),
    sd_power_loss: siteOutage ? 1 : 0,
    frames_lost: (happens(0.01, unit.seed, 'frames', day) ? 40 : 0) + (encoder > 0 ? 4000 * Math.min(20, encoder) : 0),
    enc_restarts: (happens(0.003, unit.seed, 'encoder restart', day) ? 1 : 0) + (encoder > 0 ? Math.min(6, encoder) : 0),
    rec_gap_s: card > 0 ? Math.min(DAY_MS / 1000, 30 * card ** 2) : siteOutage ? 1200 : 0,
    upload_errs: poisson(0.05, unit.seed, 'uploads', day) + (platformOutage ? 12 : 0),
    ircut_moves: 2,
  };
}

/** Days since a lasting fault of that kind set in, at the end of `day`; 0 when it has not. */
export function daysInto(unit: Unit, kind: FaultKind, day: number): number {
  const fault = unit.fate.faults.find((candidate) => candidate.kind === kind);
  return fault === undefined ? 0 : Math.max(0, day + 1 - fault.at / DAY_MS);
}
