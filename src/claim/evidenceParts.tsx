// How an evidence pack writes pairs, tables and figures.
import type { Child } from 'hono/jsx';
import type { Locale } from '../core/words.ts';
import type { RateComparison } from '../stats/compareRates.ts';
import type { CodeName } from './evidence.ts';
import type { Part } from './evidenceRates.ts';
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

/** What a code is called; the code itself when nobody named it. */
export function codeName(names: readonly CodeName[], code: string | null, locale: Locale): string | null {
  const name = names.find((one) => one.code === code);
  return name === undefined ? code : locale === 'ja' ? name.name_ja : name.name_en;
}

/** Columns from `numbersFrom` to the last one are numbers and stand to the right. */
export const Grid = ({
  caption,
  heads,
  rows,
  numbersFrom = heads.length,
  dense = false,
}: {
  caption: string;
  heads: readonly string[];
  rows: readonly (readonly Child[])[];
  numbersFrom?: number;
  /** Many columns: small type on paper. */
  dense?: boolean;
}) =>
  rows.length === 0 ? null : (
    <div class={dense ? 'table dense' : 'table'} tabindex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head, place) => (
              <th scope="col" class={place >= numbersFrom ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, place) => (
                <td class={place >= numbersFrom ? 'number' : typeof cell === 'string' && DAY.test(cell) ? 'serial' : undefined}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

/** A day is not broken at its hyphens. */
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Plain digits in both languages: what the CSV says is what the page says. */
export const number = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : value.toLocaleString('en-US', { maximumFractionDigits: 3 });

/** Three significant digits at least, none of them lost to a fixed number of places. */
export const rate = (value: number | null, w: W): string =>
  value === null ? w.none : value >= 100 ? value.toFixed(1) : value >= 10 ? value.toFixed(2) : value.toFixed(3);

export const interval = (low: number | null, high: number | null, w: W): string =>
  low === null ? w.none : `${rate(low, w)} – ${high === null ? '∞' : rate(high, w)}`;

const chance = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${p.toPrecision(2)}`);

export const comparison = (of: RateComparison | null, w: W): string =>
  of === null ? w.none : `${rate(of.ratio, w)} (${interval(of.ratio_low, of.ratio_high, w)}), ${chance(of.p_two_sided)}`;

export const estimate = (of: { estimate: number | null; ci_low: number | null; ci_high: number | null } | undefined, w: W): string =>
  of === undefined || of.estimate === null ? w.none : `${rate(of.estimate, w)} (${interval(of.ci_low, of.ci_high, w)})`;

const LEVEL = 0.05;

/** The parts whose excess over the rest is beyond chance at 5 %, corrected for looking at all of them (Bonferroni). */
export const carriers = (parts: readonly Part[]): Part[] =>
  parts.filter(({ against_rest }) => against_rest !== null && against_rest.ratio_low > 1 && against_rest.p_two_sided * parts.length < LEVEL);
