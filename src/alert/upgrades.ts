// Keeps the first day of each unit on each firmware, from the devices' days. The answer depends on the stored days alone, not on their order.
import { sql } from 'kysely';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { firmwareKey, type ReadDay } from './readDay.ts';
import { writeInTurns } from './replaceDay.ts';

/** Brings the first days up to date with one counted day. */
export async function noteFirmwares(ctx: Ctx, day_on: Day, { firmwares, reported }: Pick<ReadDay, 'firmwares' | 'reported'>): Promise<void> {
  const before = await ctx.db.selectFrom('unit_firmwares').select(['unit_id', 'firmware']).where('from_on', '=', day_on).execute();
  await writeInTurns(ctx, firmwares, (ctx, some) =>
    insertMany(
      ctx.db,
      'unit_firmwares',
      some,
      'on conflict (unit_id, firmware) do update set from_on = excluded.from_on where unit_firmwares.from_on > excluded.from_on',
    ),
  );
  await writeInTurns(
    ctx,
    before.filter((pair) => !reported.has(firmwareKey(pair))),
    async (ctx, some) => {
      for (const pair of some) await findFirstDay(ctx, pair);
    },
  );
}

/** A late report can take a day away from a firmware: the next day that has it is then the first. */
async function findFirstDay(ctx: Ctx, { unit_id, firmware }: { unit_id: string; firmware: string }): Promise<void> {
  await ctx.db.deleteFrom('unit_firmwares').where('unit_id', '=', unit_id).where('firmware', '=', firmware).execute();
  await sql`
    insert into unit_firmwares (unit_id, firmware, model_id, from_on)
    select u.id, d.firmware, u.model_id, min(d.day_on)
    from units u join devices v on v.unit_id = u.id join device_days d on d.device_no = v.device_no
    where u.id = ${unit_id} and d.firmware = ${firmware} and d.reports > 0
    group by u.id, d.firmware, u.model_id
    on conflict (unit_id, firmware) do nothing`.execute(ctx.db);
}
