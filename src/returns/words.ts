// Words of the returns desk in both languages, and the labels of its states.
import { type Bilingual, defineWords } from '../core/words.ts';
import type { Disposition } from './disposition.ts';
import type { LegState, ReturnState, UnitState } from './lifecycle.ts';
import type { CodeRow, ReturnRow, ReturnUnitRow } from './table.ts';

export const returnStateLabels: Record<ReturnState, Bilingual> = {
  draft: ['Draft', '下書き'], authorised: ['Authorised', '承認'], open: ['Open', '対応中'], closed: ['Closed', '完了'], rejected: ['Rejected', '却下'], cancelled: ['Cancelled', '取消'],
};
export const unitStateLabels: Record<UnitState, Bilingual> = {
  expected: ['Expected', '返却待ち'], received: ['Received', '受領'], inspecting: ['Inspecting', '検証中'], dispositioned: ['Decided', '判定済'], resolved: ['Resolved', '完了'],
  written_off: ['Written off', '未返却処理'], cancelled: ['Cancelled', '取消'],
};
export const legStateLabels: Record<LegState, Bilingual> = {
  requested: ['Requested', '手配依頼'], reserved: ['Reserved', '引当済'], shipped: ['Shipped', '出荷'], delivered: ['Delivered', '着荷'], cancelled: ['Cancelled', '取消'],
};
export const typeLabels: Record<ReturnRow['type'], Bilingual> = {
  advance_replacement: ['Advance replacement', '先出しセンドバック'], return_first: ['Return first', '後出し'], repair: ['Repair', '修理'], no_return_needed: ['No return needed', '返却不要'],
};
export const verdictLabels: Record<NonNullable<ReturnUnitRow['verdict']>, Bilingual> = {
  confirmed: ['Defect confirmed', '不良確定'], no_fault_found: ['No fault found', '再現せず'], customer_damage: ['Customer damage', '損傷'], wrong_unit: ['Wrong unit', '相違'], undetermined: ['Undetermined', '判定不能'],
};
export const dispositionLabels: Record<Disposition, Bilingual> = {
  restock: ['Restock', '良品戻し'], repair: ['Repair', '修理'], refurbish: ['Refurbish', '再生'], return_to_maker: ['Return to maker', 'メーカー返却'], scrap: ['Scrap', '廃棄'],
  return_to_customer: ['Return to customer', '返送'], not_returned: ['Not returned', '未返却'],
};
export const coverageLabels: Record<NonNullable<ReturnUnitRow['coverage']>, Bilingual> = {
  maker: ['Maker warranty', 'メーカー保証'], own_warranty: ['Our warranty', '自社保証'], contract: ['Contract', '契約内無償'], goodwill: ['Goodwill', '特別対応'], paid: ['Paid', '有償'],
};
export const treeLabels: Record<CodeRow['tree'], Bilingual> = {
  symptom: ['Symptoms', '症状'], failure_mode: ['Failure modes', '故障モード'], component: ['Components', '部位'], cause: ['Causes', '原因'],
};

export const words = defineWords({
  returns: ['Returns', '返品案件'], new_return: ['New return', '返品を登録'], number: ['Number', '番号'], type: ['Type', '種別'], state: ['State', '状態'], customer: ['Customer', '顧客'], units: ['Units', '個体'],
  open_units: ['Open', '未処置'], overdue: ['Overdue', '期限超過'], filed_on: ['Filed', '申告日'], owner: ['Owner', '担当者'], note: ['Note', '備考'], ship_to: ['Ship to', '送付先'], all: ['All', 'すべて'],
  serial: ['Serial', 'シリアル'], serials: ['Serials, MACs or asset tags, one per line', 'シリアル・MAC・資産番号(1行に1台)'], model: ['Model', '機種'], model_code: ['Model (when a serial is shared)', '機種(シリアルが重複する場合)'],
  customer_code: ['Customer code', '顧客コード'], customer_hint: ['Left empty: the customer the first unit is with', '空欄の場合は先頭の個体の顧客'], reported_symptom: ['Reported symptom', '申告症状'], reported_text: ['In the customer’s words', '申告内容'],
  failed_on: ['Failed on', '故障日'], authorise_now: ['Authorise at once', 'すぐに承認する'], authorise: ['Authorise', '承認'], reject: ['Reject', '却下'], cancel_return: ['Cancel return', '案件を取消'], close: ['Close', '完了にする'],
  reason: ['Reason', '理由'], add_unit: ['Add unit', '個体を追加'], write_off: ['Write off', '未返却処理'], approve: ['Approve', '承認(別担当者)'], refuse: ['Refuse', '差し戻し'], shipments: ['Shipments out', '出荷'],
  replacement: ['Replacement', '代替品'], same_unit: ['Same unit', '同一個体'], request_replacement: ['Reserve a replacement', '代替品を引き当てる'], allow_substitute: ['A substitute model will do', '代替機種でも可'],
  reserve: ['Reserve', '引当'], ship: ['Ship', '出荷'], deliver: ['Delivered', '着荷'], cancel: ['Cancel', '取消'], carrier: ['Carrier', '運送会社'], tracking_no: ['Tracking number', '送り状番号'],
  promise_gone: ['The reservation was taken back by a hold: reserve again', '出荷停止により引当が取り消されました。再度引き当ててください'], receive: ['Receive', '受領'], scan: ['Scan or type', 'スキャンまたは入力'],
  scan_hint: ['Serial, MAC, device id, asset tag, return number or label link', 'シリアル・MAC・デバイスID・資産番号・返品番号・ラベルのリンク'], box: ['Box of return', '開梱中の返品案件'], choose: ['Several units answer to this: choose one', '複数の個体が該当します。選択してください'],
  print_label: ['Print label', 'ラベルを印刷'], packing_slip: ['Packing slip', '梱包票'], to_bench: ['Bench', '検証'], undo_receipt: ['Undo receipt', '受領を取り消す'], unexpected: ['Unexpected', '想定外'],
  verdict: ['Verdict', '判定'], disposition: ['Disposition', '処置判定'], coverage: ['Coverage', '保証区分'], failure_mode: ['Failure mode', '故障モード'], returned_on: ['Returned', '返却日'], received_at: ['Received', '受領日時'],
  expected_by: ['Expected by', '返却期限'], days_over: ['Days overdue', '超過日数'], reminders: ['Reminders', '督促'], repeat: ['Repeat', '再返品'], location: ['Location', '所在'], warranty_ends: ['Our warranty until', '自社保証終了'],
  maker_warranty_ends: ['Maker warranty until', 'メーカー保証終了'], snapshot: ['Telemetry at filing', '申告時のテレメトリ'], history: ['History', '履歴'], return_units: ['Returned units', '返却個体'], ageing: ['Ageing', '滞留'],
  overdue_list: ['Advance replacements not sent back', '先出し未返却一覧'], claimable: ['Confirmed defects to claim before the maker’s warranty ends', 'メーカー保証内に折衝すべき不良確定'], metrics: ['Desk metrics', '返品KPI'],
  turnaround: ['Turnaround', 'リードタイム'], receipt_to_disposition: ['Receipt to disposition', '受領→処置判定'], receipt_to_shipment: ['Receipt to shipment', '受領→出荷'], count: ['Units', '台数'],
  median_days: ['Median, days', '中央値(日)'], p90_days: ['90 %, days', '90%点(日)'], median_hours: ['Median, business hours', '中央値(営業時間)'], p90_hours: ['90 %, business hours', '90%点(営業時間)'],
  nff_share: ['No-fault-found share', '再現せず率'], repeat_share: ['Repeat share', '再返品率'], of: (part: number, whole: number) => [`${part} of ${whole}`, `${whole}件中${part}件`], received: ['Received', '受領数'],
  from_on: ['From', '開始日'], to_on: ['To', '終了日'], days: (from: number, to: number | null) => (to === null ? [`over ${from} days`, `${from}日超`] : [`${from}–${to} days`, `${from}〜${to}日`]),
  business_hours_note: ['Business hours: Monday to Friday, 9 to 18, without Japanese holidays.', '営業時間は月〜金 9:00〜18:00(祝日を除く)。'], codes: ['Codes', 'コード'], code: ['Code', 'コード'],
  name_en: ['English name', '英語名'], name_ja: ['Japanese name', '日本語名'], parent: ['Above', '上位'], add_code: ['Add code', 'コードを追加'], rename: ['Rename', '名称変更'], retire: ['Retire', '廃止'], merge: ['Merge into', '統合先'],
  retired: ['Retired', '廃止'], merged: ['Merged', '統合済'], waits_for_second: ['Waits for a second person', '別担当者の承認待ち'], saved: ['Saved', '保存しました'], filed: ['Return filed', '返品を登録しました'], done: ['Done', '処理しました'],
  provisional: ['Provisional', '仮登録'], unit_count: (n: number) => [`${n} unit${n === 1 ? '' : 's'}`, `${n} 台`], please_enclose: ['Please enclose this slip with the unit.', 'この票を機器に同梱してください。'], sheet: ['Return slip', '返却票'],
  scan_queue: ['Continuous scan', '連続スキャン'], within_days: ['Maker warranty ends within', 'メーカー保証終了まで'], none_overdue: ['Nothing is overdue.', '期限超過はありません。'], goodwill: ['Goodwill', '特別対応'], change: ['Change', '変更'],
});
