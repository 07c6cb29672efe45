// People and what administrators do with them; and the tokens of other systems.
import { beforeAll, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { roles } from '../../src/core/permission.ts';
import { addUser } from '../../src/person/addUser.ts';
import { changeSelf, changeUser } from '../../src/person/changeUser.ts';
import { AddToken, AddUser } from '../../src/person/inputs.ts';
import { hashPassword, isPassword } from '../../src/person/password.ts';
import { addToken, revokeToken } from '../../src/person/tokens.ts';
import { type Caller, callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const PASSWORD = 'correct horse battery';

it('a password is right in either form of Unicode, and wrong in any other letter', async () => {
  const stored = await hashPassword('が'.normalize('NFD').repeat(12));
  expect(await isPassword('が'.normalize('NFC').repeat(12), stored)).toBe(true);
  expect(await isPassword('か'.repeat(12), stored)).toBe(false);
  expect(await isPassword('', null)).toBe(false);
});

it('a password costs outside of tests what it should', async () => {
  vi.resetModules();
  const untouched = await import('../../src/person/password.ts');
  const stored = await untouched.hashPassword(PASSWORD);
  expect(stored).toMatch(/^scrypt\$32768\$8\$3\$/);
  expect(await isPassword(PASSWORD, stored)).toBe(true);
});

it('two people with the same password have different hashes', async () => {
  expect(await hashPassword(PASSWORD)).not.toBe(await hashPassword(PASSWORD));
});

it('more sign-ins at once than wait their turn are told to come again', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 60 }, () => isPassword('x', null)));
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBe(60 - 52);
  expect(refused[0]).toMatchObject({ reason: { code: 'throttled', extra: { retry_after_s: 5 } } });
});

eachDb('people', (test) => {
  const clock = { now: NOW };
  let app: ReturnType<typeof testApp>;
  let admin: Caller;
  let people = 0;

  beforeAll(async () => {
    app = testApp(test.store, clock);
    admin = await callerWith(app, test.store, 'admin');
    await test.store.db.insertInto('partners').values({ id: 'north', code: 'N', name: 'North', email: null, created_at: 0, version: 1 }).execute();
  });

  const someone = (fields: Partial<AddUser> = {}) =>
    addUser(test.ctx(), AddUser.parse({ email: `u${++people}@example.com`, name: 'U', role: 'tech', password: PASSWORD, ...fields }));
  const isPerson = (id: string) => ({ actor: { kind: 'person', id, name: 'U', role: 'admin', scopes: null, partner_id: null, locale: 'en' } }) as const;
  const versionIn = (html: string): string => /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';

  it('have an address of their own, whatever its capitals', async () => {
    const { email } = await someone();
    await expect(addUser(test.ctx(), AddUser.parse({ email: email.toUpperCase(), name: 'V', role: 'tech' }))).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each([
    ['partner', null, 'invalid'],
    ['partner', 'north', undefined],
    ['partner', 'N', undefined],
    ['partner', 'nowhere', 'invalid'],
    ['tech', 'north', 'invalid'],
    ['tech', null, undefined],
  ] as const)('with the role %s and the partner %s: %s', async (role, partner_id, code) => {
    const added = someone({ role, partner_id }).then(
      () => undefined,
      (error) => error.code,
    );
    expect(await added).toBe(code);
  });

  it('of a partner named by its code belong to it, tokens too; a partner there is not is refused by name', async () => {
    expect(await someone({ role: 'partner', partner_id: 'N' })).toMatchObject({ partner_id: 'north' });
    const token = (partner_id: string) => admin.post('/api/v1/tokens', { name: 't', role: 'partner', partner_id });
    expect(await (await token('N')).json()).toMatchObject({ partner_id: 'north' });
    const refused = await token('nowhere');
    expect([refused.status, await refused.json()]).toEqual([422, expect.objectContaining({ errors: [expect.objectContaining({ path: 'partner_id' })] })]);
  });

  it('become staff only when they leave their partner', async () => {
    const { id } = await someone({ role: 'partner', partner_id: 'north' });
    await expect(changeUser(test.ctx(), id, { role: 'tech' })).rejects.toMatchObject({ code: 'invalid' });
    expect(await changeUser(test.ctx(), id, { role: 'tech', partner_id: null })).toMatchObject({ role: 'tech', partner_id: null });
  });

  it.each([{ disabled: true }, { role: 'tech' as const }])('cannot take away their own access: %j', async (change) => {
    const { id } = await someone({ role: 'admin' });
    await expect(changeUser(test.ctx(isPerson(id)), id, change)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('change their password only by knowing the present one', async () => {
    const { id } = await someone();
    const change = (current: string) => changeSelf(test.ctx(isPerson(id)), { password: { current, next: 'battery staple correct' } });
    await expect(change('wrong')).rejects.toMatchObject({ code: 'invalid', extra: { errors: [{ path: 'password.current' }] } });
    await expect(change(PASSWORD)).resolves.toMatchObject({ id });
  });

  it.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(201)],
  ])('are refused a password that is %s, on the page and by the API', async (_, password) => {
    const { id } = await someone();
    expect((await admin.form(`/settings/users/${id}/password`, { password })).status).toBe(422);
    expect((await admin.patch(`/api/v1/users/${id}`, { password })).status).toBe(422);
    expect((await callerOf(app, {}).form('/sign-in', { email: `u${people}@example.com`, password: 'x'.repeat(100_000) })).status).toBe(422);
  });

  it('never show their password hash', async () => {
    const { id } = await someone();
    for (const path of [`/api/v1/users/${id}`, '/api/v1/users', `/settings/users/${id}`, '/api/v1/history', '/history', '/api/v1/exports/history'])
      expect([path, (await (await admin.get(path)).text()).includes('scrypt')]).toEqual([path, false]);
  });

  it('edited by two administrators show both values to the second', async () => {
    const { id } = await someone();
    const path = `/settings/users/${id}`;
    const opened = versionIn(await (await admin.get(path)).text());
    await changeUser(test.ctx(), id, { name: 'Theirs' });
    const form = { name: 'Mine', role: 'tech', partner_id: '', locale: 'ja' };
    const refused = await admin.form(path, { ...form, version: opened });
    const page = await refused.text();
    expect([refused.status, page.includes('value="Theirs"'), page.includes('value="Mine"')]).toEqual([412, true, true]);
    expect((await admin.form(path, { ...form, version: versionIn(page) })).status).toBe(303);
    expect(await test.store.db.selectFrom('users').select('name').where('id', '=', id).executeTakeFirst()).toEqual({ name: 'Mine' });
  });

  it('are shut out and let in from their page', async () => {
    const { id } = await someone();
    const state = () => test.store.db.selectFrom('users').select('disabled_at').where('id', '=', id).executeTakeFirstOrThrow();
    await admin.form(`/settings/users/${id}/access`, { disabled: 'yes' });
    expect((await state()).disabled_at).toBe(NOW);
    await admin.form(`/settings/users/${id}/access`, { disabled: 'no' });
    expect((await state()).disabled_at).toBeNull();
  });

  it.each(roles.filter((role) => role !== 'admin'))('and tokens are no business of a %s', async (role) => {
    const call = await callerWith(app, test.store, role, role === 'partner' ? { partner_id: 'north' } : {});
    const { id } = await someone();
    const answers = [
      await call.get('/settings'),
      await call.get('/settings/tokens'),
      await call.get(`/settings/users/${id}`),
      await call.post('/api/v1/users', { email: 'x@example.com', name: 'X', role: 'admin' }),
      await call.patch(`/api/v1/users/${id}`, { role: 'admin' }),
      await call.post('/api/v1/tokens', { name: 'x', role: 'admin' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });
});

eachDb('a token', (test) => {
  const clock = { now: NOW };
  let app: ReturnType<typeof testApp>;
  beforeAll(() => {
    app = testApp(test.store, clock);
  });
  const token = (fields: Partial<z.input<typeof AddToken>> = {}) => addToken(test.ctx(), AddToken.parse({ name: 'erp', role: 'admin', ...fields }));
  const status = async (text: string, path = '/api/v1/me') => (await callerOf(app, { Authorization: `Bearer ${text}` }).get(path)).status;

  it('is stored as a hash only', async () => {
    const { token: text, row } = await token();
    expect(text).toMatch(/^kz_[0-9A-Z]{26}_[\w-]{43}$/);
    expect(JSON.stringify(row)).not.toContain(text.split('_').slice(2).join('_'));
  });

  it('may do what its scopes and its role both allow', async () => {
    const narrow = (await token({ scopes: ['unit:read'] })).token;
    expect([await status(narrow, '/api/v1/units'), await status(narrow, '/api/v1/returns'), await status(narrow, '/api/v1/users')]).toEqual([200, 403, 403]);
    const wide = (await token({ role: 'tech', scopes: ['person:admin'] })).token;
    expect(await status(wide, '/api/v1/users')).toBe(403);
  });

  it('ends on the millisecond it expires', async () => {
    const { token: text } = await token({ expires_at: new Date(NOW + 1000).toISOString() });
    clock.now = NOW + 999;
    expect(await status(text)).toBe(200);
    clock.now = NOW + 1000;
    expect(await status(text)).toBe(401);
    clock.now = NOW;
  });

  it('ends at once when it is revoked, and stays so', async () => {
    const { token: text, row } = await token();
    expect(await status(text)).toBe(200);
    await revokeToken(test.ctx(), row.id);
    await revokeToken(test.ctx(), row.id);
    expect(await status(text)).toBe(401);
  });

  it.each([
    ['another secret', (text: string) => `${text.slice(0, -4)}AAAA`],
    ['another id', (text: string) => text.replace(/^kz_./, 'kz_7')],
    ['nothing after it', (text: string) => text.slice(0, 30)],
    ['SQL in it', () => "kz_' OR 1=1 --"],
  ])('with %s is not valid', async (_, spoil) => {
    expect(await status(spoil((await token()).token))).toBe(401);
  });

  it('remembers when it was last used, to the minute', async () => {
    const { token: text, row } = await token();
    const used = async () => (await test.store.db.selectFrom('tokens').select('last_used_at').where('id', '=', row.id).executeTakeFirst())?.last_used_at;
    await status(text);
    await vi.waitFor(async () => expect(await used()).toBe(NOW));
    clock.now = NOW + 59_000;
    await status(text);
    clock.now = NOW + 61_000;
    await status(text);
    await vi.waitFor(async () => expect(await used()).toBe(NOW + 61_000));
    clock.now = NOW;
  });

  it('needs no page of ours to act, and has no session', async () => {
    const call = callerOf(app, { Authorization: `Bearer ${(await token()).token}`, Origin: 'https://erp.example', 'Sec-Fetch-Site': 'cross-site' });
    expect((await call.post('/api/v1/makers', { code: `M${test.dialect}`, name: 'M' })).status).toBe(201);
    expect((await call.patch('/api/v1/me', { locale: 'ja' })).status).toBe(404);
  });

  it('made on the page has the boxes ticked and is good through its last day in the zone of business', async () => {
    const admin = await callerWith(app, test.store, 'admin');
    const made = await admin.form('/settings/tokens', { name: 'page', role: 'tech', scopes: 'unit:read', expires_on: '2026-04-02' });
    expect(await made.text()).toMatch(/kz_[0-9A-Z]{26}_[\w-]{43}/);
    const row = await test.store.db.selectFrom('tokens').select(['scopes', 'expires_at']).where('name', '=', 'page').executeTakeFirst();
    expect(row).toEqual({ scopes: '["unit:read"]', expires_at: Date.parse('2026-04-03T00:00:00+09:00') });
    expect((await admin.form('/settings/tokens', { name: 'page', role: 'king' })).status).toBe(422);
  });
});
