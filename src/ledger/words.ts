// Places and conditions in both languages.
import type { Bilingual } from '../core/words.ts';
import type { UnitPlaceRow } from './table.ts';

export const locationLabels: Record<UnitPlaceRow['location'], Bilingual> = {
  customer: ['Customer', '顧客先'],
  in_transit: ['In transit', '輸送中'],
  receiving: ['Receiving', '受領'],
  quarantine: ['Quarantine', '検証待ち'],
  bench: ['Bench', '検証中'],
  good_stock: ['Good stock', '良品在庫'],
  defect_stock: ['Defect stock', '不良品在庫'],
  repair: ['Repair', '修理'],
  maker: ['At the maker', 'メーカー'],
  scrapped: ['Scrapped', '廃棄'],
  lost: ['Lost or not returned', '紛失・未返却'],
  supplier: ['Supplier', '仕入先'],
  adjustment: ['Adjustment', '棚卸差異'],
};
export const conditionLabels: Record<UnitPlaceRow['condition'], Bilingual> = {
  new: ['New', '新品'],
  verified: ['Verified', '検証済'],
  refurbished: ['Refurbished', '再生品'],
  defective: ['Defective', '不良'],
  unverified: ['Unverified', '未検証'],
};
