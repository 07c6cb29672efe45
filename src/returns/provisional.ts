// A unit nobody registered: it gets a provisional record so that it can be received, and is merged once somebody knows what it is.
import { createMaker, createModel } from '../catalog/write.ts';
import { systemActor } from '../core/actor.ts';
import { cleanIdentifier, identifierKey } from '../core/identifier.ts';
import { invalid } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { createUnit } from '../unit/createUnit.ts';
import { NewUnit } from '../unit/inputs.ts';
import { getUnit, type UnitView } from '../unit/queries.ts';
import type { ReceiveUnit } from './inputs.ts';
import { waitForTurn } from './turn.ts';

/** Code of the maker and the model of what nobody could tell yet. */
export const UNKNOWN = 'UNKNOWN';

/** Enters what was scanned as a provisional unit, of the model the person named or of the unknown one. */
export async function createProvisionalUnit(ctx: Ctx, scanned: ReceiveUnit): Promise<UnitView> {
  if (identifierKey(scanned.scan) === '') throw invalid('scan', ['Nothing readable was scanned', 'スキャン内容を読み取れません']);
  if (scanned.model_code === undefined) await ensureUnknownModel(ctx);
  const named =
    scanned.model_code === undefined ? { model_code: UNKNOWN, maker_code: UNKNOWN } : { model_code: scanned.model_code, maker_code: scanned.maker_code };
  const input = NewUnit.safeParse({ ...named, serial: cleanIdentifier(scanned.scan), identity: 'provisional' });
  if (!input.success) throw invalid('scan', ['This is not a serial number', 'シリアル番号として読み取れません']);
  return getUnit(ctx, (await createUnit(ctx, input.data)).id);
}

async function ensureUnknownModel(ctx: Ctx): Promise<void> {
  await waitForTurn(ctx, UNKNOWN);
  const known = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select('models.id')
    .where('models.code', '=', UNKNOWN)
    .where('makers.code', '=', UNKNOWN)
    .executeTakeFirst();
  if (known !== undefined) return;
  const writer = { ...ctx, actor: systemActor('receiving') };
  await createMaker(writer, { code: UNKNOWN, name: '不明 Unknown' });
  await createModel(writer, { maker_code: UNKNOWN, code: UNKNOWN, name: '機種不明 Unknown model' });
}
