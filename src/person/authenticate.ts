// Who is calling: a bearer token, a session cookie, or nobody.
import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../core/actor.ts';
import { sha256 } from '../core/id.ts';
import type { Permission } from '../core/permission.ts';
import { Problem } from '../core/problem.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Locale } from '../core/words.ts';
import type { Db } from '../db/open.ts';

/** `last_used_at` and `seen_at` are written at most this often. */
const TOUCH_EVERY_MS = MINUTE_MS;

/** May do nothing: scopes are empty. */
export const anonymous = (locale: Locale): Actor => ({
  kind: 'system',
  id: 'anonymous',
  name: 'anonymous',
  role: 'partner',
  scopes: [],
  partner_id: '',
  locale,
});

/** The actor of `Authorization: Bearer kz_<id>_<secret>`. Throws `unauthenticated` for any token that is not valid now. */
export async function actorOfToken(db: Db, bearer: string, now: number, locale: Locale): Promise<Actor> {
  const match = /^kz_([0-9A-Z]{26})_([A-Za-z0-9_-]{20,100})$/.exec(bearer);
  const token =
    match === null
      ? undefined
      : await db
          .selectFrom('tokens')
          .selectAll()
          .where('id', '=', match[1] ?? '')
          .executeTakeFirst();
  if (
    token === undefined ||
    !sameHash(sha256(match?.[2] ?? ''), token.secret_hash) ||
    token.revoked_at !== null ||
    (token.expires_at !== null && token.expires_at <= now)
  ) {
    throw new Problem('unauthenticated', ['The token is not valid', 'トークンが無効です']);
  }
  if (token.last_used_at === null || now - token.last_used_at > TOUCH_EVERY_MS) {
    touch(token.id, () => db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', token.id).execute());
  }
  // Written by addToken from the list of permissions.
  const scopes = token.scopes === null ? null : (JSON.parse(token.scopes) as Permission[]);
  return { kind: 'token', id: token.id, name: token.name, role: token.role, scopes, partner_id: token.partner_id, locale };
}

/** The actor of a session cookie and whether single-key shortcuts are on, or null when the session has ended. */
export async function actorOfSession(db: Db, cookie: string, now: number): Promise<{ actor: Actor; singleKeys: boolean } | null> {
  const hash = sha256(cookie);
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.name', 'users.role', 'users.partner_id', 'users.locale', 'users.single_keys', 'sessions.seen_at'])
    .where('sessions.hash', '=', hash)
    .where('sessions.expires_at', '>', now)
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (now - row.seen_at > TOUCH_EVERY_MS) touch(hash, () => db.updateTable('sessions').set({ seen_at: now }).where('hash', '=', hash).execute());
  const actor = { kind: 'person', id: row.id, name: row.name, role: row.role, scopes: null, partner_id: row.partner_id, locale: row.locale } as const;
  return { actor, singleKeys: row.single_keys === 'on' };
}

const underway = new Set<string>();

/** Written beside the answer, not before it: a reader must not wait for a store that another process has locked. */
function touch(id: string, write: () => Promise<unknown>): void {
  if (underway.has(id)) return;
  underway.add(id);
  void write()
    .catch(() => undefined)
    .finally(() => underway.delete(id));
}

const sameHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
