// Promises a hold took back, as a table: on the page of customers at risk and on that of a cohort.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { Table } from '../web/parts.tsx';
import type { DisplacedReservation } from './displaced.ts';
import { words } from './knownIssueWords.ts';

/** What holds took back, with a button that moves each to a unit that is not held. `base` is where the button posts, `query` the page it leads back to. */
export const DisplacedTable = ({ c, base, rows, query = '' }: { c: AppContext; base: string; query?: string; rows: readonly DisplacedReservation[] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.displaced}
      rows={rows}
      columns={[
        { head: w.serial, cell: (row) => row.serial ?? `${row.model_code} × ${row.quantity}` },
        {
          head: w.return_number,
          cell: (row) => (row.return_id === null ? w.by_hand : <a href={`/returns/${row.return_id}`}>{row.return_number}</a>),
        },
        {
          head: '',
          cell: (row) =>
            row.moved_to !== null ? (
              w.moved
            ) : may(c.var.ctx.actor, 'stock:write') ? (
              <form method="post" action={`${base}/displaced/${row.reservation_id}`}>
                <input type="hidden" name="back" value={query} />
                <button type="submit">{w.move}</button>
              </form>
            ) : (
              ''
            ),
        },
      ]}
    />
  );
};
