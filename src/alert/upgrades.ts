// Keeps the first day of each unit on each firmware, from the devices' days. The answer depends on the stored days alone, not on their order.
import { sql } from 'kysely';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';

/** Brings the first days up to date with one counted day. Call it inside the transaction of the count. */
export async function noteFirmwares(ctx: Ctx, day_on: Day): Promise<void> {
  const before = await ctx.db.selectFrom('unit_firmwares').select(['unit_id', 'firmware']).where('from_on', '=', day_on).execute();
  await ctx.db.deleteFrom('unit_firmwares').where('from_on', '=', day_on).execute();
  await sql`
    insert into unit_firmwares (unit_id, firmware, model_id, from_on)
    select distinct u.id, d.firmware, u.model_id, d.day_on
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id
    where d.day_on = ${day_on} and d.reports > 0 and d.firmware is not null and d.firmware <> ''
    on conflict (unit_id, firmware) do update set from_on = excluded.from_on where unit_firmwares.from_on > excluded.from_on`.execute(ctx.db);
  const after = await ctx.db.selectFrom('unit_firmwares').select(['unit_id', 'firmware']).where('from_on', '=', day_on).execute();
  const still = new Set(after.map(keyOf));
  for (const pair of before) if (!still.has(keyOf(pair))) await findFirstDay(ctx, pair);
}

const keyOf = (pair: { unit_id: string; firmware: string }): string => `${pair.unit_id} ${pair.firmware}`;

/** A late report can take a day away from a firmware: the next day that has it is then the first. */
async function findFirstDay(ctx: Ctx, { unit_id, firmware }: { unit_id: string; firmware: string }): Promise<void> {
  await sql`
    insert into unit_firmwares (unit_id, firmware, model_id, from_on)
    select u.id, d.firmware, u.model_id, min(d.day_on)
    from units u join devices v on v.unit_id = u.id join device_days d on d.device_no = v.device_no
    where u.id = ${unit_id} and d.firmware = ${firmware} and d.reports > 0
    group by u.id, d.firmware, u.model_id
    on conflict (unit_id, firmware) do nothing`.execute(ctx.db);
}
