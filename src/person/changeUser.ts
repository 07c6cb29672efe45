import { allow } from '../core/actor.ts';
import { sha256 } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { difference, remember } from '../history/remember.ts';
import { refuseWrongPartner, withPartner } from './addUser.ts';
import type { ChangeSelf, ChangeUser } from './inputs.ts';
import { hashPassword, isPassword } from './password.ts';
import type { UserRow } from './table.ts';

/** Changes a person's name, role or access. Throws `stale` when someone else did so in the meantime, `conflict` for locking oneself out. */
export async function changeUser(ctx: Ctx, id: string, input: ChangeUser, version?: number): Promise<UserRow> {
  allow(ctx, 'person:admin');
  if (id === ctx.actor.id && (input.disabled === true || (input.role !== undefined && input.role !== 'admin'))) {
    throw new Problem('conflict', ['You cannot take away your own access', '自分の権限は外せません']);
  }
  const { password, disabled, ...named } = input;
  const secret = password === undefined ? {} : { password_hash: await hashPassword(password), locked_until_at: null };
  return transaction(ctx, async (ctx) => {
    const before = await loadUser(ctx, id);
    const fields = await withPartner(ctx, named);
    refuseWrongPartner({ role: input.role ?? before.role, partner_id: input.partner_id === undefined ? before.partner_id : input.partner_id });
    const disabled_at = disabled === undefined ? before.disabled_at : disabled ? ctx.now : null;
    const set = { ...withoutUndefined(fields), ...secret, disabled_at };
    const after = await saveUser(ctx, before, set, version);
    if (disabled === true || password !== undefined) await ctx.db.deleteFrom('sessions').where('user_id', '=', id).execute();
    await remember(ctx, {
      action: 'user.changed',
      record_kind: 'user',
      record_id: id,
      change: { ...difference(before, { ...withoutUndefined(fields), disabled_at }), password: password !== undefined },
    });
    return after;
  });
}

/** A person's own settings. A new password ends every session but the one of the cookie `here`. Throws `invalid` when the current password is wrong. */
export async function changeSelf(ctx: Ctx, input: ChangeSelf, here?: string, version?: number): Promise<UserRow> {
  allow(ctx, 'self:write');
  const { password, ...fields } = input;
  const secret = password === undefined ? {} : { password_hash: await newPassword(ctx, password) };
  return transaction(ctx, async (ctx) => {
    const before = await loadUser(ctx, ctx.actor.id);
    const after = await saveUser(ctx, before, { ...withoutUndefined(fields), ...secret }, version);
    if (password !== undefined)
      await ctx.db
        .deleteFrom('sessions')
        .where('user_id', '=', after.id)
        .where('hash', '!=', sha256(here ?? ''))
        .execute();
    await remember(ctx, {
      action: 'user.changed',
      record_kind: 'user',
      record_id: after.id,
      change: { ...difference(before, withoutUndefined(fields)), password: password !== undefined },
    });
    return after;
  });
}

async function newPassword(ctx: Ctx, password: { current: string; next: string }): Promise<string> {
  const user = await loadUser(ctx, ctx.actor.id);
  if (!(await isPassword(password.current, user.password_hash))) {
    throw invalid('password.current', ['The current password is wrong', '現在のパスワードが違います']);
  }
  return hashPassword(password.next);
}

async function loadUser(ctx: Ctx, id: string): Promise<UserRow> {
  const user = await ctx.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  if (user === undefined) throw notFound(['User', 'ユーザー']);
  return user;
}

async function saveUser(ctx: Ctx, before: UserRow, set: Partial<UserRow>, version = before.version): Promise<UserRow> {
  const after = await ctx.db
    .updateTable('users')
    .set({ ...set, version: before.version + 1 })
    .where('id', '=', before.id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
  if (after === undefined) throw new Problem('stale', ['Someone else changed this user in the meantime', '他の人がこのユーザーを更新しました']);
  return after;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

// Keys whose value is undefined were not sent; what remains has the same types.
const withoutUndefined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
