// A command to a device: a row now, sent by the ingester when the device is there.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { CommandDevice } from './inputs.ts';
import type { DeviceCommandRow } from './table.ts';

export async function commandDevice(ctx: Ctx, device_id: string, input: CommandDevice): Promise<DeviceCommandRow> {
  allow(ctx, 'device:command');
  if (input.name === 'resend' && input.to_seq < input.from_seq)
    throw invalid('to_seq', ['to_seq must not be less than from_seq', 'to_seq は from_seq 以上にしてください']);
  return transaction(ctx, async (ctx) => {
    const device = await ctx.db.selectFrom('devices').select('device_no').where('device_id', '=', device_id).executeTakeFirst();
    if (device === undefined) throw notFound(['Device', 'デバイス']);
    const { name, ...details } = input;
    const row: DeviceCommandRow = {
      id: `c-${newId(ctx.now)}`,
      device_id,
      name,
      arguments: Object.keys(details).length === 0 ? null : JSON.stringify(details),
      created_by: ctx.actor.name,
      created_at: ctx.now,
      sent_at: null,
      replied_at: null,
      reply: null,
    };
    await ctx.db.insertInto('device_commands').values(row).execute();
    await remember(ctx, { action: 'device.commanded', record_kind: 'device', record_id: device_id, change: { ...input, command_id: row.id } });
    return row;
  });
}
