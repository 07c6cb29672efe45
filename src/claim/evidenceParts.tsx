// How an evidence pack writes pairs, tables and figures.
import type { Child } from 'hono/jsx';
import type { RateComparison } from '../stats/compareRates.ts';
import type { words } from './evidenceWords.ts';

export type W = ReturnType<typeof words>;

export const Pairs = ({ rows }: { rows: readonly (readonly [Child, Child])[] }) => (
  <dl class="facts">
    {rows.map(([term, value]) => (
      <div>
        <dt>{term}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export const Grid = ({ caption, heads, rows }: { caption: string; heads: readonly string[]; rows: readonly (readonly Child[])[] }) =>
  rows.length === 0 ? null : (
    <div class="table" tabindex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

/** Plain digits in both languages: what the CSV says is what the page says. */
export const number = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : value.toLocaleString('en-US', { maximumFractionDigits: 3 });

export const rate = (value: number | null, w: W): string => (value === null ? w.none : value.toFixed(3));

export const interval = (low: number | null, high: number | null, w: W): string => `${rate(low, w)} – ${high === null ? '∞' : rate(high, w)}`;

export const comparison = (of: RateComparison | null, w: W): string =>
  of === null ? w.none : `${rate(of.ratio, w)} (${interval(of.ratio_low, of.ratio_high, w)}), p = ${of.p_two_sided.toPrecision(3)}`;

export const estimate = (of: { estimate: number | null; ci_low: number | null; ci_high: number | null } | undefined, w: W): string =>
  of === undefined || of.estimate === null
    ? w.none
    : `${rate(of.estimate, w)} (${of.ci_low === null ? '' : rate(of.ci_low, w)} – ${of.ci_high === null ? '' : rate(of.ci_high, w)})`;
