// Every invariant of the domain, asked of a store after each step of the random work.
import { sql } from 'kysely';
import type { Ctx } from '../../src/db/ctx.ts';
import { freeQuantity, goodUnits, heldUnit, reservedUnit } from '../../src/stock/free.ts';
import { listLevels } from '../../src/stock/levels.ts';

/** Every invariant of the domain that the store can be asked about, in one question; what does not hold, by its number. */
export async function brokenInvariants(ctx: Ctx): Promise<{ name: string; id: string }[]> {
  const { rows } = await sql<{ name: string; id: string }>`
    select '1 a unit is where its last move took it' as name, p.unit_id as id from unit_places p join stock_moves m on m.id = p.move_id
      where m.to_location <> p.location or m.to_condition <> p.condition or exists (select 1 from stock_moves later where later.unit_id = p.unit_id and later.id > m.id)
    union all select '2 a balance is the sum of its moves', b.model_id from stock_balances b
      where b.quantity <> (select coalesce(sum(case when m.to_location = b.location and m.to_condition = b.condition then m.quantity else 0 end
        - case when m.from_location = b.location and coalesce(m.from_condition, m.to_condition) = b.condition then m.quantity else 0 end), 0) from stock_moves m where m.model_id = b.model_id)
    union all select '4 a promise is of good stock', r.id from stock_reservations r join unit_places p on p.unit_id = r.unit_id
      where r.state = 'active' and (p.location <> 'good_stock' or p.condition not in ('new', 'verified', 'refurbished'))
    union all select '4 nothing held is promised', r.id from stock_reservations r join units u on u.id = r.unit_id join stock_holds h on h.model_id = u.model_id and h.state = 'active' and h.hw_rev = u.hw_rev where r.state = 'active'
    union all select '4 a unit is promised once', unit_id from stock_reservations where state = 'active' and unit_id is not null group by unit_id having count(*) > 1
    union all select '5 one open return per unit', unit_id from return_units where state in ('expected', 'received', 'inspecting', 'dispositioned') group by unit_id having count(*) > 1
    union all select '6 a closed return has every unit decided', r.id from returns r join return_units u on u.return_id = r.id
      where r.state = 'closed' and u.state <> 'cancelled' and (u.state not in ('resolved', 'written_off') or u.disposition is null)
    union all select '6 a closed return has every shipment ended', r.id from returns r join outbound_legs l on l.return_id = r.id where r.state = 'closed' and l.state not in ('delivered', 'cancelled')
    union all select '7 good stock is inspected and erased since its last receipt', p.unit_id from unit_places p join return_units r on r.unit_id = p.unit_id
      where p.location = 'good_stock' and r.received_at = (select max(received_at) from return_units where unit_id = p.unit_id)
        and (r.footage_erased_at is null or not exists (select 1 from inspections i where i.return_unit_id = r.id and i.result = 'pass' and i.finished_at >= r.received_at))
    union all select '11 scrap and write-off have two people', d.id from dispositions d join return_units u on u.id = d.return_unit_id join returns r on r.id = u.return_id
      where d.state = 'posted' and r.type <> 'no_return_needed' and d.disposition in ('scrap', 'not_returned') and (d.approved_by is null or d.approved_by = d.requested_by)
    union all select '11 a write-off of stock has two people', id from stock_write_offs where state in ('posted', 'reversed') and (approved_by is null or approved_by = requested_by)
    union all select '1 what carries no serial is never less than nothing', b.model_id from stock_balances b
      where b.location in ('receiving', 'quarantine', 'bench', 'good_stock', 'defect_stock', 'repair') and b.quantity < (select count(*) from unit_places p join units u on u.id = p.unit_id
        where u.model_id = b.model_id and p.location = b.location and p.condition = b.condition)
    union all select '4 no more is promised than is good', r.model_id from stock_reservations r where r.state = 'active' group by r.model_id
      having sum(r.quantity - r.shipped_quantity) > (select coalesce(sum(quantity), 0) from stock_balances b where b.model_id = r.model_id and b.location = 'good_stock' and b.condition in ('new', 'verified', 'refurbished'))
    union all select '1 a unit merged away is nowhere', p.unit_id from unit_places p join units u on u.id = p.unit_id where u.merged_into_id is not null and p.location <> 'adjustment'
    union all select 'a posted disposition has its move', id from dispositions where state = 'posted' and move_id is null`.execute(ctx.db);
  return [...rows, ...(await wrongLevels(ctx))];
}

/** Available = good − reserved − held on the page and in the API is what could really be promised: the free units and the free spares. */
async function wrongLevels(ctx: Ctx): Promise<{ name: string; id: string }[]> {
  const wrong = [];
  for (const level of (await listLevels(ctx, { limit: 10 })).items) {
    const units = await goodUnits(ctx, level.model_id)
      .select((of) => of.fn.countAll<number>().as('free'))
      .where((of) => of.not(heldUnit(of)))
      .where((of) => of.not(reservedUnit(of)))
      .executeTakeFirstOrThrow();
    const free = units.free + (await freeQuantity(ctx, level.model_id));
    if (level.available !== free) wrong.push({ name: `4 available is what is free: ${level.available} is said, ${free} are`, id: level.model_id });
  }
  return wrong;
}
