// The whole application over a test store, called as a program or a person would: no socket, no mock.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecret, sha256 } from '../../src/core/id.ts';
import { openLog } from '../../src/core/log.ts';
import type { Permission, Role } from '../../src/core/permission.ts';
import type { Locale } from '../../src/core/words.ts';
import type { Store } from '../../src/db/open.ts';
import { createApp } from '../../src/http/app.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { SESSION_MS } from '../../src/person/signIn.ts';
import { addToken } from '../../src/person/tokens.ts';
import { NOW, testCtx } from './eachDb.ts';

export interface Caller {
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  delete(path: string, headers?: Record<string, string>): Promise<Response>;
  /** POST of an HTML form. */
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

/** The application at NOW (or at `clock.now`, which may be moved on). */
export const testApp = (store: Store, clock: { now: number } = { now: NOW }, public_url?: string) =>
  createApp({ store, now: () => clock.now, zone: 'Asia/Tokyo', public_url, log: openLog('silent'), data_dir: mkdtempSync(join(tmpdir(), 'kizashi-files-')) });

/** Calls `app` with a fresh token of `role`. */
export async function callerWith(
  app: ReturnType<typeof testApp>,
  store: Store,
  role: Role,
  options: { partner_id?: string; scopes?: Permission[] } = {},
): Promise<Caller> {
  const { token } = await addToken(testCtx(store), {
    name: `test ${role}`,
    role,
    partner_id: options.partner_id ?? null,
    scopes: options.scopes ?? null,
    expires_at: null,
  });
  return callerOf(app, { Authorization: `Bearer ${token}`, 'Accept-Language': 'en' });
}

interface NewPerson {
  readonly email: string;
  readonly role: Role;
  readonly locale?: Locale;
  readonly partner_id?: string | null | undefined;
  readonly now?: number;
}

/** The cookie of a new person without a password: hashing one takes a quarter of a second, and only the test of signing in needs it. */
export async function openSession(store: Store, { now = NOW, email, role, locale = 'en', partner_id = null }: NewPerson): Promise<string> {
  const { id } = await addUser(testCtx(store, { now }), AddUser.parse({ email, name: email, role, locale, partner_id }));
  const cookie = newSecret();
  await store.db
    .insertInto('sessions')
    .values({ hash: sha256(cookie), user_id: id, created_at: now, seen_at: now, expires_at: now + SESSION_MS })
    .execute();
  return cookie;
}

/** Calls `app` as the browser of a new person does, with further cookies where given. */
export async function browserOf(app: ReturnType<typeof testApp>, store: Store, person: NewPerson): Promise<(cookies?: string) => Caller> {
  const session = await openSession(store, person);
  return (cookies = '') => callerOf(app, { Cookie: `kizashi_session=${session}; ${cookies}`, Origin: 'http://localhost' });
}

/** The header with which a browser would go on to the page that says what the action did. */
export const doneCookieOf = (answer: Response): { Cookie: string } => ({
  Cookie:
    answer.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith('kizashi_done='))
      ?.split(';')[0] ?? '',
});

export function callerOf(app: ReturnType<typeof testApp>, base: Record<string, string>): Caller {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: { ...base, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body ?? {}, headers),
    patch: (path, body, headers) => send('PATCH', path, body ?? {}, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    form: (path, fields, headers) =>
      send('POST', path, new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }),
  };
}
