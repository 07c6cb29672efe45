// Makers and firmwares have no list of their own to be entered from first: naming one is enough to have it. Called inside an open transaction whose verb has
// checked its permission.
import { newId } from '../core/id.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';

/** The ids of firmwares by model and code, created where they are missing. Keys of the answer: `<model_id>/<code>`. */
export async function mentionFirmwares(ctx: Ctx, named: readonly { readonly model_id: string; readonly code: string }[]): Promise<Map<string, string>> {
  const wanted = new Map(named.map(({ model_id, code }) => [`${model_id}/${code}`, { model_id, code }]));
  const known = await findFirmwares(ctx, [...new Set(named.map((one) => one.model_id))]);
  const missing = [...wanted]
    .filter(([key]) => !known.has(key))
    .map(([, one]) => ({ id: newId(ctx.now), ...one, released_on: null, created_at: ctx.now, version: 1 }));
  if (missing.length === 0) return known;
  await insertMany(ctx.db, 'firmwares', missing, 'on conflict (model_id, code) do nothing');
  await remember(
    ctx,
    ...missing.map((row) => ({ action: 'firmware.created', record_kind: 'firmware', record_id: row.id, change: { model_id: row.model_id, code: row.code } })),
  );
  return findFirmwares(ctx, [...new Set(named.map((one) => one.model_id))]);
}

/** The ids of makers by code, created where they are missing, named as their code until someone gives the name. */
export async function mentionMakers(ctx: Ctx, codes: readonly string[]): Promise<Map<string, string>> {
  const known = new Map((await ctx.db.selectFrom('makers').select(['id', 'code']).execute()).map((maker) => [maker.code, maker.id]));
  const missing = [...new Set(codes)]
    .filter((code) => !known.has(code))
    .map((code) => ({ id: newId(ctx.now), code, name: code, contact_email: null, locale: 'en' as const, created_at: ctx.now, version: 1 }));
  await insertMany(ctx.db, 'makers', missing);
  if (missing.length > 0)
    await remember(ctx, ...missing.map((row) => ({ action: 'maker.created', record_kind: 'maker', record_id: row.id, change: { code: row.code } })));
  return new Map([...known, ...missing.map((maker) => [maker.code, maker.id] as const)]);
}

const MODELS_PER_QUERY = 500;

async function findFirmwares(ctx: Ctx, model_ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < model_ids.length; start += MODELS_PER_QUERY) {
    const rows = await ctx.db
      .selectFrom('firmwares')
      .select(['id', 'model_id', 'code'])
      .where('model_id', 'in', model_ids.slice(start, start + MODELS_PER_QUERY))
      .execute();
    for (const row of rows) found.set(`${row.model_id}/${row.code}`, row.id);
  }
  return found;
}
