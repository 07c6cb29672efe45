// Signing in and out. Repeated failures lock the account for a while; the answer never tells whether the address exists.
import { newSecret, sha256 } from '../core/id.ts';
import { setNewest } from '../core/newest.ts';
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
  const locked_until_at = user === undefined ? (strangers.get(input.email)?.locked_until_at ?? null) : user.locked_until_at;
  if (locked_until_at !== null && locked_until_at > ctx.now) {
    throw new Problem('throttled', ['Too many failed sign-ins. Wait a few minutes.', 'サインインの失敗が続いたため、数分お待ちください'], {
      retry_after_s: Math.ceil((locked_until_at - ctx.now) / 1000),
    });
  }
  const right = await isPassword(input.password, user?.password_hash ?? null);
  if (user !== undefined && right) return openSession(ctx, user);
  if (user === undefined) countStranger(ctx, input.email);
  else await countFailure(ctx, user);
  throw wrong();
}

/** Addresses nobody has are locked like those of people, or the lock would tell them apart. The oldest is forgotten first, and all at a restart. */
const strangers = new Map<string, { readonly failures: number; readonly locked_until_at: number | null }>();
const STRANGERS_KEPT = 10_000;

function countStranger(ctx: Ctx, email: string): void {
  const failures = (strangers.get(email)?.failures ?? 0) + 1;
  setNewest(strangers, email, { failures, locked_until_at: failures >= FAILURES_ALLOWED ? ctx.now + LOCK_MS : null }, STRANGERS_KEPT);
}

export async function signOut(ctx: Ctx, cookie: string): Promise<void> {
  await ctx.db.deleteFrom('sessions').where('hash', '=', sha256(cookie)).execute();
}

const wrong = (): Problem => new Problem('unauthenticated', ['Wrong address or password', 'メールアドレスまたはパスワードが違います']);

async function countFailure(ctx: Ctx, user: UserRow): Promise<void> {
  // Counted in the store: guesses that come all at once are counted each.
  await ctx.db
    .updateTable('users')
    .where('id', '=', user.id)
    .set((set) => ({
      failed_sign_ins: set('failed_sign_ins', '+', 1),
      locked_until_at: set
        .case()
        .when('failed_sign_ins', '>=', FAILURES_ALLOWED - 1)
        .then(ctx.now + LOCK_MS)
        .else(null)
        .end(),
    }))
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
    const { id, name, role, partner_id, locale } = user;
    const actor = { kind: 'person', id, name, role, scopes: null, partner_id, locale } as const;
    await remember({ ...ctx, actor }, { action: 'user.signed_in', record_kind: 'user', record_id: id });
  });
  return cookie;
}
