// Words of the notice pages.
import { type Bilingual, defineWords } from '../core/words.ts';
import type { NoticeState } from './lifecycle.ts';
import type { LoggedRecipient } from './queries.ts';
import type { NewsRow, NoticeRow } from './table.ts';

export const words = defineWords({
  notices: ['Notices', '事前連絡'],
  write: ['Write a notice', '事前連絡を作成'],
  number: ['No.', '番号'],
  subject: ['Subject', '件名'],
  kind: ['Kind', '種類'],
  state: ['State', '状態'],
  sent: ['Sent', '送信日時'],
  subject_en: ['Subject (English)', '件名（英語）'],
  body_en: ['Text (English)', '本文（英語）'],
  subject_ja: ['Subject (Japanese)', '件名（日本語）'],
  body_ja: ['Text (Japanese)', '本文（日本語）'],
  places: [
    '{name} and {count} are filled in for each contact; the units concerned stand below.',
    '{name} と {count} は宛先ごとに置き換わります。対象機器の一覧が末尾に付きます。',
  ],
  models: ['Models', '機種'],
  batch: ['Batch codes', 'ロット'],
  firmware: ['Firmware', 'ファームウェア'],
  affected: ['Who is affected', '対象'],
  checklist: ['Checklist', 'チェックリスト'],
  checklist_hint: ['One item a line', '1行に1項目'],
  tick: ['Done', '確認済み'],
  open_item: ['open', '未確認'],
  preview: ['Preview', 'プレビュー'],
  reaches: (contacts: number, units: number, without: number) => [
    `${contacts} contacts, ${units} units; ${without} without an address`,
    `宛先 ${contacts} 件、対象 ${units} 台（うち宛先不明 ${without} 件）`,
  ],
  submit: ['Ask for approval', '承認を依頼'],
  approve: ['Approve this list and text', 'この内容と宛先を承認'],
  send_back: ['Send back', '差し戻し'],
  send: ['Send now', '送信する'],
  finish: ['The matter is over', '終結する'],
  cancel: ['Cancel', '取消'],
  reason: ['Reason', '理由'],
  follow: ['Next word to the same contacts', '続報を作成'],
  stage: ['Stage', '段階'],
  log: ['Log', '送信記録'],
  contact: ['Contact', '宛先'],
  language: ['Language', '言語'],
  units: ['Units', '台数'],
  proactive: ['Open cases before customers call', '先回りの問い合わせを作成'],
  customer: ['Customer', '顧客'],
  proactive_for: ['One case for each of these customers', '次の顧客ごとに問い合わせを 1 件作成します'],
  proactive_note: ['What the cases begin with', '問い合わせの本文'],
  proactive_subject: (cohort: string, signal: string) => [`${cohort}: ${signal}, before it is reported`, `${cohort}「${signal}」の事前対応`],
  proactive_text: (cohort: string, signal: string, since: string, observed: number) => [
    `${cohort} has shown "${signal}" ${Math.round(observed)} times since about ${since}. The customer's units belong to the same cohort and have not shown it yet.`,
    `${cohort} で「${signal}」が ${since} 頃から ${Math.round(observed)} 件発生しています。この顧客の個体は同じ対象群に属し、まだ発生していません。`,
  ],
  proactive_done: (cases: number) => [`${cases} cases are open`, `${cases} 件の問い合わせがあります`],
  cases_after: ['Cases since', '以後の問い合わせ'],
  error: ['Error', 'エラー'],
  by: ['By', '作成'],
  approved_by: ['Approved by', '承認'],
  saved: ['Saved', '保存しました'],
  news: ['News for support', '社内お知らせ'],
  write_news: ['Write news', 'お知らせを書く'],
  title_en: ['Title (English)', 'タイトル（英語）'],
  title_ja: ['Title (Japanese)', 'タイトル（日本語）'],
  confirm_read: ['I have read it', '確認しました'],
  not_read_by: ['Not yet read by', '未確認'],
});

export const stateWords: Readonly<Record<NoticeState, Bilingual>> = {
  draft: ['draft', '下書き'],
  in_review: ['to be approved', '承認待ち'],
  approved: ['approved', '承認済み'],
  sent: ['sent', '送信済み'],
  finished: ['finished', '終結'],
  cancelled: ['cancelled', '取消'],
};
/** How it went with one recipient. */
export const recipientWords: Readonly<Record<LoggedRecipient['state'], Bilingual>> = {
  listed: ['not sent yet', '未送信'],
  queued: ['on its way', '送信待ち'],
  sent: ['sent', '送信済み'],
  failed: ['failed', '送信失敗'],
  bounced: ['came back', '不達'],
  no_address: ['no address', '宛先なし'],
  left_out: ['left out', '対象外'],
};
export const kindWords: Readonly<Record<NoticeRow['kind'], Bilingual>> = {
  defect: ['Defect', '不具合'],
  firmware: ['Firmware', 'ファームウェア'],
  incident: ['Incident', '障害'],
  maintenance: ['Maintenance', 'メンテナンス'],
  other: ['Other', 'その他'],
};
export const stageWords: Readonly<Record<NoticeRow['stage'], Bilingual>> = {
  first: ['first word', '第一報'],
  update: ['update', '続報'],
  resolved: ['resolved', '復旧・完了'],
};
export const newsWords: Readonly<Record<NewsRow['kind'], Bilingual>> = {
  release: ['Release', 'リリース'],
  firmware: ['Firmware', 'ファームウェア'],
  maintenance: ['Maintenance', 'メンテナンス'],
  rule: ['Rule', '運用ルール'],
  other: ['Other', 'その他'],
};
