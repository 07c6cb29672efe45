// Every KPI that is computed from cases: what it means, which cases it is about, what it counts. Page, API and drill-down read the same lines.
import { isInbound, type MeasuredCase } from '../case/held.ts';
import { DAY_MS } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';

/** `share`: numerator of denominator. `duration`: median and p90 in ms. `count`: how many. `mean`: Σ ÷ n in minutes. */
export type KpiKind = 'share' | 'duration' | 'count' | 'mean';

export interface Kpi {
  readonly name: string;
  readonly kind: KpiKind;
  readonly label: Bilingual;
  readonly definition: Bilingual;
  readonly better: 'higher' | 'lower' | 'neither';
  /** When the case falls into a period; null when it is not counted at all. */
  readonly moment: (row: MeasuredCase) => number | null;
  /** Share: 1 counts, 0 does not. Duration: ms. Mean: minutes. Count: 1. Null: not yet known (waiting, not ripe, not rated). */
  readonly value: (row: MeasuredCase, now: number) => number | null;
  /** What a null value means. */
  readonly pending?: Bilingual;
}

const isReal = (row: MeasuredCase): boolean => row.exclusion !== 'merged' && row.exclusion !== 'spam';

const when =
  (holds: (row: MeasuredCase) => boolean, moment: (row: MeasuredCase) => number | null) =>
  (row: MeasuredCase): number | null =>
    holds(row) ? moment(row) : null;
const asked = when(isReal, (row) => row.asked_at);
const firstSolved = when(isReal, (row) => row.first_solved_at);
const solved = when(isReal, (row) => row.solved_at);
const opened = (row: MeasuredCase): number => row.opened_at;
const between = (from: number | null, to: number | null): number | null => (from === null || to === null ? null : to - from);
const share = (holds: boolean): number => (holds ? 1 : 0);

export const FCR_MS = 7 * DAY_MS;
const waiting: Bilingual = ['waiting', '未回答'];

export const kpis: readonly Kpi[] = [
  {
    name: 'first_reply',
    kind: 'duration',
    better: 'lower',
    moment: asked,
    value: (row) => between(row.asked_at, row.replied_at),
    pending: waiting,
    label: ['First reply', '初回返信時間'],
    definition: [
      'From the customer’s first message to the first public message of a person. Automatic answers and internal notes do not count; a case we opened has none until a customer writes; an unanswered case waits. Counted on the day the customer asked.',
      '顧客の最初のメッセージから、担当者による最初の公開返信まで。自動返信・社内メモは除く。当社起票は顧客が書くまで対象外。未回答は「未回答」として別掲。顧客が問い合わせた日に計上。',
    ],
  },
  {
    name: 'first_reply_business',
    kind: 'duration',
    better: 'lower',
    moment: asked,
    value: (row) => (row.replied_at === null ? null : row.reply_business_ms),
    pending: waiting,
    label: ['First reply, business time', '初回返信時間（営業時間）'],
    definition: [
      'As first reply, in the opening hours of the calendar version in force.',
      '初回返信時間を、当時有効だった営業カレンダーの営業時間で数えたもの。',
    ],
  },
  {
    name: 'first_resolution',
    kind: 'duration',
    better: 'lower',
    moment: firstSolved,
    value: (row) => between(row.opened_at, row.first_solved_at),
    label: ['First resolution', '初回解決時間'],
    definition: [
      'From opening to the first time the case was solved, whether or not it came back. Counted on that day.',
      '受付から最初に解決とした時点まで（再開の有無を問わない）。初回解決日に計上。',
    ],
  },
  {
    name: 'first_resolution_business',
    kind: 'duration',
    better: 'lower',
    moment: firstSolved,
    value: (row) => row.first_solved_business_ms,
    label: ['First resolution, business time', '初回解決時間（営業時間）'],
    definition: ['As first resolution, in opening hours.', '初回解決時間を営業時間で数えたもの。'],
  },
  {
    name: 'full_resolution',
    kind: 'duration',
    better: 'lower',
    moment: solved,
    value: (row) => between(row.opened_at, row.solved_at),
    label: ['Full resolution', '完全解決時間'],
    definition: [
      'From opening to the solution that holds now. Counted on the day of that solution; open cases are not in it.',
      '受付から、現在有効な解決の時点まで。その解決日に計上。未解決は含まない。',
    ],
  },
  {
    name: 'full_resolution_business',
    kind: 'duration',
    better: 'lower',
    moment: solved,
    value: (row) => row.solved_business_ms,
    label: ['Full resolution, business time', '完全解決時間（営業時間）'],
    definition: ['As full resolution, in opening hours.', '完全解決時間を営業時間で数えたもの。'],
  },
  {
    name: 'open_time',
    kind: 'duration',
    better: 'lower',
    moment: solved,
    value: (row) => row.open_ms,
    label: ['Time open', 'オープン時間'],
    definition: [
      'The time the case was really open: the pauses between a solution and a reopening are left out.',
      '実際に未解決だった時間の合計。解決から再開までの期間は除く。',
    ],
  },
  {
    name: 'open_time_business',
    kind: 'duration',
    better: 'lower',
    moment: solved,
    value: (row) => row.open_business_ms,
    label: ['Time open, business time', 'オープン時間（営業時間）'],
    definition: ['As time open, in opening hours.', 'オープン時間を営業時間で数えたもの。'],
  },
  {
    name: 'reopened',
    kind: 'share',
    better: 'lower',
    moment: firstSolved,
    value: (row) => share(row.reopens > 0),
    label: ['Reopened', '再オープン率'],
    definition: [
      'Cases with any message of the customer, or a reopening, after the solution ÷ cases solved.',
      '解決後に顧客からの連絡または再開があった件数 ÷ 解決件数。',
    ],
  },
  {
    name: 'effectively_reopened',
    kind: 'share',
    better: 'lower',
    moment: firstSolved,
    value: (row) => share(row.effective_reopens > 0),
    label: ['Effectively reopened', '実質再オープン率'],
    definition: ['As reopened, but a mere thank-you is not one.', '再オープン率から、お礼だけの連絡を除いたもの。'],
  },
  {
    name: 'one_touch',
    kind: 'share',
    better: 'higher',
    moment: solved,
    value: (row) => share(row.public_replies === 1),
    label: ['One touch', 'ワンタッチ解決率'],
    definition: ['Cases with exactly one public message of a person ÷ cases solved.', '担当者の公開返信がちょうど1通の件数 ÷ 解決件数。'],
  },
  {
    name: 'first_contact_resolution',
    kind: 'share',
    better: 'higher',
    moment: firstSolved,
    value: (row, now) => {
      const at = row.first_solved_at ?? 0;
      if (row.asked_again_at !== null && row.asked_again_at <= at + FCR_MS) return 0;
      return at + FCR_MS > now ? null : 1;
    },
    pending: ['not ripe: solved less than 7 days ago', '判定待ち: 解決から7日未満'],
    label: ['First-contact resolution', '一次解決率'],
    definition: [
      'Cases in which the customer did not have to write again from the first reply until 7 days after the first solution (a thank-you aside) ÷ cases solved at least 7 days ago or already failed.',
      '最初の返信から初回解決の7日後まで、顧客が再度連絡せずに済んだ件数（お礼を除く） ÷ 解決から7日経過または既に再連絡のあった件数。',
    ],
  },
  {
    name: 'csat',
    kind: 'share',
    better: 'higher',
    moment: solved,
    value: (row) => (row.rating === null ? null : share(row.rating >= 4)),
    pending: ['not rated', '未評価'],
    label: ['C-SAT', '顧客満足度 (C-SAT)'],
    definition: [
      'Latest rating 4 or 5 ÷ solved cases with a rating. Only the customer can rate.',
      '最新の評価が4または5の件数 ÷ 評価のある解決件数。評価できるのは顧客のみ。',
    ],
  },
  {
    name: 'minutes_per_case',
    kind: 'mean',
    better: 'lower',
    moment: solved,
    value: (row) => row.worked_minutes,
    pending: ['no time logged', '工数未記録'],
    label: ['Minutes per case', '1件あたり工数（分）'],
    definition: ['Σ minutes logged ÷ solved cases with minutes logged.', '記録された工数(分)の合計 ÷ 工数の記録がある解決件数。'],
  },
  {
    name: 'solved',
    kind: 'count',
    better: 'higher',
    moment: solved,
    value: () => 1,
    label: ['Solved', '解決件数'],
    definition: [
      'Distinct cases whose present solution is of the period; merged cases and spam are not counted.',
      '期間内に解決し、現在も解決状態の件数（重複なし）。統合済み・迷惑メールは除く。',
    ],
  },
  {
    name: 'inbound',
    kind: 'count',
    better: 'neither',
    moment: when(isInbound, opened),
    value: () => 1,
    label: ['Inquiries', '問い合わせ件数'],
    definition: [
      'Cases opened by customers and partners, without merged, spam, proactive and internal ones.',
      '顧客・代理店からの件数。統合済み・迷惑メール・プロアクティブ・社内は除く。',
    ],
  },
  {
    name: 'proactive',
    kind: 'count',
    better: 'neither',
    moment: when((row) => row.exclusion === 'proactive', opened),
    value: () => 1,
    label: ['Proactive', 'プロアクティブ件数'],
    definition: [
      'Cases an alert opened before the customer called. Counted apart from inquiries.',
      '警告をもとに顧客より先に起票した件数。問い合わせ件数とは別に数える。',
    ],
  },
  {
    name: 'opened_by_us',
    kind: 'share',
    better: 'higher',
    moment: when(isReal, opened),
    value: (row) => share(row.initiated_by === 'staff' || row.initiated_by === 'alert'),
    label: ['Opened by us', '当社起票率'],
    definition: [
      'Cases staff or an alert opened ÷ all cases opened, without merged and spam.',
      '担当者または警告が起票した件数 ÷ 全起票件数（統合済み・迷惑メールを除く）。',
    ],
  },
];

export const findKpi = (name: string): Kpi | undefined => kpis.find((kpi) => kpi.name === name);
