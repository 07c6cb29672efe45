// Words of the stock pages in both languages, and the labels of places and conditions.
import { type Bilingual, defineWords } from '../core/words.ts';
import type { Condition, Location } from '../ledger/move.ts';
import type { PurchaseOrderRow, StockCountDifferenceRow, StockCountRow, StockReservationRow } from './table.ts';

export const locationLabels: Record<Location, Bilingual> = {
  customer: ['Customer', '顧客先'], in_transit: ['In transit', '輸送中'], receiving: ['Receiving', '受領'], quarantine: ['Quarantine', '検証待ち'], bench: ['Bench', '検証中'], good_stock: ['Good stock', '良品在庫'],
  defect_stock: ['Defect stock', '不良品在庫'], repair: ['Repair', '修理'], maker: ['Maker', 'メーカー'], scrapped: ['Scrapped', '廃棄'], lost: ['Lost or not returned', '紛失・未返却'], supplier: ['Supplier', '仕入先'],
  adjustment: ['Adjustment', '棚卸差異'],
};
export const conditionLabels: Record<Condition, Bilingual> = { new: ['New', '新品'], verified: ['Verified', '検証済'], refurbished: ['Refurbished', '再生品'], defective: ['Defective', '不良'], unverified: ['Unverified', '未検証'] };
export const orderStateLabels: Record<PurchaseOrderRow['state'], Bilingual> = { draft: ['Draft', '下書き'], ordered: ['Ordered', '発注済'], partly_received: ['Partly received', '一部入荷'], received: ['Received', '入荷済'], cancelled: ['Cancelled', '取消'] };
export const countStateLabels: Record<StockCountRow['state'], Bilingual> = { running: ['Running', '実施中'], booked: ['Booked', '計上済'], cancelled: ['Cancelled', '取消'] };
export const differenceLabels: Record<StockCountDifferenceRow['kind'], Bilingual> = { missing: ['Missing', '不足'], found: ['Found', '発見'], quantity: ['Quantity', '数量差'] };
export const reservationLabels: Record<StockReservationRow['state'], Bilingual> = { active: ['Active', '引当中'], fulfilled: ['Fulfilled', '出荷済'], released: ['Released', '解除'] };

export const words = defineWords({
  stock: ['Stock', '在庫'], levels: ['Levels', '在庫数'], model: ['Model', '機種'], maker: ['Maker', 'メーカー'], good: ['Good', '良品'], reserved: ['Reserved', '引当'], held: ['Held', '出荷停止'], available: ['Available', '引当可能'],
  other: ['Not good stock', '良品外'], defective: ['Defective', '不良'], on_order: ['On order', '発注残'], reorder_point: ['Reorder point', '発注点'], safety_stock: ['Safety stock', '安全在庫'], lead_time: ['Lead time, days', '調達LT(日)'],
  order_quantity: ['Order quantity', '発注単位'], suggested: ['Order', '発注推奨'], expected_demand: ['Expected demand', '予測需要'], only_short: ['Only what to order', '発注推奨のみ'], all: ['All', 'すべて'],
  moves: ['Moves', '在庫移動'], reservations: ['Reservations', '引当'], holds: ['Holds', '出荷停止'], orders: ['Purchase orders', '発注'], counts: ['Stock counts', '棚卸'], forecast: ['Forecast', '需要予測'],
  shelves: ['Where it lies', '所在別'], location: ['Location', '所在'], condition: ['Condition', '品質区分'], quantity: ['Quantity', '数量'], serial: ['Serial', 'シリアル'], from: ['From', '移動元'], to: ['To', '移動先'], at: ['At', '日時'],
  cause: ['Cause', '起因'], actor: ['By', '担当者'], reason: ['Reason', '理由'], policy: ['Stock policy', '在庫方針'], save: ['Save', '保存'], saved: ['Saved', '保存しました'], done: ['Done', '処理しました'], move: ['Move', '移動'],
  move_hint: ['A unit by any identifier, or a quantity of a spare without serials', '個体(任意の識別番号)または数量管理の予備品'], reverse: ['Reverse', '取り消し'], release: ['Release', '解除'], place_hold: ['Place a hold', '出荷停止にする'], cohort: ['Cohort', '対象'],
  hw_rev: ['Hardware revision', 'ハードウェアリビジョン'], batch: ['Batch', 'ロット'], firmware: ['Firmware', 'ファームウェア'], placed: ['Placed', '設定'], released: ['Released', '解除'], active: ['Active', '有効'],
  second_person: ['A second person has to release it', '解除には別担当者の操作が必要です'], number: ['Number', '番号'], supplier: ['Supplier', '仕入先'], state: ['State', '状態'], ordered_on: ['Ordered', '発注日'], expected_on: ['Expected', '入荷予定'],
  received: ['Received', '入荷済'], new_order: ['New order', '発注を登録'], lines: ['Lines', '明細'], lines_hint: ['One line each: model code, quantity, unit cost', '1行に1明細: 機種コード, 数量, 単価'], bad_line: ['This is not a line', '明細を読み取れません'],
  place_order: ['Order', '発注する'], receive: ['Receive', '入荷'], serials: ['Serials, one per line', 'シリアル(1行に1台)'], or_quantity: ['or a quantity', 'または数量'], cancel: ['Cancel', '取消'], start_count: ['Start a count', '棚卸を開始'],
  scan: ['Scan', 'スキャン'], scanned: ['Scanned', 'スキャン数'], differences: ['Differences', '差異'], book: ['Book differences', '差異を計上'], recorded: ['Books say', '帳簿'], difference: ['Difference', '差異'], count_quantity: ['Count a spare', '予備品を数える'],
  counted: ['Counted', '計数しました'], again: ['Scanned before', 'スキャン済みです'], elsewhere: ['The books have it elsewhere', '帳簿上は別の所在です'], ambiguous: ['Several units answer to this', '複数の個体が該当します'], unknown: ['Nobody knows this', '登録がありません'],
  check: ['Check of the books', '帳簿の検算'], books_right: ['Every balance is the sum of its moves.', 'すべての残高が移動の合計と一致しています。'], books_wrong: (n: number) => [`${n} balances or places differ from the ledger.`, `${n}件が台帳と一致しません。`],
  computed: ['Computed', '計算日時'], method: ['Method', '方法'], horizon: ['Horizon, days', '期間(日)'], note: ['Note', '備考'], units: ['Units', '個体'], reserve: ['Reserve', '引き当てる'], substitute: ['A substitute will do', '代替機種でも可'],
  asked: ['Asked for', '依頼機種'], started: ['Started', '開始'],
});
