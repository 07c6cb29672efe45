// Tables of the inquiry rate and of the lead's view.

import type { AppContext } from '../web/env.ts';
import { formatNumber, Num, Section, Table } from '../web/parts.tsx';
import type { InquiryRate } from './inquiryRate.ts';
import type { listLead } from './lead.ts';
import { words } from './words.ts';

export function InquiryRates({ c, rates, by }: { c: AppContext; rates: readonly InquiryRate[]; by: 'plan' | 'model' }) {
  const { locale } = c.var;
  const w = words(locale);
  const three = (value: number | null) => <Num value={value} digits={4} locale={locale} />;
  return (
    <Table
      c={c}
      caption={w.inquiry_rate}
      rows={rates}
      columns={[
        { head: w.month, cell: (row) => (row.elapsed < 1 ? `${row.month} ${w.so_far}` : row.month) },
        {
          head: w.group,
          cell: (row) => (row.group === null ? <strong>{w.over_all}</strong> : row.group === '' ? by === 'plan' ? w.no_contract : w.no_unit : row.group),
        },
        { head: `${w.gross} (n)`, numeric: true, cell: (row) => row.gross },
        { head: `${w.net} (n)`, numeric: true, cell: (row) => row.net },
        { head: w.active, numeric: true, cell: (row) => formatNumber(row.active, locale, 1) },
        { head: w.gross, numeric: true, cell: (row) => three(row.gross_rate) },
        { head: w.net, numeric: true, cell: (row) => three(row.net_rate) },
        {
          head: '95 %',
          numeric: true,
          cell: (row) =>
            row.ci_low === null ? (
              '—'
            ) : (
              <>
                {three(row.ci_low)}–{three(row.ci_high)}
              </>
            ),
        },
        {
          head: w.standardised,
          numeric: true,
          cell: (row) =>
            row.group === null ? (
              <>
                {three(row.standardised_rate)} ({three(row.standardised_low)}–{three(row.standardised_high)})
              </>
            ) : (
              ''
            ),
        },
      ]}
    />
  );
}

type Lead = Awaited<ReturnType<typeof listLead>>;

export function LeadView({ c, view }: { c: AppContext; view: Lead }) {
  const w = words(c.var.locale);
  return (
    <>
      <Section title={w.arrivals}>
        <Arrivals c={c} arrivals={view.arrivals} />
      </Section>
      <Load c={c} load={view.load} />
      <Section title={w.skills}>
        <Table
          c={c}
          caption={w.skills}
          rows={view.skills}
          columns={[
            { head: w.person, cell: (row) => row.name },
            { head: w.family, cell: (row) => row.family },
            { head: w.solved, numeric: true, cell: (row) => row.solved },
          ]}
        />
      </Section>
      <Section title={w.ageing}>
        <Table
          c={c}
          caption={w.ageing}
          rows={view.ageing}
          columns={[
            { head: w.ageing, cell: (row) => w.days_from(row.from_days, view.ageing.find((next) => next.from_days > row.from_days)?.from_days) },
            { head: w.open, numeric: true, cell: (row) => row.cases },
          ]}
        />
      </Section>
      <Retention c={c} view={view} />
    </>
  );
}

/** 2026-01-05 was a Monday. */
const weekdayName = (weekday: number, locale: string): string =>
  new Intl.DateTimeFormat(locale === 'ja' ? 'ja-JP' : 'en-GB', { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + weekday));

function Arrivals({ c, arrivals }: { c: AppContext; arrivals: readonly { weekday: number; hour: number; cases: number }[] }) {
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
        ...hours.map((hour) => ({ head: String(hour), numeric: true, cell: (row: (typeof rows)[number]) => (row.cells[hour] === 0 ? '·' : row.cells[hour]) })),
      ]}
    />
  );
}

function Load({ c, load }: { c: AppContext; load: Lead['load'] }) {
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
          { head: w.overdue, numeric: true, cell: (row) => row.overdue },
          { head: w.solved, numeric: true, cell: (row) => row.solved },
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
