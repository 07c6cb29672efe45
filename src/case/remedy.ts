// Remedies from the case: a command to the camera before anything is sent, and the advance replacement when nothing else helps.
import { allow, staffOnly } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { fileReturn } from '../returns/file.ts';
import { requestOutbound } from '../returns/outbound.ts';
import { commandDevice } from '../telemetry/commandDevice.ts';
import type { CommandUnit } from './inputs.ts';
import { refuseAside } from './owner.ts';
import { listCaseUnits } from './queries.ts';
import { changeCase } from './record.ts';
import type { CaseRow } from './table.ts';

/** Sends diagnose or restart to a unit of the case; the reply appears in its timeline. Throws `conflict` for a unit that never reported. */
export const commandUnit = (ctx: Ctx, id: string, input: CommandUnit): Promise<CaseRow> =>
  changeCase(ctx, id, undefined, async (row, ctx) => {
    refuseAside(row);
    await refuseForeignUnit(ctx, row, input.unit_id);
    const device = await ctx.db.selectFrom('devices').select('device_id').where('unit_id', '=', input.unit_id).executeTakeFirst();
    if (device === undefined)
      throw new Problem('conflict', ['The unit has never reported: there is nobody to ask', '通信実績のない個体のため、コマンドを送信できません'], {
        blocking: `/api/v1/units/${input.unit_id}`,
      });
    const command = await commandDevice(ctx, device.device_id, { name: input.command });
    await ctx.db.insertInto('case_commands').values({ case_id: row.id, command_id: command.id, created_at: ctx.now }).execute();
    return [{ kind: 'command_sent', facts: { unit_id: input.unit_id, command_id: command.id, command: input.command } }];
  });

/** Files an authorised advance replacement for a unit of the case and asks for its replacement; reserving it is up to the stock. Returns the return's id. */
export async function openAdvanceReplacement(ctx: Ctx, id: string, unit_id: string): Promise<{ return_id: string; number: string }> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    let filed = { return_id: '', number: '' };
    await changeCase(ctx, id, undefined, async (row, ctx) => {
      refuseAside(row);
      await refuseForeignUnit(ctx, row, unit_id);
      const found = await fileReturn(ctx, {
        type: 'advance_replacement',
        authorised: true,
        case_id: row.id,
        customer_id: row.customer_id,
        note: `${row.number} ${row.subject}`,
        units: [{ unit_id, reported_text: row.subject }],
      });
      const unit = await ctx.db.selectFrom('return_units').select('id').where('return_id', '=', found.id).executeTakeFirstOrThrow();
      await requestOutbound(ctx, found.id, { return_unit_id: unit.id, reserve: false });
      filed = { return_id: found.id, number: found.number };
      return [{ kind: 'return_opened', facts: { unit_id, return_id: found.id } }];
    });
    return filed;
  });
}

export interface CaseCommand {
  readonly id: string;
  readonly name: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly replied_at: number | null;
  readonly reply: string | null;
}

export const listCommands = (ctx: Ctx, case_id: string): Promise<CaseCommand[]> =>
  ctx.db
    .selectFrom('case_commands')
    .innerJoin('device_commands', 'device_commands.id', 'case_commands.command_id')
    .select([
      'device_commands.id',
      'device_commands.name',
      'device_commands.created_by',
      'device_commands.created_at',
      'device_commands.sent_at',
      'device_commands.replied_at',
      'device_commands.reply',
    ])
    .where('case_commands.case_id', '=', case_id)
    .orderBy('device_commands.created_at')
    .execute();

async function refuseForeignUnit(ctx: Ctx, row: CaseRow, unit_id: string): Promise<void> {
  if (!(await listCaseUnits(ctx, row.id)).some((unit) => unit.id === unit_id))
    throw new Problem('conflict', ['Link the unit to the case first', '先に個体を問い合わせに紐付けてください'], { blocking: `/api/v1/cases/${row.id}` });
}
