// Pages of failure rates: the ranked table with its forest plot, and the failures behind a figure.
import { may } from '../core/actor.ts';
import { formatNumber } from '../core/formats.ts';
import { withQuery } from '../web/address.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Filters, Num, PageHead, Pager, Percent, Section, Select, Table, Unknown } from '../web/parts.tsx';
import { listExposureRows } from './exposureRows.ts';
import { listFailureRates, type RateRow } from './failureRates.ts';
import { listFailureRows } from './failureRows.ts';
import { ForestPlot } from './forestPlot.tsx';
import { type SayCode, sayCodes } from './groupNames.ts';
import { type Dimension, ExposureRowsQuery, FailureRowsQuery, NOT_KNOWN, RatePageQuery } from './inputs.ts';
import { CohortFields, dimensionOptions, KindField, PeriodFields, PopulationLine, QualityTabs, withInterval } from './views.tsx';
import { words } from './words.ts';

export const ratePages = newPages();

page(ratePages, '/failure-rates', 'quality:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, RatePageQuery);
  const table = await listFailureRates(c.var.ctx, query);
  const say = await sayCodes(c.var.ctx, c.var.locale);
  return show(
    c,
    { title: w.failure_rates, nav: '/failure-rates', kind: 'wide' },
    <>
      <PageHead title={w.failure_rates} sub={w.kinds_note} />
      <QualityTabs c={c} />
      <Filters c={c}>
        <Select label={w.by} name="by" value={query.by[0]} options={dimensionOptions(c.var.locale)} />
        <Select label={w.by_second} name="by2" value={query.by[1]} options={dimensionOptions(c.var.locale)} blank="–" />
        <KindField c={c} kind={query.kind} />
        <PeriodFields c={c} />
        <Select
          label={w.standardise}
          name="standardise"
          value={query.standardise}
          options={[
            { value: 'none', label: w.standardise_none },
            { value: 'age', label: w.standardise_age },
          ]}
        />
        <CohortFields c={c} names={['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site', 'site_kind', 'failure_mode', 'component']} />
      </Filters>
      <PopulationLine population={table.population} locale={c.var.locale} />
      <ForestPlot rows={table.items} fleet={table.population.rate_per_1000_device_months} say={say} locale={c.var.locale} />
      <p class="note">{w.ranked_note}</p>
      <RateTableView c={c} by={query.by} rows={table.items} say={say} />
      <Pager c={c} next_cursor={table.next_cursor} />
    </>,
  );
});

function RateTableView({ c, by, rows, say }: { c: AppContext; by: readonly Dimension[]; rows: readonly RateRow[]; say: SayCode }) {
  const { locale } = c.var;
  const w = words(locale);
  const dimensions = Object.keys(rows[0]?.group ?? Object.fromEntries(by.map((name) => [name, null]))) as Dimension[]; // the keys of a group are dimensions
  return (
    <Table
      c={c}
      caption={w.failure_rates}
      rows={rows}
      empty={w.waiting}
      columns={[
        { head: w.rank, numeric: true, cell: (row) => (row.too_little_exposure ? <span class="greyed">{row.rank}</span> : row.rank) },
        ...dimensions.map((name) => ({ head: w[name], cell: (row: RateRow) => said(say, name, row.group[name] ?? null) ?? <Unknown locale={locale} /> })),
        { head: w.units, numeric: true, sort: 'units', cell: (row) => <a href={exposureLink(c, row)}>{formatNumber(row.units, locale)}</a> },
        {
          head: w.device_days,
          numeric: true,
          sort: 'exposure_days',
          cell: (row) => <a href={exposureLink(c, row)}>{formatNumber(row.exposure_days, locale)}</a>,
        },
        {
          head: w.failures,
          numeric: true,
          sort: 'failures',
          cell: (row) => <a href={rowsLink(c, row)}>{formatNumber(row.failures, locale, Number.isInteger(row.failures) ? 0 : 1)}</a>,
        },
        {
          head: w.rate,
          numeric: true,
          sort: 'rate_per_1000_device_months',
          cell: (row) => withInterval(row.rate_per_1000_device_months, row.ci_low, row.ci_high, locale) ?? <Unknown locale={locale} />,
        },
        {
          head: w.shrunken,
          numeric: true,
          sort: 'shrunken_p05',
          cell: (row) => withInterval(row.shrunken_rate, row.shrunken_p05, row.shrunken_p95, locale) ?? <Unknown locale={locale} />,
        },
        { head: w.afr, numeric: true, cell: (row) => <Percent value={row.afr} digits={2} locale={locale} /> },
        { head: w.confirmed, numeric: true, cell: (row) => <a href={rowsLink(c, row, 'confirmed')}>{row.confirmed}</a> },
        { head: w.imputed, numeric: true, cell: (row) => <Num value={row.imputed} digits={1} locale={locale} /> },
        { head: w.returned, numeric: true, sort: 'returned', cell: (row) => <a href={rowsLink(c, row, null)}>{row.returned}</a> },
        { head: w.nff, numeric: true, cell: (row) => <a href={rowsLink(c, row, 'nff')}>{row.nff}</a>, aside: true },
        { head: w.nff_share, numeric: true, sort: 'nff_share', cell: (row) => <Percent value={row.nff_share} locale={locale} />, aside: true },
        { head: w.untriaged, numeric: true, sort: 'untriaged', cell: (row) => <a href={rowsLink(c, row, 'untriaged')}>{row.untriaged}</a>, aside: true },
        { head: w.other, numeric: true, cell: (row) => <a href={rowsLink(c, row, 'other')}>{row.other}</a>, aside: true },
        { head: w.act, cell: (row) => <CohortLink c={c} row={row} /> },
      ]}
    />
  );
}

/** What can be done about the cohort of a row: hold, investigate, evidence. Only rows of one model are a cohort. */
function CohortLink({ c, row: { group } }: { c: AppContext; row: RateRow }) {
  const { maker, model, hw_rev, batch, firmware } = group;
  if (model == null || !may(c.var.ctx.actor, 'investigation:read')) return null;
  const parts = Object.entries({ maker, model, hw_rev, batch, firmware }).flatMap(([name, code]): [string, string][] => (code == null ? [] : [[name, code]]));
  return (
    <a class="button" href={`/cohorts?${new URLSearchParams(parts)}`}>
      {words(c.var.locale).act}
    </a>
  );
}

/** The rows a figure of this group counts; `finding` null means all that came back, undefined those of the kind shown. */
function rowsLink(c: AppContext, row: RateRow, finding?: string | null): string {
  const search = searchOf(c, row);
  if (finding === undefined) search.set('kind', c.req.query('kind') || 'confirmed');
  else if (finding !== null) search.set('finding', finding);
  return `/failure-rates/rows?${search}`;
}

const KEPT = ['from_on', 'to_on', 'age_band', 'failure_mode', 'component', 'maker', 'model', 'hw_rev', 'batch', 'firmware', 'site', 'site_kind'];

function searchOf(c: AppContext, row: RateRow): URLSearchParams {
  const search = new URLSearchParams(Object.entries(c.req.query()).filter(([name, value]) => value !== '' && KEPT.includes(name)));
  for (const [name, code] of Object.entries(row.group)) search.set(name, code ?? NOT_KNOWN);
  // A row counts its own code alone; a filter, what is below it too.
  const exact = Object.keys(row.group).filter((name) => name === 'failure_mode' || name === 'component');
  if (exact.length > 0) search.set('exact', exact.join(','));
  return search;
}

/** The stays behind a group's device-days; failure mode and component leave them whole. */
function exposureLink(c: AppContext, row: RateRow): string {
  const search = searchOf(c, row);
  search.delete('failure_mode');
  search.delete('component');
  search.delete('exact');
  return `/failure-rates/exposure?${search}`;
}

page(ratePages, '/failure-rates/exposure', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { items, next_cursor } = await listExposureRows(c.var.ctx, readQuery(c, ExposureRowsQuery));
  const say = await sayCodes(c.var.ctx, locale);
  return show(
    c,
    { title: w.exposure_rows, nav: '/failure-rates', kind: 'wide' },
    <>
      <PageHead title={w.exposure_rows} />
      <QualityTabs c={c} />
      <Section title={shownFilter(c, say)}>
        <Table
          c={c}
          caption={w.exposure_rows}
          rows={items}
          columns={[
            { head: w.serial, sort: 'serial', cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.maker, cell: (row) => row.maker },
            { head: w.model, cell: (row) => row.model },
            { head: w.hw_rev, cell: (row) => row.hw_rev ?? <Unknown locale={locale} /> },
            { head: w.batch, cell: (row) => row.batch ?? <Unknown locale={locale} /> },
            { head: w.firmware, cell: (row) => row.firmware ?? <Unknown locale={locale} /> },
            { head: w.site, cell: (row) => row.site ?? <Unknown locale={locale} /> },
            { head: w.from_on, cell: (row) => row.from_on },
            { head: w.to_on, cell: (row) => row.to_on },
            { head: w.device_days, numeric: true, cell: (row) => formatNumber(row.exposure_days, locale) },
          ]}
        />
        <Pager c={c} next_cursor={next_cursor} />
      </Section>
    </>,
  );
});

page(ratePages, '/failure-rates/rows', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const { items, next_cursor } = await listFailureRows(c.var.ctx, readQuery(c, FailureRowsQuery));
  const say = await sayCodes(c.var.ctx, locale);
  return show(
    c,
    { title: w.failure_rows, nav: '/failure-rates', kind: 'wide' },
    <>
      <PageHead title={w.failure_rows} />
      <QualityTabs c={c} />
      <Section title={shownFilter(c, say)}>
        <Table
          c={c}
          caption={w.failure_rows}
          rows={items}
          columns={[
            { head: w.serial, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.maker, cell: (row) => row.maker, aside: true },
            { head: w.model, cell: (row) => <a href={withQuery(c, { model: row.model, cursor: null })}>{row.model}</a> },
            { head: w.hw_rev, cell: (row) => row.hw_rev ?? <Unknown locale={locale} />, aside: true },
            { head: w.batch, cell: (row) => row.batch ?? <Unknown locale={locale} /> },
            { head: w.firmware, cell: (row) => row.firmware ?? <Unknown locale={locale} /> },
            { head: w.site, cell: (row) => row.site ?? <Unknown locale={locale} /> },
            { head: w.failed_on, sort: 'failed_on', cell: (row) => row.failed_on },
            { head: w.age_days, numeric: true, cell: (row) => <Num value={row.age_days} locale={locale} /> },
            { head: w.finding, cell: (row) => w[row.finding] },
            { head: w.failure_mode, cell: (row) => said(say, 'failure_mode', row.failure_mode) ?? <Unknown locale={locale} /> },
            { head: w.component, cell: (row) => said(say, 'component', row.component) ?? <Unknown locale={locale} />, aside: true },
            { head: w.return_no, cell: (row) => <a href={`/returns/${row.return_id}`}>{row.return_number}</a> },
          ]}
        />
        <Pager c={c} next_cursor={next_cursor} />
      </Section>
    </>,
  );
});

const said = (say: SayCode, dimension: string, code: string | null): string | null => (code === null ? null : say(dimension, code));

/** The filters of the address as a person reads them. */
function shownFilter(c: AppContext, say: SayCode): string {
  const texts: Readonly<Record<string, unknown>> = words(c.var.locale);
  const word = (name: string): string => (typeof texts[name] === 'string' ? texts[name] : name);
  const saidOf = (name: string, value: string): string => {
    if (name === 'kind' || name === 'finding') return word(value);
    return value === NOT_KNOWN ? word('not_known') : say(name, value);
  };
  const shown = Object.entries(c.req.query()).filter(([name, value]) => value !== '' && !FRAME.has(name));
  return shown.map(([name, value]) => `${word(name)} ${saidOf(name, value)}`).join(' · ') || word('returned');
}

const FRAME = new Set(['limit', 'cursor', 'sort', 'lang', 'hide', 'format', 'table', 'exact']);
