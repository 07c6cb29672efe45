// Every KPI with its definition, its value, how sure it is, and what it leaves open.
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Num, Table } from '../web/parts.tsx';
import type { NamedResult } from './queries.ts';
import { Duration, Interval, KpiValue } from './views.tsx';
import { words } from './words.ts';

export function KpiTable({ c, kpis }: { c: AppContext; kpis: readonly NamedResult[] }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Table
      c={c}
      caption={w.kpis}
      rows={kpis}
      columns={[
        {
          head: 'KPI',
          cell: (kpi) => (
            <>
              <a href={`/kpis/${kpi.name}${carried(c)}`}>{speak(kpi.label, locale)}</a>
              <details class="note">
                <summary>{w.definition}</summary>
                <p>{speak(kpi.definition, locale)}</p>
              </details>
            </>
          ),
        },
        {
          head: w.value,
          numeric: true,
          cell: (kpi) => (
            <strong>
              <KpiValue kpi={kpi} locale={locale} />
            </strong>
          ),
        },
        {
          head: w.counted,
          numeric: true,
          cell: (kpi) =>
            kpi.numerator === null ? (
              <>
                n = <Num value={kpi.denominator} locale={locale} />
              </>
            ) : (
              <>
                <Num value={kpi.numerator} locale={locale} /> / <Num value={kpi.denominator} locale={locale} />
              </>
            ),
        },
        { head: w.interval, numeric: true, cell: (kpi) => <Interval kpi={kpi} locale={locale} /> },
        {
          head: w.p90,
          numeric: true,
          cell: (kpi) =>
            kpi.kind === 'duration' ? <Duration ms={kpi.p90} locale={locale} /> : kpi.p90 === null ? '—' : <Num value={kpi.p90} locale={locale} />,
        },
        {
          head: w.pending,
          cell: (kpi) => (kpi.pending === 0 || kpi.pending_means === null ? '—' : `${kpi.pending} ${speak(kpi.pending_means, locale)}`),
        },
      ]}
    />
  );
}

/** The query of a link to a KPI: the same period and filters. */
const carried = (c: AppContext): string => new URL(c.req.url).search;
