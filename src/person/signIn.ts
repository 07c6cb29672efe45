// Signing in and out. Repeated failures lock the account for a while; the answer never tells whether the address exists.
import { newSecret, sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { SignIn } from './inputs.ts';
import { isPassword } from './password.ts';
import type { UserRow } from './table.ts';

export const SESSION_MS = 14 * DAY_MS;
/** After this many failures in a row the account is locked. */
const FAILURES_ALLOWED = 5;
const LOCK_MS = 5 * MINUTE_MS;

/** Returns the value of the session cookie. Throws `unauthenticated`, or `throttled` while the account is locked. */
export async function signIn(ctx: Ctx, input: SignIn): Promise<string> {
  const user = await ctx.db.selectFrom('users').selectAll().where('email', '=', input.email).where('disabled_at', 'is', null).executeTakeFirst();
  if (user !== undefined && user.locked_until_at !== null && user.locked_until_at > ctx.now) {
    throw new Problem('throttled', ['Too many failed sign-ins. Wait a few minutes.', 'サインインの失敗が続いたため、数分お待ちください'], {
      retry_after_s: Math.ceil((user.locked_until_at - ctx.now) / 1000),
    });
  }
  const right = await isPassword(input.password, user?.password_hash ?? null);
  if (user === undefined) throw wrong();
  if (!right) {
    await countFailure(ctx, user);
    throw wrong();
  }
  return openSession(ctx, user);
}

export async function signOut(ctx: Ctx, cookie: string): Promise<void> {
  await ctx.db.deleteFrom('sessions').where('hash', '=', sha256(cookie)).execute();
}

const wrong = (): Problem => new Problem('unauthenticated', ['Wrong address or password', 'メールアドレスまたはパスワードが違います']);

async function countFailure(ctx: Ctx, user: UserRow): Promise<void> {
  const failures = user.failed_sign_ins + 1;
  await ctx.db
    .updateTable('users')
    .where('id', '=', user.id)
    .set((set) => ({ failed_sign_ins: set('failed_sign_ins', '+', 1), locked_until_at: failures >= FAILURES_ALLOWED ? ctx.now + LOCK_MS : null }))
    .execute();
}

async function openSession(ctx: Ctx, user: UserRow): Promise<string> {
  const cookie = newSecret();
  await transaction(ctx, async (ctx) => {
    await ctx.db.updateTable('users').set({ failed_sign_ins: 0, locked_until_at: null }).where('id', '=', user.id).execute();
    await ctx.db
      .insertInto('sessions')
      .values({ hash: sha256(cookie), user_id: user.id, created_at: ctx.now, seen_at: ctx.now, expires_at: ctx.now + SESSION_MS })
      .execute();
    await remember(ctx, { action: 'user.signed_in', record_kind: 'user', record_id: user.id });
  });
  return cookie;
}
