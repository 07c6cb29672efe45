// Parts the quality pages share: tabs, filter fields, the line that names the population.
import type { Child } from 'hono/jsx';
import { formatNumber } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Field, type Option, Select } from '../web/parts.tsx';
import type { Population } from './failureRates.ts';
import { type CohortFilter, DIMENSIONS, FAILURE_KINDS } from './inputs.ts';
import { type Period, periodDays } from './period.ts';
import { words } from './words.ts';

const TABS = [
  ['/failure-rates', 'failure_rates'],
  ['/failure-rates/comparison', 'comparison'],
  ['/failure-rates/control-chart', 'control_chart'],
  ['/failure-rates/pareto', 'pareto'],
  ['/life-analysis', 'life_analysis'],
  ['/life-analysis/nevada', 'nevada'],
  ['/failure-rates/nff', 'nff_analysis'],
  ['/failure-rates/warranty-cost', 'warranty_cost'],
  ['/failure-rates/months', 'frozen_months'],
] as const;

/** Cohort filters go along from one analysis to the next. */
export function QualityTabs({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  const kept = new URLSearchParams(
    Object.entries(c.req.query()).filter(
      ([name, value]) => value !== '' && ['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site_kind', 'kind'].includes(name),
    ),
  );
  const query = kept.size === 0 ? '' : `?${kept}`;
  return (
    <nav class="tabs" aria-label={w.failure_rates}>
      {TABS.map(([path, label]) => (
        <a href={path + query} aria-current={c.req.path === path ? 'page' : undefined}>
          {w[label]}
        </a>
      ))}
    </nav>
  );
}

export const dimensionOptions = (locale: Locale): Option[] => DIMENSIONS.map((value) => ({ value, label: words(locale)[value] }));

export const kindOptions = (locale: Locale): Option[] => FAILURE_KINDS.map((value) => ({ value, label: words(locale)[value] }));

export const KindField = ({ c, kind }: { c: AppContext; kind: string }) => (
  <Select label={words(c.var.locale).kind} name="kind" value={kind} options={kindOptions(c.var.locale)} />
);

type FilterName = keyof CohortFilter;

/** A text field per dimension named, folded away until one is filled: on a telephone the figures come first. */
export const CohortFields = ({ c, names }: { c: AppContext; names: readonly FilterName[] }) => {
  const w = words(c.var.locale);
  const isUsed = names.some((name) => (c.req.query(name) ?? '') !== '');
  return (
    <details class="field" open={isUsed}>
      <summary>{w.narrow}</summary>
      <div class="filters">
        {names.map((name) => (
          <Field label={w[name]} name={name} value={c.req.query(name) ?? null} />
        ))}
      </div>
    </details>
  );
};

export const PeriodFields = ({ c }: { c: AppContext }) => {
  const w = words(c.var.locale);
  return (
    <>
      <Field label={w.from_on} name="from_on" type="date" value={c.req.query('from_on') ?? null} />
      <Field label={w.to_on} name="to_on" type="date" value={c.req.query('to_on') ?? null} />
    </>
  );
};

export function PopulationLine({ population, locale }: { population: Population; locale: Locale }) {
  const w = words(locale);
  const n = (value: number): string => formatNumber(value, locale, Number.isInteger(value) ? 0 : 1);
  return (
    <>
      {population.waiting_units === 0 ? null : (
        <p class="problem" role="note">
          {w.waiting_units(n(population.waiting_units))}
        </p>
      )}
      <p class="note">
        {w.population(n(population.units), n(population.exposure_days), n(population.failures), population.from_on ?? w.beginning, population.to_on)}
      </p>
    </>
  );
}

/** The days the figures of a page speak of. */
export function PeriodLine({ period, locale }: { period: Period; locale: Locale }) {
  const w = words(locale);
  const { from_on, to_on } = periodDays(period);
  return <p class="note">{w.period(from_on ?? w.beginning, to_on)}</p>;
}

/** `1.23 (0.45–3.2)`, or null when unknown. */
export function withInterval(value: number | null, low: number | null, high: number | null, locale: Locale, digits = 2): Child {
  if (value === null) return null;
  const n = (x: number | null): string => (x === null ? '∞' : formatNumber(x, locale, digits));
  return (
    <>
      {n(value)} <span class="range">{`(${n(low)}–${n(high)})`}</span>
    </>
  );
}
