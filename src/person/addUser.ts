import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { AddUser } from './inputs.ts';
import { hashPassword } from './password.ts';
import type { UserRow } from './table.ts';

/** Adds a person. Throws `invalid` when the address is taken, or when a partner's user names no partner there is. */
export async function addUser(ctx: Ctx, input: AddUser): Promise<UserRow> {
  allow(ctx, 'person:admin');
  refuseWrongPartner(input);
  const password_hash = input.password === undefined ? null : await hashPassword(input.password);
  return transaction(ctx, async (ctx) => {
    const { password, ...fields } = await withPartner(ctx, input);
    const user = await ctx.db
      .insertInto('users')
      .values({ ...fields, ...fresh, id: newId(ctx.now), password_hash, created_at: ctx.now })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (user === undefined) throw invalid('email', ['This address is taken', 'このメールアドレスは登録済みです']);
    await remember(ctx, { action: 'user.added', record_kind: 'user', record_id: user.id, change: { email: user.email, role: user.role } });
    return user;
  });
}

const fresh = { single_keys: 'on', failed_sign_ins: 0, locked_until_at: null, disabled_at: null, version: 1 } as const;

/** With the id of the partner it names by id or code. Throws `invalid` when there is none: whoever belonged to it would see nothing, and nobody would know why. */
export async function withPartner<T extends { readonly partner_id?: string | null | undefined }>(ctx: Ctx, input: T): Promise<T> {
  const { partner_id: named } = input;
  if (named === null || named === undefined) return input;
  const partner = await ctx.db
    .selectFrom('partners')
    .select('id')
    .where((where) => where.or([where('id', '=', named), where('code', '=', named)]))
    .executeTakeFirst();
  if (partner === undefined) throw invalid('partner_id', ['No such partner', '該当する代理店がありません']);
  return { ...input, partner_id: partner.id };
}

/** A partner's user belongs to exactly one partner, staff to none. */
export function refuseWrongPartner(input: { role?: string | undefined; partner_id?: string | null | undefined }): void {
  if (input.role === 'partner' && !input.partner_id)
    throw invalid('partner_id', ['A partner user needs a partner', '代理店ユーザーには代理店の指定が必要です']);
  if (input.role !== undefined && input.role !== 'partner' && input.partner_id)
    throw invalid('partner_id', ['Only partner users belong to a partner', '代理店を指定できるのは代理店ユーザーのみです']);
}
