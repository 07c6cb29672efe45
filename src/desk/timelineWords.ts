// What a timeline says: kinds of happenings, and every place, state and decision a unit can be in.
import { defineWords, type Locale } from '../core/words.ts';

export const timelineWords = defineWords({
  timeline: ['Timeline', '履歴'],
  empty: ['Nothing happened to this unit yet.', 'この個体の履歴はまだありません。'],
  move: ['Move', '移動'],
  service: ['Service', '稼働'],
  firmware: ['Firmware', 'ファームウェア'],
  event: ['Event', 'イベント'],
  alert: ['Alert', '警告'],
  case: ['Case', '問い合わせ'],
  return: ['Return', '返品'],
  inspection: ['Inspection', '検証'],
  claim: ['Claim', 'メーカー折衝'],
  swap: ['Swap', '交換'],
});

const states = defineWords({
  in_service: ['in service', '稼働開始'],
  out_of_service: ['out of service', '稼働終了'],
  filed: ['filed', '受付'],
  opened: ['opened', '開始'],
  solved: ['solved', '解決'],
  received: ['received', '受領'],
  inspecting: ['inspecting', '検証中'],
  confirmed: ['confirmed', '不良確定'],
  no_fault_found: ['no fault found', '再現せず'],
  customer_damage: ['customer damage', '損傷'],
  wrong_unit: ['wrong unit', '相違'],
  undetermined: ['undetermined', '判定不能'],
  restock: ['restock', '良品戻し'],
  refurbish: ['refurbish', '再生'],
  return_to_maker: ['return to maker', 'メーカー返却'],
  scrap: ['scrap', '廃棄'],
  return_to_customer: ['return to customer', '返送'],
  not_returned: ['not returned', '未返却'],
  customer: ['at the customer', '顧客先'],
  in_transit: ['in transit', '輸送中'],
  receiving: ['receiving', '受領'],
  quarantine: ['quarantine', '検証待ち'],
  bench: ['bench', '検証中'],
  good_stock: ['good stock', '良品在庫'],
  defect_stock: ['defect stock', '不良品在庫'],
  repair: ['repair', '修理'],
  maker: ['maker', 'メーカー'],
  scrapped: ['scrapped', '廃棄'],
  lost: ['lost', '紛失・未返却'],
  supplier: ['supplier', '仕入先'],
  adjustment: ['adjustment', '棚卸差異'],
  claimed: ['claimed', '請求'],
  accepted: ['accepted', '受諾'],
  refused: ['refused', '拒否'],
  settled: ['settled', '精算'],
  conceded: ['conceded', '取り下げ'],
  replaced_by: ['replaced by', '交換後の個体'],
  replaces: ['replaces', '交換前の個体'],
});

/** A state in the viewer's language; a firmware version or an event name stays as it is. */
export function stateWord(what: string, locale: Locale): string {
  const known: Readonly<Record<string, string>> = states(locale);
  return known[what] ?? what;
}
