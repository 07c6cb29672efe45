// Signals before failures, one table per failure mode: what early warning learns from the bench.
import { formatNumber } from '../core/formats.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, show } from '../web/page.tsx';
import { PageHead, Section, Table } from '../web/parts.tsx';
import { countLessons, type FailureModePrecursors, listPrecursors } from './precursors.ts';
import { words } from './words.ts';

export const precursorPages = newPages();

page(precursorPages, '/learning/precursors', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const modes = await listPrecursors(c.var.ctx);
  const { confirmed, without_mode, unheard, heard_briefly } = await countLessons(c.var.ctx);
  return show(
    c,
    { title: w.precursors, nav: '/alerts', kind: 'wide' },
    <>
      <PageHead title={w.precursors} sub={w.precursors_hint} />
      {confirmed === 0 ? null : <p>{w.lessons(confirmed, without_mode, unheard, heard_briefly)}</p>}
      {modes.length === 0 ? <p class="empty">{w.precursors_wait}</p> : null}
      {modes.map((mode) => (
        <Mode c={c} mode={mode} />
      ))}
    </>,
  );
});

function Mode({ c, mode }: { c: AppContext; mode: FailureModePrecursors }) {
  const { locale } = c.var;
  const w = words(locale);
  const percent = (value: number): string => formatNumber(value * 100, locale, 0);
  const withLimits = (value: number | null, k: number, n: number, limits: { low: number; high: number } | null): string =>
    value === null || limits === null ? 'n/a' : `${percent(value)} % (${percent(limits.low)}–${percent(limits.high)}) ${k}/${n}`;
  return (
    <Section title={`${mode.code} ${locale === 'ja' ? mode.name_ja : mode.name_en}`}>
      <p>{w.failures_of(mode.failures, mode.healthy)}</p>
      <Table
        c={c}
        caption={w.precursors}
        rows={mode.signals}
        columns={[
          { head: w.signal, cell: (row) => <a href={`/signals/${row.signal_id}`}>{locale === 'ja' ? row.name_ja : row.name_en}</a> },
          { head: w.recall, numeric: true, cell: (row) => withLimits(row.recall, row.hits, mode.failures, row.recall_interval) },
          { head: w.precision, numeric: true, cell: (row) => withLimits(row.precision, row.hits, row.hits + row.false_hits, row.precision_interval) },
          { head: w.median_lead, numeric: true, cell: (row) => row.median_lead_days ?? 'n/a' },
        ]}
      />
    </Section>
  );
}
