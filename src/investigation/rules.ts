// When an investigation may go on, and when it may close. Pure.
import type { Bilingual } from '../core/words.ts';
import { compareRates } from '../stats/compareRates.ts';
import type { InvestigationEvent } from './lifecycle.ts';

/** What the gates look at. */
export interface Progress {
  readonly containment: string | null;
  readonly confirmed_occurrence: number;
  readonly confirmed_escape: number;
  readonly permanent_done: number;
  readonly open_actions: number;
  /** Permanent actions done without a cut-in: nothing can be proved of them. */
  readonly without_cut_in: number;
  readonly evidence: boolean;
  readonly effectiveness: string | null;
}

/** What still stands in the way of an event, as sentences; empty when nothing does. */
export function gapsBefore(event: InvestigationEvent, progress: Progress): Bilingual[] {
  switch (event) {
    case 'contain':
      return containmentGaps(progress);
    case 'confirm_causes':
      return causeGaps(progress);
    case 'implement':
      return [...causeGaps(progress), ...actionGaps(progress)];
    case 'verify':
      return evidenceGaps(progress);
    case 'close':
      return [...causeGaps(progress), ...actionGaps(progress), ...evidenceGaps(progress)];
    case 'reopen':
      return [];
    default:
      return event satisfies never;
  }
}

const containmentGaps = (progress: Progress): Bilingual[] =>
  progress.containment === null ? [['Say how the problem is contained', '暫定対策を記入してください']] : [];

const causeGaps = (progress: Progress): Bilingual[] => [
  ...(progress.confirmed_occurrence === 0 ? [['No occurrence cause is confirmed', '発生原因が確定していません'] as const] : []),
  ...(progress.confirmed_escape === 0 ? [['No escape cause is confirmed', '流出原因が確定していません'] as const] : []),
];

const actionGaps = (progress: Progress): Bilingual[] => [
  ...(progress.permanent_done === 0 ? [['No permanent action is done', '完了した恒久対策がありません'] as const] : []),
  ...(progress.open_actions > 0 ? [[`${progress.open_actions} actions are not done`, `未完了の対策が${progress.open_actions}件あります`] as const] : []),
  ...(progress.without_cut_in > 0
    ? [[`${progress.without_cut_in} permanent actions have no cut-in`, `切替点のない恒久対策が${progress.without_cut_in}件あります`] as const]
    : []),
];

const evidenceGaps = (progress: Progress): Bilingual[] =>
  progress.evidence && progress.effectiveness !== null ? [] : [['There is no evidence that the actions work', '効果確認の証拠がありません']];

export type Verdict = 'improved' | 'no_evidence' | 'worse';

/** One age band: failures and device-days before and after the cut-in. */
export interface AgeBand {
  readonly code: string;
  readonly before_failures: number;
  readonly before_days: number;
  readonly after_failures: number;
  readonly after_days: number;
}

export interface Comparison {
  readonly before_failures: number;
  readonly before_exposure_days: number;
  readonly after_failures: number;
  readonly after_exposure_days: number;
  /** Failures the after-units would have had at the common rate of each age; null when nothing can be expected. */
  readonly expected_after: number | null;
  /** Age-standardised rate after over rate before, with its exact 95 % interval; high null when unbounded. */
  readonly ratio: number | null;
  readonly ratio_low: number | null;
  readonly ratio_high: number | null;
  readonly p_value: number | null;
  readonly verdict: Verdict;
}

/**
 * Before against after at equal age. Each band's rate is pooled over both sides; what that rate expects of each side takes the place of its
 * exposure in the exact conditional test: f_after | f is binomial with share E_after / (E_before + E_after) when the action changed nothing
 * (indirect standardisation with an internal reference; Breslow & Day 1987, ch. 3). A cohort that is merely younger does not look cured.
 */
export function compareSides(bands: readonly AgeBand[]): Comparison {
  const sum = (of: (band: AgeBand) => number): number => bands.reduce((total, band) => total + of(band), 0);
  const totals = {
    before_failures: sum((band) => band.before_failures),
    before_exposure_days: sum((band) => band.before_days),
    after_failures: sum((band) => band.after_failures),
    after_exposure_days: sum((band) => band.after_days),
  };
  const pooled = (band: AgeBand): number => {
    const days = band.before_days + band.after_days;
    return days === 0 ? 0 : (band.before_failures + band.after_failures) / days;
  };
  const expected_before = sum((band) => band.before_days * pooled(band));
  const expected_after = sum((band) => band.after_days * pooled(band));
  const compared = compareRates({ count: totals.after_failures, exposure: expected_after }, { count: totals.before_failures, exposure: expected_before });
  if (compared === null) return { ...totals, expected_after: null, ratio: null, ratio_low: null, ratio_high: null, p_value: null, verdict: 'no_evidence' };
  const { ratio, ratio_low, ratio_high, p_two_sided } = compared;
  return { ...totals, expected_after, ratio, ratio_low, ratio_high, p_value: p_two_sided, verdict: verdictOf(ratio_low, ratio_high) };
}

const verdictOf = (low: number, high: number | null): Verdict => (high !== null && high < 1 ? 'improved' : low > 1 ? 'worse' : 'no_evidence');
