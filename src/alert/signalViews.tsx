// Parts of the pages of signals: what can be chosen, and what a definition would have raised.
import { formatNumber } from '../core/formats.ts';
import type { AppContext } from '../web/env.ts';
import { Num, Section, Table } from '../web/parts.tsx';
import type { Backtested } from './backtest.ts';
import { measures, symbolOf } from './measures.ts';
import { kindWords, words } from './words.ts';

export const choices = (c: AppContext) => ({
  options: measures.map((measure) => {
    const [label, symbol] = [c.var.locale === 'ja' ? measure.label[1] : measure.label[0], symbolOf(measure)];
    return { value: measure.code, label: symbol === '' ? label : `${label} [${symbol}]` };
  }),
  kinds: (['device', 'network'] as const).map((value) => ({ value, label: kindWords(c.var.locale)[value] })),
});

export function BacktestResult({ c, result }: { c: AppContext; result: Backtested }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.would_raise(result.alerts.length, result.from_on, result.to_on)}>
      <p>{w.tried(formatNumber(result.episodes, c.var.locale), formatNumber(result.device_days, c.var.locale))}</p>
      {result.alerts.length === 0 ? null : (
        <Table
          c={c}
          caption={w.backtest}
          rows={result.alerts}
          columns={[
            { head: w.raised_on, cell: (alert) => alert.raised_on },
            { head: w.model, cell: (alert) => <a href={`/catalog/models/${alert.model_id}`}>{alert.model_code}</a> },
            { head: w.started_on, cell: (alert) => alert.started_on },
            { head: w.observed, numeric: true, cell: (alert) => <Num value={alert.observed} locale={c.var.locale} /> },
            { head: w.expected, numeric: true, cell: (alert) => <Num value={alert.expected} digits={1} locale={c.var.locale} /> },
          ]}
        />
      )}
    </Section>
  );
}
