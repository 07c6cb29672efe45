// Tables of the inquiry rate and of the lead's view.

import type { Child } from 'hono/jsx';
import { formatNumber, weekdayName } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Num, Section, Table } from '../web/parts.tsx';
import type { InquiryRate } from './inquiryRate.ts';
import { type LeadCell, type listLead, nextAge } from './lead.ts';
import type { Days } from './queries.ts';
import { words } from './words.ts';

export function InquiryRates({ c, rates, by }: { c: AppContext; rates: readonly InquiryRate[]; by: 'plan' | 'model' }) {
  const { locale } = c.var;
  const w = words(locale);
  const rate = (value: number | null, low: number | null, high: number | null) => (
    <>
      <Num value={value} digits={4} locale={locale} />
      {low === null || high === null ? null : ` (${formatNumber(low, locale, 4)}–${formatNumber(high, locale, 4)})`}
    </>
  );
  const counted = (part: 'gross' | 'net') => (row: InquiryRate) =>
    opens(row[part], '/kpis/inquiry-rates/cases', { month: row.month, by, ...groupAsked(row.group), part });
  return (
    <Table
      c={c}
      caption={w.inquiry_rate}
      rows={rates}
      columns={[
        { head: w.month_of, cell: (row) => (row.elapsed < 1 ? `${row.month} ${w.so_far}` : row.month) },
        {
          head: w.group,
          cell: (row) => (row.group === null ? <strong>{w.over_all}</strong> : groupName(row.group, by, locale)),
        },
        { head: `${w.gross} (n)`, numeric: true, cell: counted('gross') },
        { head: `${w.net} (n)`, numeric: true, cell: counted('net') },
        { head: w.active, numeric: true, cell: (row) => formatNumber(row.active, locale, 1) },
        { head: w.gross, numeric: true, cell: (row) => rate(row.gross_rate, null, null) },
        { head: `${w.net} (95 %)`, numeric: true, cell: (row) => rate(row.net_rate, row.ci_low, row.ci_high) },
        {
          head: `${w.standardised} (95 %)`,
          numeric: true,
          cell: (row) => (row.group === null ? rate(row.standardised_rate, row.standardised_low, row.standardised_high) : ''),
        },
      ]}
    />
  );
}

/** In an address a field without a value is none: cases without plan or model have a word of their own. */
const groupAsked = (group: string | null): Record<string, string> => (group === null ? {} : group === '' ? { ungrouped: 'true' } : { group });

/** A plan or a model; cases without one have an empty group. */
export const groupName = (group: string, by: 'plan' | 'model', locale: Locale): string =>
  group !== '' ? group : by === 'plan' ? words(locale).no_contract : words(locale).no_unit;

/** A number that opens the rows it counts; nothing counted has none. */
const opens = (count: number, path: string, cell: Readonly<Record<string, string | number>>): Child =>
  count === 0 ? (
    0
  ) : (
    <a href={`${path}?${new URLSearchParams(Object.entries(cell).map(([name, value]): [string, string] => [name, String(value)]))}`}>{count}</a>
  );

type Lead = Awaited<ReturnType<typeof listLead>>;

export function LeadView({ c, view, days }: { c: AppContext; view: Lead; days: Days }) {
  const w = words(c.var.locale);
  const counted = (count: number, cell: LeadCell) => opens(count, '/kpis/desk/cases', { ...days, ...cell });
  return (
    <>
      <Section title={w.arrivals}>
        <Arrivals c={c} arrivals={view.arrivals} counted={counted} />
      </Section>
      <Load c={c} load={view.load} counted={counted} />
      <Section title={w.skills}>
        <Table
          c={c}
          caption={w.skills}
          rows={view.skills}
          columns={[
            { head: w.person, cell: (row) => row.name },
            { head: w.family, cell: (row) => row.family },
            { head: w.solved, numeric: true, cell: (row) => counted(row.solved, { part: 'skill', owner_id: row.owner_id, family: row.family }) },
          ]}
        />
      </Section>
      <Section title={w.ageing}>
        <Table
          c={c}
          caption={w.ageing}
          rows={view.ageing}
          columns={[
            { head: w.ageing, cell: (row) => w.days_from(row.from_days, nextAge(row.from_days)) },
            { head: w.open, numeric: true, cell: (row) => counted(row.cases, { part: 'age', from_days: row.from_days }) },
          ]}
        />
      </Section>
      <Retention c={c} view={view} />
    </>
  );
}

/** What a number of the lead's view counts, in words. */
export function cellName(cell: LeadCell, owner: string | undefined, locale: Locale): string {
  const w = words(locale);
  switch (cell.part) {
    case 'arrivals':
      return w.arrived_at(weekdayName(cell.weekday, locale), cell.hour);
    case 'skill':
      return `${owner ?? ''} · ${cell.family} · ${w.solved}`;
    case 'age':
      return `${w.ageing}: ${w.days_from(cell.from_days, nextAge(cell.from_days))}`;
    case 'overdue':
    case 'solved':
      return `${owner ?? ''} · ${w[cell.part]}`;
  }
}

type Counted = (count: number, cell: LeadCell) => Child;

function Arrivals({ c, arrivals, counted }: { c: AppContext; arrivals: Lead['arrivals']; counted: Counted }) {
  const w = words(c.var.locale);
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const rows = Array.from({ length: 7 }, (_, weekday) => ({
    weekday,
    cells: hours.map((hour) => arrivals.find((cell) => cell.weekday === weekday && cell.hour === hour)?.cases ?? 0),
  }));
  return (
    <Table
      c={c}
      caption={w.arrivals}
      rows={rows}
      columns={[
        { head: w.weekday, cell: (row) => weekdayName(row.weekday, c.var.locale) },
        ...hours.map((hour) => ({
          head: String(hour),
          numeric: true,
          cell: ({ weekday, cells }: (typeof rows)[number]) => {
            const cases = cells[hour] ?? 0;
            return cases === 0 ? '·' : counted(cases, { part: 'arrivals', weekday, hour });
          },
        })),
      ]}
    />
  );
}

function Load({ c, load, counted }: { c: AppContext; load: Lead['load']; counted: Counted }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.load}>
      <Table
        c={c}
        caption={w.load}
        rows={load}
        columns={[
          { head: w.person, cell: (row) => <a href={`/kpis?owner_id=${row.owner_id}`}>{row.name}</a> },
          { head: w.open, numeric: true, cell: (row) => <a href={`/cases?owner_id=${row.owner_id}&state=active`}>{row.open}</a> },
          { head: w.overdue, numeric: true, cell: (row) => counted(row.overdue, { part: 'overdue', owner_id: row.owner_id }) },
          { head: w.solved, numeric: true, cell: (row) => counted(row.solved, { part: 'solved', owner_id: row.owner_id }) },
          {
            head: w.hours,
            numeric: true,
            cell: (row) => <Num value={row.minutes_worked === null ? null : row.minutes_worked / 60} digits={1} locale={locale} />,
          },
        ]}
      />
    </Section>
  );
}

function Retention({ c, view }: { c: AppContext; view: Lead }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.retention}>
      <p>{w.retention_of(view.cancelled_with_trouble, view.cancelled)}</p>
      <Table
        c={c}
        caption={w.retention}
        rows={view.cancellations}
        columns={[
          { head: w.contract, cell: (row) => row.contract },
          { head: w.customer, cell: (row) => row.customer },
          { head: w.cancelled_on, cell: (row) => row.cancelled_on },
          { head: w.case_count, numeric: true, cell: (row) => row.cases },
          { head: w.returns, numeric: true, cell: (row) => row.returns },
        ]}
      />
    </Section>
  );
}
