// The main navigation: one list, shown to whoever may open the page.
import type { Permission } from '../core/permission.ts';
import type { Bilingual } from '../core/words.ts';

export type NavGroup = 'work' | 'quality' | 'fleet' | 'system';

export const groupLabels: Readonly<Record<NavGroup, Bilingual>> = {
  work: ['Work', '業務'],
  quality: ['Quality', '品質'],
  fleet: ['Fleet', '機器'],
  system: ['System', '管理'],
};

export interface NavEntry {
  readonly group: NavGroup;
  readonly path: string;
  readonly label: Bilingual;
  readonly permission: Permission;
  /** Left out for the other kind of user. */
  readonly only?: 'staff' | 'partner';
  /** Second key of `g` + letter. */
  readonly key: string;
}

export const navigation: readonly NavEntry[] = [
  { group: 'work', path: '/', label: ['Home', 'ホーム'], permission: 'self:read', key: 'h' },
  { group: 'work', path: '/portal', label: ['Our customers', '担当顧客'], permission: 'self:read', key: 'b', only: 'partner' },
  { group: 'work', path: '/scan', label: ['Scan', 'スキャン'], permission: 'return:write', key: 's', only: 'staff' },
  { group: 'work', path: '/returns', label: ['Returns', '返品'], permission: 'return:read', key: 'r' },
  { group: 'work', path: '/cases', label: ['Cases', '問い合わせ'], permission: 'case:read', key: 'c' },
  { group: 'work', path: '/stock', label: ['Stock', '在庫'], permission: 'stock:read', key: 't' },
  { group: 'work', path: '/notices', label: ['Notices', '事前連絡'], permission: 'notice:read', key: 'n', only: 'staff' },
  { group: 'work', path: '/articles', label: ['Help articles', 'FAQ'], permission: 'article:read', key: 'q' },
  { group: 'quality', path: '/failure-rates', label: ['Failure rates', '故障率'], permission: 'quality:read', key: 'f' },
  { group: 'quality', path: '/fleet-health', label: ['Fleet health', '稼働状況'], permission: 'telemetry:read', key: 'e' },
  { group: 'quality', path: '/alerts', label: ['Alerts', '警告'], permission: 'alert:read', key: 'a' },
  { group: 'quality', path: '/investigations', label: ['Investigations', '不具合調査'], permission: 'investigation:read', key: 'i' },
  { group: 'quality', path: '/claims', label: ['Claims', 'メーカー折衝'], permission: 'claim:read', key: 'l' },
  { group: 'quality', path: '/kpis', label: ['KPIs', 'KPI'], permission: 'case:read', key: 'k', only: 'staff' },
  { group: 'fleet', path: '/units', label: ['Units', '個体'], permission: 'unit:read', key: 'u' },
  { group: 'fleet', path: '/devices', label: ['Devices', 'デバイス'], permission: 'telemetry:read', key: 'd' },
  { group: 'fleet', path: '/catalog', label: ['Catalogue', 'カタログ'], permission: 'catalog:read', key: 'm' },
  { group: 'system', path: '/imports', label: ['Imports', '取り込み'], permission: 'import:write', key: 'p' },
  { group: 'system', path: '/webhooks', label: ['Webhooks', 'Webhook'], permission: 'webhook:write', key: 'w' },
  { group: 'system', path: '/settings', label: ['Settings', '設定'], permission: 'person:admin', key: 'o' },
];
