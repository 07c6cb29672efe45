// The kinds of records the history speaks of, in both languages.
import type { Bilingual } from '../core/words.ts';

const kinds: Readonly<Record<string, Bilingual>> = {
  alert: ['Alert', '警告'],
  alert_budget: ['Budget of false alerts', '誤警告の許容数'],
  article: ['Article', 'FAQ記事'],
  attachment: ['File', 'ファイル'],
  automatic_mail: ['Automatic mail', '自動メール'],
  batch: ['Batch', 'ロット'],
  bulk: ['Bulk action', '一括操作'],
  calendar: ['Business calendar', '営業カレンダー'],
  case: ['Case', '問い合わせ'],
  case_code: ['Case code', '問い合わせコード'],
  case_template: ['Reply template', '返信テンプレート'],
  checklist: ['Checklist', 'チェックリスト'],
  claim: ['Claim', 'メーカー折衝'],
  code: ['Code', 'コード'],
  contract: ['Contract', '契約'],
  customer: ['Customer', '顧客'],
  device: ['Device', 'デバイス'],
  device_credential: ['Device password', 'デバイスのパスワード'],
  disposition: ['Disposition', '処置判定'],
  evidence_pack: ['Evidence pack', 'エビデンス資料'],
  failure_rate_month: ['Closed month', '締め済みの月次'],
  firmware: ['Firmware', 'ファームウェア'],
  import: ['Import', '取り込み'],
  improvement: ['Improvement', '改善活動'],
  inspection: ['Inspection', '検証'],
  investigation: ['Investigation', '不具合調査'],
  known_issue: ['Known issue', '既知の不具合'],
  kpi_note: ['KPI note', 'KPIの施策'],
  kpi_target: ['KPI target', 'KPIの目標'],
  maker: ['Maker', 'メーカー'],
  model: ['Model', '機種'],
  news: ['News', '社内お知らせ'],
  notice: ['Notice', '事前連絡'],
  outbound: ['Shipment', '出荷手配'],
  partner: ['Partner', '代理店'],
  purchase_order: ['Purchase order', '発注'],
  quarantine: ['Quarantined message', '隔離メッセージ'],
  replacements: ['Advance replacements', '先出し交換'],
  return: ['Return', '返品案件'],
  return_unit: ['Return unit', '返却個体'],
  signal: ['Signal', '信号'],
  silence: ['Silence', '通知停止'],
  site: ['Site', '拠点'],
  stock_balance: ['Stock level', '在庫数'],
  stock_count: ['Stock count', '棚卸'],
  stock_forecast: ['Demand forecast', '需要予測'],
  stock_hold: ['Hold', '出荷停止'],
  stock_move: ['Stock move', '在庫移動'],
  stock_policy: ['Stock policy', '在庫方針'],
  stock_reservation: ['Reservation', '引当'],
  stock_write_off: ['Write-off', '在庫除却'],
  telemetry_inbox: ['Telemetry import', 'テレメトリー取り込み'],
  test_record: ['Test record', '試験記録'],
  test_template: ['Test template', '試験テンプレート'],
  token: ['API token', 'APIトークン'],
  unit: ['Unit', '個体'],
  user: ['User', 'ユーザー'],
  view: ['Saved view', '保存した表示'],
  voc_review: ['Rating review', '低評価レビュー'],
  webhook: ['Webhook', 'Webhook'],
  work_hours: ['Working hours', '稼働時間'],
  workaround: ['Workaround', '回避策'],
};

/** For a choice among them. */
export const recordKinds: readonly string[] = Object.keys(kinds);

export const kindWords = (kind: string): Bilingual => kinds[kind] ?? inPlain(kind);

/** A word nobody has translated yet, without its underscores. */
export const inPlain = (code: string): Bilingual => {
  const plain = code.replaceAll('_', ' ');
  return [plain, plain];
};
