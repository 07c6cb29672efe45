// Signing in, the session that follows, and everything that ends it.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { addUser } from '../../src/person/addUser.ts';
import { changeUser } from '../../src/person/changeUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { SESSION_MS } from '../../src/person/signIn.ts';
import { type Caller, callerOf, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const PASSWORD = 'correct horse battery';
const NEXT = 'battery staple correct';
const MINUTE = 60_000;

eachDb('a session', (test) => {
  const clock = { now: NOW };
  let app: ReturnType<typeof testApp>;
  let anyone: Caller;
  let email: string;
  let id: string;
  let people = 0;

  beforeAll(() => {
    app = testApp(test.store, clock);
    anyone = callerOf(app, { 'Accept-Language': 'en' });
  });
  beforeEach(async () => {
    clock.now = NOW;
    email = `person${++people}.${test.dialect}@example.com`;
    ({ id } = await addUser(test.ctx(), AddUser.parse({ email, name: 'P', role: 'admin', locale: 'en', password: PASSWORD })));
  });

  const signIn = (password = PASSWORD, fields = {}) => anyone.form('/sign-in', { email, password, ...fields });
  const cookieOf = (answer: Response): string => answer.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  const device = async (): Promise<Caller> => callerOf(app, { Cookie: cookieOf(await signIn()), Origin: 'http://localhost' });
  const isIn = async (caller: Caller): Promise<boolean> => (await caller.get('/api/v1/me')).status === 200;

  it('is a cookie no script can read, for this site only, of two weeks', async () => {
    const answer = await signIn();
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/']);
    expect(answer.headers.get('Set-Cookie')).toMatch(/^kizashi_session=[\w-]{40,}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is Secure where the product is reached over HTTPS', async () => {
    const secured = callerOf(testApp(test.store, clock, 'https://kizashi.example'), {});
    expect((await secured.form('/sign-in', { email, password: PASSWORD })).headers.get('Set-Cookie')).toMatch(/; Secure/);
  });

  it('is stored as a hash only', async () => {
    const secret = cookieOf(await signIn()).split('=')[1] ?? '';
    const rows = await test.store.db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('is remembered as opened by the person', async () => {
    await signIn();
    const deeds = await test.store.db.selectFrom('history').select('actor_id').where('action', '=', 'user.signed_in').where('record_id', '=', id).execute();
    expect(deeds).toEqual([{ actor_id: id }]);
  });

  it('ends on signing out, here and nowhere else', async () => {
    const [here, there] = [await device(), await device()];
    const out = await here.form('/sign-out', {});
    expect([out.status, out.headers.get('Set-Cookie')?.includes('Max-Age=0')]).toEqual([303, true]);
    expect([await isIn(here), await isIn(there)]).toEqual([false, true]);
  });

  it('ends after two weeks, to the millisecond', async () => {
    const here = await device();
    clock.now = NOW + SESSION_MS - 1;
    expect(await isIn(here)).toBe(true);
    clock.now = NOW + SESSION_MS;
    expect(await isIn(here)).toBe(false);
  });

  it('ends everywhere but here when the person changes the password', async () => {
    const [here, there] = [await device(), await device()];
    const changed = await here.form('/account/password', { current: PASSWORD, next: NEXT });
    expect([changed.status, await isIn(here), await isIn(there)]).toEqual([303, true, false]);
    expect([(await signIn()).status, (await signIn(NEXT)).status]).toEqual([401, 303]);
  });

  it('ends everywhere but here when the person changes the password by the API', async () => {
    const [here, there] = [await device(), await device()];
    const changed = await here.patch('/api/v1/me', { password: { current: PASSWORD, next: NEXT } });
    expect([changed.status, await isIn(here), await isIn(there)]).toEqual([200, true, false]);
  });

  it('stays everywhere when the person changes the language', async () => {
    const [here, there] = [await device(), await device()];
    await here.form('/account', { locale: 'ja', single_keys: 'off' });
    expect([await isIn(here), await isIn(there)]).toEqual([true, true]);
  });

  it.each([
    ['sets a new password', { password: NEXT }],
    ['shuts the person out', { disabled: true }],
  ])('ends everywhere when an administrator %s', async (_, change) => {
    const here = await device();
    await changeUser(test.ctx(), id, change);
    expect(await isIn(here)).toBe(false);
  });

  it('of a person let in again is not revived', async () => {
    const here = await device();
    await changeUser(test.ctx(), id, { disabled: true });
    await changeUser(test.ctx(), id, { disabled: false });
    expect([await isIn(here), (await signIn()).status]).toEqual([false, 303]);
  });

  it('has the rights of the role the person has now', async () => {
    const here = await device();
    expect((await here.get('/settings')).status).toBe(200);
    await changeUser(test.ctx(), id, { role: 'tech' });
    expect((await here.get('/settings')).status).toBe(403);
    await changeUser(test.ctx(), id, { role: 'admin' });
    expect((await here.get('/settings')).status).toBe(200);
  });

  it('is opened by the right password only, and the answer does not tell who exists', async () => {
    const wrong = await signIn('wrong horse battery');
    const nobody = await anyone.form('/sign-in', { email: `no-${email}`, password: 'wrong horse battery' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    const said = (html: string): string => /role="alert">([^<]+)/.exec(html)?.[1] ?? '';
    expect(said(await wrong.text())).toBe(said(await nobody.text()));
    expect(wrong.headers.get('Set-Cookie')).toBeNull();
  });

  it('is not opened for a person without a password', async () => {
    await test.store.db.updateTable('users').set({ password_hash: null }).where('id', '=', id).execute();
    expect([(await signIn()).status, (await signIn('x')).status]).toEqual([401, 401]);
  });

  it.each(['person', 'stranger'])('of a %s waits five minutes after five wrong passwords, even with the right one', async (who) => {
    const address = who === 'person' ? email : `stranger-${email}`;
    const attempt = (password: string) => anyone.form('/sign-in', { email: address, password });
    for (let i = 0; i < 5; i++) expect((await attempt('wrong horse battery')).status).toBe(401);
    const locked = await attempt(PASSWORD);
    expect([locked.status, locked.headers.get('Retry-After')]).toEqual([429, '300']);
    clock.now = NOW + 5 * MINUTE;
    expect((await attempt(PASSWORD)).status).toBe(who === 'person' ? 303 : 401);
  });

  it('starts the count of wrong passwords anew', async () => {
    for (let i = 0; i < 4; i++) await signIn('wrong horse battery');
    expect((await signIn()).status).toBe(303);
    for (let i = 0; i < 4; i++) await signIn('wrong horse battery');
    expect((await signIn()).status).toBe(303);
  });

  it.each([
    ['/units?state=x', '/units?state=x'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('leads from %j to %s and to no other site', async (next, where) => {
    expect((await signIn(PASSWORD, { next })).headers.get('Location')).toBe(where);
  });

  it('acts only for pages of this site', async () => {
    const cookie = cookieOf(await signIn());
    const post = (headers: Record<string, string>) => callerOf(app, { Cookie: cookie, ...headers }).form('/account', { locale: 'en', single_keys: 'on' });
    expect((await post({ Origin: 'http://localhost' })).status).toBe(303);
    expect((await post({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303);
    expect((await post({ Origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await post({ 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost' })).status).toBe(403);
    expect((await post({})).status).toBe(403);
  });

  it('does not stand in for a token that is not valid', async () => {
    const cookie = cookieOf(await signIn());
    const both = callerOf(app, { Cookie: cookie, Authorization: `Bearer kz_01ARZ3NDEKTSV4RRFFQ69G5FAV_${'x'.repeat(43)}` });
    expect((await both.get('/api/v1/me')).status).toBe(401);
  });
});
