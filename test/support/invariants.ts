// The invariants of the domain asked of a whole SQLite store from outside, in SQL of their own: what breaks one is listed under its number.
import Sqlite from 'better-sqlite3';

/** Each query lists what breaks the invariant; none, ever. */
const BROKEN: Readonly<Record<string, string>> = {
  '1 a unit is in exactly one place, the destination of its last move': `
    select units.id from units left join unit_places p on p.unit_id = units.id
    left join stock_moves last on last.id = (select max(id) from stock_moves where unit_id = units.id)
    where units.merged_into_id is null and units.removed_at is null
      and (p.unit_id is null or last.id is null or p.move_id <> last.id or p.location <> last.to_location or p.condition <> last.to_condition)`,
  '2 every balance is the sum of its moves': `
    select model_id, location, condition, sum(quantity) as off from (
      select model_id, to_location as location, to_condition as condition, quantity from stock_moves
      union all select model_id, from_location, coalesce(from_condition, to_condition), -quantity from stock_moves
      union all select model_id, location, condition, -quantity from stock_balances)
    group by model_id, location, condition having sum(quantity) <> 0`,
  '4 promises are covered by good stock, and a unit has at most one': `
    select model_id, null as unit_id from stock_reservations r where state = 'active' group by model_id
      having sum(quantity - shipped_quantity) > (select coalesce(sum(quantity), 0) from stock_balances b where b.model_id = r.model_id and b.location = 'good_stock')
    union all select null, unit_id from stock_reservations where state = 'active' and unit_id is not null group by unit_id having count(*) > 1
    union all select null, r.unit_id from stock_reservations r join unit_places p on p.unit_id = r.unit_id where r.state = 'active' and p.location <> 'good_stock'`,
  '5 a unit has at most one open return unit': `
    select unit_id from return_units where state in ('expected', 'received', 'inspecting', 'dispositioned') group by unit_id having count(*) > 1`,
  '6 a closed return has a posted disposition for every unit and no outbound leg under way': `
    select returns.id from returns join return_units u on u.return_id = returns.id where returns.state = 'closed' and u.state not in ('cancelled', 'written_off')
      and (u.state <> 'resolved' or (returns.origin <> 'import' and not exists (select 1 from dispositions d where d.return_unit_id = u.id and d.state in ('posted', 'done'))))
    union all select returns.id from returns join outbound_legs l on l.return_id = returns.id where returns.state = 'closed' and l.state not in ('delivered', 'cancelled')`,
  '7 a returned unit enters good stock only after a passing inspection since its receipt, its footage erased': `
    select m.id from stock_moves m join return_units u on u.id = (
      select max(id) from return_units where unit_id = m.unit_id and received_at <= m.at and exists (select 1 from returns where returns.id = return_id and origin <> 'import'))
    where m.to_location = 'good_stock' and m.reverses_id is null
      and (u.footage_erased_at is null or not exists (
        select 1 from inspections i where i.return_unit_id = u.id and i.state = 'done' and i.result = 'pass' and i.finished_at between u.received_at and m.at))`,
  '8 every write to a return or to stock is remembered with who did it': `
    select r.id from returns r where not exists (select 1 from history h where h.record_id = r.id and h.actor_name <> '')
      and not exists (select 1 from import_changes c where c.record_id = r.id)
    union all select i.id from inspections i where i.state = 'done' and not exists (select 1 from history h where h.record_id in (i.id, i.return_unit_id) and h.at = i.finished_at)`,
  '9 claim lines are distinct units, settled within accepted within claimed': `
    select claim_id from claim_lines group by claim_id, unit_id having count(*) > 1
    union all select claim_id from claim_lines where settled_minor > accepted_minor or accepted_minor > claimed_minor`,
  '10 a closed investigation has both causes, every action done and its evidence': `
    select i.id from investigations i where i.state = 'closed' and (i.evidence_id is null
      or (select count(distinct branch) from investigation_causes c where c.investigation_id = i.id and c.state = 'confirmed') < 2)`,
  '11 scrap and write-off had a second person': `
    select id from dispositions where state in ('posted', 'done') and disposition = 'scrap' and (approved_by is null or approved_by = requested_by)
    union all select id from return_units where state = 'written_off' and (write_off_approved_by is null or write_off_approved_by = write_off_requested_by)
    union all select id from stock_write_offs where state = 'posted' and (approved_by is null or approved_by = requested_by)`,
  '12 a confirmed failure counts once, under the firmware the unit had when it failed': `
    select f.return_unit_id from quality_failures f join quality_cohorts c on c.id = f.cohort_id
      join firmware_intervals i on i.unit_id = f.unit_id and date(f.failed_day * 86400, 'unixepoch') >= i.from_on and (i.to_on is null or date(f.failed_day * 86400, 'unixepoch') < i.to_on)
      where f.finding = 'confirmed' and c.firmware_id <> i.firmware_id
    union all select u.id from return_units u join quality_failures f on f.return_unit_id = u.id where (u.verdict = 'confirmed') <> (f.finding = 'confirmed')
      and not exists (select 1 from quality_dirty d where d.unit_id = u.unit_id)`,
};

const APPEND_ONLY = ['stock_moves', 'history', 'telemetry_events'] as const;

/** Invariant → what breaks it (at most ten). Reads one state of a store that may be running, and leaves it as it is. */
export function brokenInvariants(file: string): Record<string, unknown[]> {
  const store = new Sqlite(file, { timeout: 10_000 });
  try {
    store.exec('begin immediate');
    const found: [string, unknown[]][] = Object.entries(BROKEN).map(([name, query]) => [name, store.prepare(`select * from (${query}) limit 10`).all()]);
    for (const table of APPEND_ONLY) found.push([`3 ${table} is never changed or removed`, changesOf(store, table)]);
    store.exec('rollback');
    return Object.fromEntries(found.filter(([, rows]) => rows.length > 0));
  } finally {
    store.close();
  }
}

/** What the table let happen to its first row; nothing, and a table without rows shows nothing. */
function changesOf(store: Sqlite.Database, table: string): string[] {
  const let_happen = (statement: string): boolean => {
    try {
      return store.prepare(statement).run().changes > 0;
    } catch {
      return false;
    }
  };
  const key = `rowid = (select min(rowid) from ${table})`;
  return [`update ${table} set rowid = rowid where ${key}`, `delete from ${table} where ${key}`].filter(let_happen);
}

/** Rows of the tables the invariants speak of: an empty store keeps every promise. */
export function rowsOf(file: string, tables: readonly string[]): Record<string, number> {
  const store = new Sqlite(file, { readonly: true });
  try {
    return Object.fromEntries(tables.map((table) => [table, Number(store.prepare(`select count(*) from ${table}`).pluck().get())]));
  } finally {
    store.close();
  }
}
