// Parts the stock pages share.
import { speak } from '../core/words.ts';
import { conditionLabels, locationLabels } from '../ledger/words.ts';
import type { AppContext } from '../web/env.ts';
import type { Option } from '../web/parts.tsx';
import { words } from './words.ts';

export function StockTabs({ c, current }: { c: AppContext; current: string }) {
  const w = words(c.var.locale);
  const tabs: readonly (readonly [string, string])[] = [
    ['/stock', w.levels],
    ['/stock/reservations', w.reservations],
    ['/stock/holds', w.holds],
    ['/stock/moves', w.moves],
    ['/stock/write-offs', w.write_offs],
    ['/purchase-orders', w.orders],
    ['/stock/counts', w.counts],
    ['/stock/forecast', w.forecast],
  ];
  return (
    <nav class="tabs" aria-label={w.stock}>
      {tabs.map(([path, label]) => (
        <a href={path} aria-current={path === current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}

/** The label of a place or a condition as the store writes it. */
export const placeName = (c: AppContext, location: string): string => nameIn(c, locationLabels, location);
export const conditionName = (c: AppContext, condition: string): string => nameIn(c, conditionLabels, condition);

function nameIn(c: AppContext, labels: Readonly<Record<string, readonly [string, string]>>, key: string): string {
  const label = labels[key];
  return label === undefined ? key : speak(label, c.var.locale);
}

export const optionsOf = (c: AppContext, labels: Readonly<Record<string, readonly [string, string]>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label: speak(label, c.var.locale) }));
