// What is asked of others, in words.
import type { Bilingual } from '../core/words.ts';
import type { CaseRequestRow } from './table.ts';

export const requestWords: Readonly<Record<CaseRequestRow['kind'], Bilingual>> = {
  request: ['Sub-request', '依頼'],
  advice: ['Advice', '相談'],
  escalation: ['Escalation', 'エスカレーション'],
};

export const requestStateWords: Readonly<Record<CaseRequestRow['state'], Bilingual>> = {
  waiting: ['waits for an answer', '回答待ち'],
  answered: ['answered', '回答済み'],
  withdrawn: ['withdrawn', '取り下げ済み'],
};
