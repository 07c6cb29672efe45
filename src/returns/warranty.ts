// Which warranty covers a unit, on both clocks: ours towards the customer and the maker's towards us. Pure.
import { addMonths, type Day } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';
import { SHIPPING_LAG_DAYS, startingDay } from '../unit/rules.ts';
import type { ReturnUnitRow } from './table.ts';

export type Coverage = NonNullable<ReturnUnitRow['coverage']>;
export type WarrantyBasis = NonNullable<ReturnUnitRow['warranty_basis']>;

export interface WarrantyFacts {
  readonly delivered_on: Day | null;
  readonly purchased_on: Day | null;
  readonly shipped_on: Day | null;
  /** Set when the unit replaced another: the end the other one had. */
  readonly own_warranty_ends_on: Day | null;
  readonly own_warranty_months: number | null;
  readonly maker_warranty_months: number | null;
}

export interface Warranty {
  readonly basis: WarrantyBasis | null;
  readonly starts_on: Day | null;
  /** Last covered day, null when unknown. */
  readonly own_ends_on: Day | null;
  readonly maker_ends_on: Day | null;
}

/** Both ends. The anniversary itself is covered, clamped to the month's end (2024-02-29 + 12 months = 2025-02-28). */
export function warrantyOf(facts: WarrantyFacts): Warranty {
  const start = startingDay(facts);
  const endsAfter = (months: number | null): Day | null => (start === null || months === null ? null : addMonths(start.on, months));
  const inherited = facts.own_warranty_ends_on;
  return {
    basis: inherited === null ? (start?.basis ?? null) : 'inherited',
    starts_on: start?.on ?? null,
    own_ends_on: inherited ?? endsAfter(facts.own_warranty_months),
    maker_ends_on: endsAfter(facts.maker_warranty_months),
  };
}

/** Whether a filing on that day is covered; null when the end is unknown. */
export const covers = (ends_on: Day | null, filed_on: Day): boolean | null => (ends_on === null ? null : filed_on <= ends_on);

export interface CoverageQuestion {
  readonly warranty: Warranty;
  /** The day the return was filed decides, not the day the unit arrived. */
  readonly filed_on: Day;
  /** End of a running support contract with cover, `open` for one without an end, null when there is none. */
  readonly contract: Day | 'open' | null;
  readonly verdict: ReturnUnitRow['verdict'];
}

/** What a return unit keeps of the answer: enough to say the reason in any language, later. */
export type CoverageFacts = Pick<
  ReturnUnitRow,
  'coverage' | 'coverage_reason' | 'warranty_basis' | 'warranty_starts_on' | 'contract_ends_on' | 'own_warranty_ends_on' | 'maker_warranty_ends_on'
>;

/** Who pays, with the facts it follows from. Damage by the customer is paid whatever the clocks say; goodwill is only ever a person's decision. */
export function coverageOf({ warranty, filed_on, contract, verdict }: CoverageQuestion): CoverageFacts {
  const facts = {
    coverage_reason: null,
    warranty_basis: warranty.basis,
    warranty_starts_on: warranty.starts_on,
    contract_ends_on: null,
    own_warranty_ends_on: warranty.own_ends_on,
    maker_warranty_ends_on: warranty.maker_ends_on,
  };
  if (verdict === 'customer_damage') return { ...facts, coverage: 'paid' };
  if (covers(warranty.maker_ends_on, filed_on) === true) return { ...facts, coverage: 'maker' };
  if (covers(warranty.own_ends_on, filed_on) === true) return { ...facts, coverage: 'own_warranty' };
  if (contract !== null) return { ...facts, coverage: 'contract', contract_ends_on: contract === 'open' ? null : contract };
  return { ...facts, coverage: 'paid' };
}

/** Why, with the dates: a person's own words, else what the facts say. Null of a coverage a person chose without facts. */
export function coverageWords(unit: CoverageFacts & Pick<ReturnUnitRow, 'verdict'>, filed_on: Day): Bilingual | null {
  if (unit.coverage_reason !== null) return [unit.coverage_reason, unit.coverage_reason];
  const [since, sinceJa] = basisWords(unit);
  // The maker's clock is each unit's own: what a replacement inherits is our warranty alone.
  const makerSince = unit.warranty_basis === 'inherited' ? [`counted from ${unit.warranty_starts_on}`, `${unit.warranty_starts_on} 起算`] : [since, sinceJa];
  const { own_warranty_ends_on: own, maker_warranty_ends_on: maker, contract_ends_on: contract } = unit;
  switch (unit.coverage) {
    case 'maker':
      return [`Filed ${filed_on}; maker warranty until ${maker}, ${makerSince[0]}`, `申告日 ${filed_on}、メーカー保証 ${maker} まで(${makerSince[1]})`];
    case 'own_warranty':
      return [`Filed ${filed_on}; our warranty until ${own}, ${since}`, `申告日 ${filed_on}、自社保証 ${own} まで(${sinceJa})`];
    case 'contract':
      return contract === null
        ? ['Covered by a support contract without an end', '契約内無償(契約終了日なし)']
        : [`Covered by a support contract until ${contract}`, `契約内無償(契約 ${contract} まで)`];
    case 'paid':
      if (unit.verdict === 'customer_damage') return ['Damaged by the customer', 'お客様による損傷'];
      if (own === null && maker !== null) return [`Filed ${filed_on}; maker warranty ended ${maker}`, `申告日 ${filed_on}、メーカー保証は ${maker} に終了`];
      return own === null
        ? ['No warranty is on record for this unit', 'この個体の保証情報がありません']
        : [`Filed ${filed_on}; our warranty ended ${own}, ${since}`, `申告日 ${filed_on}、自社保証は ${own} に終了(${sinceJa})`];
    case 'goodwill':
    case null:
      return null;
  }
}

function basisWords({ warranty_basis, warranty_starts_on: starts_on }: CoverageFacts): Bilingual {
  switch (warranty_basis) {
    case 'delivered_on':
      return [`counted from delivery ${starts_on}`, `着荷日 ${starts_on} 起算`];
    case 'purchased_on':
      return [`counted from purchase ${starts_on}`, `購入日 ${starts_on} 起算`];
    case 'shipped_on':
      return [`counted from shipment plus ${SHIPPING_LAG_DAYS} days, ${starts_on}`, `出荷日+${SHIPPING_LAG_DAYS}日の ${starts_on} 起算`];
    case 'inherited':
      return ['inherited from the unit it replaced', '交換元から引き継ぎ'];
    case null:
      return ['start unknown', '起算日不明'];
  }
}
