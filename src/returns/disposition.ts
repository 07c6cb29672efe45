// What a disposition asks for before it may be posted, and where it sends the unit. Pure.
import type { Bilingual } from '../core/words.ts';
import type { Condition, Location } from '../ledger/move.ts';
import type { DispositionRow, ReturnRow, ReturnUnitRow } from './table.ts';

export type Disposition = DispositionRow['disposition'];

export const dispositions = [
  'restock',
  'repair',
  'refurbish',
  'return_to_maker',
  'scrap',
  'return_to_customer',
  'not_returned',
] as const satisfies readonly Disposition[];

/** NFF findings of one unit from which on a restock needs quality's word. */
export const NFF_LIMIT = 3;

/** Where the unit goes. `condition` of a restocked unit is the keeper's choice between verified and refurbished. */
export function destinationOf(disposition: Disposition, condition: 'verified' | 'refurbished', was: Condition): { location: Location; condition: Condition } {
  switch (disposition) {
    case 'restock':
      return { location: 'good_stock', condition };
    case 'repair':
      return { location: 'repair', condition: 'defective' };
    case 'refurbish':
      return { location: 'repair', condition: was === 'defective' ? 'defective' : 'unverified' };
    case 'return_to_maker':
      return { location: 'maker', condition: 'defective' };
    case 'scrap':
      return { location: 'scrapped', condition: 'defective' };
    case 'return_to_customer':
      return { location: 'in_transit', condition: was };
    case 'not_returned':
      return { location: 'lost', condition: was };
  }
}

/** Scrap and write-off need a second person; a unit that need not come back was given up when its return was authorised. */
export const needsSecondPerson = (disposition: Disposition, type: ReturnRow['type']): boolean =>
  disposition === 'scrap' || (disposition === 'not_returned' && type !== 'no_return_needed');

export interface DispositionCase {
  readonly disposition: Disposition;
  readonly type: ReturnRow['type'];
  readonly unit: Pick<ReturnUnitRow, 'state' | 'received_at' | 'verdict' | 'footage_erased_at'>;
  /** The last finished inspection since the unit was received. */
  readonly inspection: { readonly result: 'pass' | 'fail' | null } | null;
  /** NFF findings of the unit so far, this return included. */
  readonly nff_count: number;
  /** Quality's word for a unit with too many NFF. */
  readonly overridden: boolean;
}

/** Why the disposition may not be posted now, or null when it may. */
export function refusalOf(one: DispositionCase): Bilingual | null {
  if (one.disposition === 'not_returned')
    return one.unit.state === 'expected' ? null : ['The unit was received: decide what to do with it', '個体は受領済みです。処置を判定してください'];
  if (one.unit.state === 'expected') return ['The unit has not been received', '個体が未受領です'];
  if (one.unit.verdict === null && one.disposition !== 'return_to_customer') return ['The unit has no verdict yet', '検証判定がまだありません'];
  if (one.disposition === 'restock') return restockRefusal(one);
  if (one.disposition === 'return_to_maker' && one.unit.footage_erased_at === null)
    return ['Erase the footage stored in the unit before it goes to the maker', 'メーカーへ送る前に機器内の映像を消去してください'];
  return null;
}

function restockRefusal({ unit, inspection, nff_count, overridden }: DispositionCase): Bilingual | null {
  if (inspection === null || inspection.result !== 'pass')
    return ['Only a unit whose last inspection passed goes back to stock', '直近の検証に合格した個体だけが良品に戻せます'];
  if (unit.footage_erased_at === null)
    return ['Erase the footage stored in the unit before it goes back to stock', '良品に戻す前に機器内の映像を消去してください'];
  if (unit.verdict === 'no_fault_found' && nff_count >= NFF_LIMIT && !overridden) {
    return [`No fault found ${nff_count} times: restocking needs quality's override`, `再現せずが${nff_count}回目です。良品戻しには品質管理の承認が必要です`];
  }
  return null;
}
