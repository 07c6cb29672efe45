// Who of our people can own something, who does when nobody is named, and until when something has to happen.
import { invalid } from '../core/problem.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { UserRow } from '../person/table.ts';

/** A person of ours who can own something. Throws `invalid` for partners, the departed and unknown ids. */
export async function getStaff(ctx: Ctx, id: string, path = 'owner_id'): Promise<UserRow> {
  const user = await findStaff(ctx, id);
  if (user === undefined) throw invalid(path, ['Not an active member of staff', '在籍中の社内担当者ではありません']);
  return user;
}

export const findStaff = (ctx: Ctx, id: string): Promise<UserRow | undefined> =>
  ctx.db.selectFrom('users').selectAll().where('id', '=', id).where('partner_id', 'is', null).where('disabled_at', 'is', null).executeTakeFirst();

/** Throws `invalid` for a next date in the past. */
export function refusePast(ctx: Ctx, next_on: string): void {
  if (next_on < today(ctx)) throw invalid('next_on', ['The next date has passed', '次回日が過去の日付です']);
}

/** Who owns what the caller opens, unless it says otherwise: the caller, when a person. */
export const defaultOwner = (ctx: Ctx): string | null => (ctx.actor.kind === 'person' ? ctx.actor.id : null);

/** Staff for the choice of an owner. */
export const listStaff = (ctx: Ctx) =>
  ctx.db.selectFrom('users').select(['id', 'name', 'email', 'role']).where('partner_id', 'is', null).where('disabled_at', 'is', null).orderBy('name').execute();
