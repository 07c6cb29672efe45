// Which checklist fits a unit, how a step is judged, and what an inspection amounts to. Pure.
import type { Bilingual } from '../core/words.ts';
import type { ReturnUnitRow } from '../returns/table.ts';
import type { ChecklistRow, ChecklistStepRow, InspectionStepRow } from './table.ts';

export type Verdict = NonNullable<ReturnUnitRow['verdict']>;
export type StepResult = InspectionStepRow['result'];

type Scope = Pick<ChecklistRow, 'maker_id' | 'model_id' | 'hw_rev'>;
interface Kind {
  readonly maker_id: string;
  readonly model_id: string;
  readonly hw_rev: string | null;
}

/** Model and hardware revision (4) before model (3) before maker (2) before all (1); 0 when the checklist is for others. */
export function specificity(scope: Scope, unit: Kind): number {
  if (scope.model_id !== null) {
    if (scope.model_id !== unit.model_id) return 0;
    if (scope.hw_rev === null) return 3;
    return scope.hw_rev === unit.hw_rev ? 4 : 0;
  }
  if (scope.maker_id !== null) return scope.maker_id === unit.maker_id ? 2 : 0;
  return 1;
}

/** The checklist to use: the most specific one that fits. */
export const mostSpecific = <C extends Scope>(checklists: readonly C[], unit: Kind): C | null =>
  checklists.filter((one) => specificity(one, unit) > 0).sort((a, b) => specificity(b, unit) - specificity(a, unit))[0] ?? null;

export interface Answer {
  readonly result?: StepResult | undefined;
  readonly value?: number | null | undefined;
  readonly attachment_id?: string | null | undefined;
}

/** A measured value judges itself by its range; everything else is what the person says. Returns what is missing as words. */
export function judgeStep(step: Pick<ChecklistStepRow, 'kind' | 'min_value' | 'max_value'>, answer: Answer): StepResult | Bilingual {
  if (answer.result === 'skipped') return 'skipped';
  switch (step.kind) {
    case 'check':
      return answer.result ?? ['Say whether it is good or not', '合否を入力してください'];
    case 'photo':
      return answer.attachment_id == null ? ['The photo is missing', '写真がありません'] : (answer.result ?? 'ok');
    case 'value':
      return answer.value == null ? ['The measured value is missing', '測定値がありません'] : judgeValue(step, answer.value);
  }
}

const judgeValue = ({ min_value, max_value }: Pick<ChecklistStepRow, 'min_value' | 'max_value'>, value: number): StepResult =>
  (min_value !== null && value < min_value) || (max_value !== null && value > max_value) ? 'ng' : 'ok';

export interface Conclusion {
  readonly verdict: Verdict;
  /** What the person says of the unit as a whole; left out, it follows from the steps and the verdict. */
  readonly result?: 'pass' | 'fail' | undefined;
  /** The unit was repaired since its fault was confirmed. */
  readonly repaired: boolean;
  readonly steps: readonly Pick<InspectionStepRow, 'step_id' | 'result'>[];
  readonly checklist: readonly Pick<ChecklistStepRow, 'id' | 'need' | 'name_en' | 'name_ja'>[];
}

/** Pass or fail, or why the inspection cannot end so: a unit passes only with every required step good. A fault may be confirmed before the list is through. */
export function concludeInspection({ verdict, result, repaired, steps, checklist }: Conclusion): 'pass' | 'fail' | Bilingual {
  const faulty = steps.some((step) => step.result === 'ng') || ((verdict === 'confirmed' || verdict === 'customer_damage') && !repaired);
  const wanted = result ?? (faulty || verdict === 'undetermined' ? 'fail' : 'pass');
  if (wanted === 'fail') return 'fail';
  if (faulty) return ['A unit with a fault does not pass', '不合格の項目または不良確定があるため合格にできません'];
  const missing = checklist.find((step) => step.need === 'required' && !steps.some((done) => done.step_id === step.id && done.result === 'ok'));
  return missing === undefined ? 'pass' : [`A required step is not done: ${missing.name_en}`, `必須項目が未実施です: ${missing.name_ja}`];
}
