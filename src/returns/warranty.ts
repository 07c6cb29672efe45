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

export interface CoverageAnswer {
  readonly coverage: Coverage;
  readonly reason: Bilingual;
}

/** Who pays, with the reason and the dates. Damage by the customer is paid whatever the clocks say; goodwill is only ever a person's decision. */
export function coverageOf({ warranty, filed_on, contract, verdict }: CoverageQuestion): CoverageAnswer {
  if (verdict === 'customer_damage') return { coverage: 'paid', reason: ['Damaged by the customer', 'お客様による損傷'] };
  const since = basisWords(warranty);
  if (covers(warranty.maker_ends_on, filed_on) === true) {
    return {
      coverage: 'maker',
      reason: [
        `Filed ${filed_on}; maker warranty until ${warranty.maker_ends_on}, ${since[0]}`,
        `申告日 ${filed_on}、メーカー保証 ${warranty.maker_ends_on} まで(${since[1]})`,
      ],
    };
  }
  if (covers(warranty.own_ends_on, filed_on) === true) {
    return {
      coverage: 'own_warranty',
      reason: [
        `Filed ${filed_on}; our warranty until ${warranty.own_ends_on}, ${since[0]}`,
        `申告日 ${filed_on}、自社保証 ${warranty.own_ends_on} まで(${since[1]})`,
      ],
    };
  }
  if (contract !== null) {
    return contract === 'open'
      ? { coverage: 'contract', reason: ['Covered by a support contract without an end', '契約内無償(契約終了日なし)'] }
      : { coverage: 'contract', reason: [`Covered by a support contract until ${contract}`, `契約内無償(契約 ${contract} まで)`] };
  }
  if (warranty.own_ends_on === null) return { coverage: 'paid', reason: ['No warranty is on record for this unit', 'この個体の保証情報がありません'] };
  return {
    coverage: 'paid',
    reason: [
      `Filed ${filed_on}; our warranty ended ${warranty.own_ends_on}, ${since[0]}`,
      `申告日 ${filed_on}、自社保証は ${warranty.own_ends_on} に終了(${since[1]})`,
    ],
  };
}

function basisWords({ basis, starts_on }: Warranty): Bilingual {
  switch (basis) {
    case 'delivered_on':
      return [`counted from delivery ${starts_on}`, `納品日 ${starts_on} 起算`];
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
