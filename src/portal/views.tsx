// The tables of the portal.
import { StateBadge } from '../case/listPage.tsx';
import type { listCases } from '../case/queries.ts';
import { speak } from '../core/words.ts';
import type { listNotices } from '../notice/queries.ts';
import { returnStateLabels, typeLabels } from '../returns/words.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Table } from '../web/parts.tsx';
import type { returnsOf } from './queries.ts';
import { words } from './words.ts';

export const CaseTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listCases>>['items'] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.cases}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/portal/cases/${row.id}`}>{row.number}</a> },
        { head: w.subject, cell: (row) => row.subject },
        { head: w.customer, cell: (row) => row.customer_name ?? '—' },
        { head: w.state, cell: (row) => <StateBadge c={c} row={row} /> },
        { head: w.opened, cell: (row) => <Age c={c} at={row.opened_at} /> },
      ]}
    />
  );
};

export const ReturnTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof returnsOf>> }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.returns}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/returns/${row.id}`}>{row.number}</a> },
        { head: w.kind, cell: (row) => speak(typeLabels[row.type], c.var.locale) },
        { head: w.state, cell: (row) => speak(returnStateLabels[row.state], c.var.locale) },
        { head: w.filed, cell: (row) => row.filed_on },
      ]}
    />
  );
};

export const NoticeTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listNotices>>['items'] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.notices}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/portal/notices/${row.id}`}>{row.number}</a> },
        { head: w.subject, cell: (row) => (c.var.locale === 'ja' ? row.subject_ja : row.subject_en) },
        { head: w.sent, cell: (row) => (row.sent_at === null ? '—' : <Age c={c} at={row.sent_at} />) },
      ]}
    />
  );
};
