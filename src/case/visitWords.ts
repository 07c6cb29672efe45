// What covers a visit and how it ended, in words.
import type { Bilingual } from '../core/words.ts';
import type { VisitRow } from './table.ts';

export const coverageWords: Readonly<Record<VisitRow['coverage'], Bilingual>> = {
  contract: ['contract', '契約内'],
  own_warranty: ['warranty', '保証内'],
  goodwill: ['goodwill', '特別対応'],
  paid: ['paid', '有償'],
};

export const outcomeWords: Readonly<Record<NonNullable<VisitRow['outcome']>, Bilingual>> = {
  fixed: ['fixed', '解消'],
  not_fixed: ['not fixed', '未解消'],
  return_needed: ['return needed', '返品が必要'],
};
