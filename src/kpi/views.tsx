// How a KPI is written: a share with its interval, a duration in its largest units, never a number where nothing is known.
import type { Child } from 'hono/jsx';
import type { Locale } from '../core/words.ts';
import { Num, Percent, PercentRange, Unknown } from '../web/parts.tsx';
import type { KpiResult } from './rules.ts';

export function KpiValue({ kpi, locale }: { kpi: Pick<KpiResult, 'kind' | 'value'>; locale: Locale }): Child {
  switch (kpi.kind) {
    case 'share':
      return <Percent value={kpi.value} locale={locale} />;
    case 'duration':
      return <Duration ms={kpi.value} locale={locale} />;
    case 'count':
      return <Num value={kpi.value} locale={locale} />;
    case 'mean':
      return <Num value={kpi.value} digits={2} locale={locale} />;
  }
}

/** 2 d 3 h, 4 h 5 min, 6 min; what is whole in the larger unit is said in it alone: 5 h. */
export const Duration = ({ ms, locale }: { ms: number | null; locale: Locale }) =>
  ms === null ? <Unknown locale={locale} /> : <>{durationText(ms, locale)}</>;

export function durationText(ms: number, locale: Locale): string {
  const minutes = Math.round(ms / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const [d, h, m] = locale === 'ja' ? ['日', '時間', '分'] : [' d', ' h', ' min'];
  const parts =
    days > 0
      ? ([
          [days, d],
          [hours, h],
        ] as const)
      : ([
          [hours, h],
          [rest, m],
        ] as const);
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return told.length === 0 ? `0${m}` : told.join(' ');
}

export const Interval = ({ kpi, locale }: { kpi: Pick<KpiResult, 'ci_low' | 'ci_high'>; locale: Locale }) =>
  kpi.ci_low === null || kpi.ci_high === null ? (
    <>—</>
  ) : (
    <>
      <PercentRange low={kpi.ci_low} high={kpi.ci_high} locale={locale} />
    </>
  );
