// The main navigation: one list, shown to whoever may open the page.
import type { Permission } from '../core/permission.ts';
import type { Bilingual } from '../core/words.ts';

export interface NavEntry {
  readonly path: string;
  readonly label: Bilingual;
  readonly permission: Permission;
  /** Second key of `g` + letter. */
  readonly key: string;
}

export const navigation: readonly NavEntry[] = [
  { path: '/', label: ['Home', 'ホーム'], permission: 'self:read', key: 'h' },
  { path: '/scan', label: ['Scan', 'スキャン'], permission: 'return:write', key: 's' },
  { path: '/returns', label: ['Returns', '返品'], permission: 'return:read', key: 'r' },
  { path: '/units', label: ['Units', '個体'], permission: 'unit:read', key: 'u' },
  { path: '/cases', label: ['Cases', '問い合わせ'], permission: 'case:read', key: 'c' },
  { path: '/stock', label: ['Stock', '在庫'], permission: 'stock:read', key: 't' },
  { path: '/failure-rates', label: ['Failure rates', '故障率'], permission: 'quality:read', key: 'f' },
  { path: '/alerts', label: ['Alerts', '警告'], permission: 'alert:read', key: 'a' },
  { path: '/investigations', label: ['Investigations', '不具合調査'], permission: 'investigation:read', key: 'i' },
  { path: '/claims', label: ['Claims', 'メーカー折衝'], permission: 'claim:read', key: 'l' },
  { path: '/devices', label: ['Devices', 'デバイス'], permission: 'telemetry:read', key: 'd' },
  { path: '/notices', label: ['Notices', '事前連絡'], permission: 'notice:read', key: 'n' },
  { path: '/catalog', label: ['Catalogue', 'カタログ'], permission: 'catalog:read', key: 'm' },
  { path: '/kpis', label: ['KPIs', 'KPI'], permission: 'case:read', key: 'k' },
  { path: '/articles', label: ['Help articles', 'FAQ'], permission: 'article:read', key: 'q' },
  { path: '/imports', label: ['Imports', '取り込み'], permission: 'import:write', key: 'p' },
  { path: '/settings', label: ['Settings', '設定'], permission: 'person:admin', key: 'o' },
];
