// What befalls one unit: the faults that set in, whether the customer sends it back, and what the bench will find. Pure in the unit's seed.
import { DAY_MS, type Defect, type FaultKind, rateAt, strikeAt, strikes } from './defects.ts';
import { exponential, happens, normal, uniform } from './random.ts';

export const verdicts = ['confirmed', 'no_fault_found', 'customer_damage', 'undetermined'] as const;
export type Verdict = (typeof verdicts)[number];

/** A lasting fault; `defect_id` names the planted defect behind it, null for ordinary wear. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly defect_id: string | null;
}

/** `reason` says why the customer sends it back: a fault, damage, or nothing the bench will find. */
export interface Complaint {
  readonly reason: FaultKind | 'damage' | 'nothing';
  readonly failed_at: number;
  readonly returned_at: number;
  readonly verdict: Verdict;
  readonly defect_id: string | null;
}

export interface Fate {
  readonly faults: readonly Fault[];
  readonly complaint: Complaint | null;
}

export interface Mortal {
  readonly seed: number;
  readonly model_code: string;
  readonly batch_code: string;
  readonly hw_rev: string;
  readonly in_service_at: number;
  readonly firmwareAt: (at: number) => string;
}

const YEAR_MS = 365.25 * DAY_MS;
/** Ordinary hazards per unit and year; the card wears out instead, by a Weibull law. */
const PER_YEAR = { encoder: 0.004, ircut: 0.006, brownout: 0.006, nothing: 0.015, damage: 0.004 } as const;
const CARD_SHAPE = 2.2;
const CARD_SCALE_YEARS = 11;
const REPORTED_SHARE = 0.8;
/** Days in which only the camera knows: until nothing is recorded, the picture breaks up, the night is purple, the power fails every other night. */
const UNNOTICED_DAYS: Readonly<Record<FaultKind, number>> = { storage: 9, encoder: 7, ircut: 3, brownout: 8, crash: 0 };
/** Log-normal days from the failure to the box arriving: half arrive within 15 days. */
const DELAY = { median_days: 15, sigma: 0.8 } as const;

/** The fate of a unit as far as `until` (epoch ms). */
export function fateOf(unit: Mortal, defects: readonly Defect[], until: number): Fate {
  const mine = defects.filter((defect) => strikes(defect, unit));
  const faults = [...wearFaults(unit), ...mine.filter(isLasting).map((defect) => plantedFault(unit, defect))]
    .filter((fault) => fault.at < until)
    .sort((a, b) => a.at - b.at);
  const complaints = [
    ...faults.map((fault) => complainOf(unit, fault)),
    ...mine.filter((defect) => !isLasting(defect)).map((defect) => tireOf(unit, defect, until)),
    ...whims(unit),
  ];
  const [complaint = null] = complaints
    .filter((candidate) => candidate !== null)
    .filter(({ failed_at }) => failed_at < until)
    .sort((a, b) => a.returned_at - b.returned_at);
  return { faults, complaint };
}

const isLasting = (defect: Defect): boolean => defect.kind === 'storage' || defect.kind === 'encoder' || defect.kind === 'ircut';

const plantedFault = (unit: Mortal, defect: Defect): Fault => ({
  kind: defect.kind,
  at: strikeAt(defect, unit.seed, unit.in_service_at),
  defect_id: defect.id,
});

function wearFaults(unit: Mortal): Fault[] {
  const card = CARD_SCALE_YEARS * exponential(unit.seed, 'card') ** (1 / CARD_SHAPE);
  const after = (kind: 'encoder' | 'ircut' | 'brownout') => unit.in_service_at + (exponential(unit.seed, `wear ${kind}`) / PER_YEAR[kind]) * YEAR_MS;
  return [
    { kind: 'storage', at: unit.in_service_at + card * YEAR_MS, defect_id: null },
    { kind: 'encoder', at: after('encoder'), defect_id: null },
    { kind: 'ircut', at: after('ircut'), defect_id: null },
    { kind: 'brownout', at: after('brownout'), defect_id: null },
  ];
}

function complainOf(unit: Mortal, fault: Fault): Complaint | null {
  if (!happens(REPORTED_SHARE, unit.seed, `reports ${fault.kind}`)) return null;
  const verdict = pickVerdict(uniform(unit.seed, `verdict ${fault.kind}`), fault.kind === 'brownout' ? 0.7 : 0.9);
  const failed_at = fault.at + UNNOTICED_DAYS[fault.kind] * DAY_MS;
  return { reason: fault.kind, failed_at, returned_at: failed_at + delayOf(unit, fault.kind), verdict, defect_id: fault.defect_id };
}

/** Crashes and brown-outs come and go: a customer tires of them after a few, and the bench finds a fault more seldom. */
function tireOf(unit: Mortal, defect: Defect, until: number): Complaint | null {
  const patience = 2 + 8 * exponential(unit.seed, `patience ${defect.id}`);
  const start = Math.max(defect.onset_at, unit.in_service_at);
  let suffered = 0;
  for (let at = start; at < until; at += DAY_MS) {
    suffered += rateAt(defect, unit.firmwareAt(at), at);
    if (suffered < patience) continue;
    const verdict = pickVerdict(uniform(unit.seed, `verdict ${defect.id}`), defect.kind === 'crash' ? 0.1 : 0.6);
    return { reason: defect.kind, failed_at: at, returned_at: at + delayOf(unit, defect.id) / 2, verdict, defect_id: defect.id };
  }
  return null;
}

function whims(unit: Mortal): Complaint[] {
  const whim = (reason: 'nothing' | 'damage', verdict: Verdict): Complaint => {
    const at = unit.in_service_at + (exponential(unit.seed, reason) / PER_YEAR[reason]) * YEAR_MS;
    return { reason, failed_at: at, returned_at: at + delayOf(unit, reason), verdict, defect_id: null };
  };
  return [whim('nothing', 'no_fault_found'), whim('damage', 'customer_damage')];
}

const pickVerdict = (u: number, confirmedShare: number): Verdict =>
  u < confirmedShare ? 'confirmed' : u < confirmedShare + (1 - confirmedShare) * 0.8 ? 'no_fault_found' : 'undetermined';

const delayOf = (unit: Mortal, purpose: string): number => DELAY.median_days * Math.exp(DELAY.sigma * normal(unit.seed, `delay ${purpose}`)) * DAY_MS;
