import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/docs.tsx';
import { declaredRoutes } from '../../src/web/gate.ts';
import { callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the application', (test) => {
  it('refuses every JSON route to a caller without a token, except those declared public', async () => {
    const app = testApp(test.store);
    const document = openApiDocument(app);
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      for (const [method, operation] of Object.entries(item as Record<string, { 'x-permission'?: string }>)) {
        expect(operation['x-permission'], `${method} ${path} declares no permission`).toBeDefined();
        if (operation['x-permission'] === 'public') continue;
        const response = await app.request(path.replace(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
        expect(response.status, `${method} ${path}`).toBe(401);
      }
    }
  });

  it('sends every page but the public ones to sign-in', async () => {
    const app = testApp(test.store);
    expect(declaredRoutes.length).toBeGreaterThan(5);
    for (const { path, gate } of declaredRoutes.filter(({ method, gate }) => method === 'get' && gate !== 'public')) {
      const response = await app.request(path.replace(/:\w+/g, 'x'));
      expect([path, gate, response.status]).toEqual([path, gate, 302]);
    }
  });

  it('answers an unknown path with a problem document or a page', async () => {
    const app = testApp(test.store);
    const api = await app.request('/api/v1/nothing');
    expect(api.status).toBe(404);
    expect(api.headers.get('Content-Type')).toContain('application/problem+json');
    expect(await api.json()).toMatchObject({ status: 404, code: 'not_found' });
    expect((await app.request('/nothing')).headers.get('Content-Type')).toContain('text/html');
  });

  it('names the field of malformed and invalid input and writes nothing', async () => {
    const caller = await callerWith(testApp(test.store), test.store, 'admin');
    const malformed = await caller.post('/api/v1/users', '{"email": ');
    expect(malformed.status).toBe(400);
    const invalid = await caller.post('/api/v1/users', { email: 'a@example.com', name: 'A', role: 'chief', surprise: 1 });
    expect(invalid.status).toBe(422);
    const problem: { errors: { path: string }[] } = JSON.parse(await invalid.text());
    expect(problem.errors.map(({ path }) => path).sort()).toEqual(['role', 'surprise']);
    expect(await test.store.db.selectFrom('users').selectAll().execute()).toEqual([]);
  });

  it('gives the first answer again for the same Idempotency-Key and refuses another body', async () => {
    const caller = await callerWith(testApp(test.store), test.store, 'admin');
    const user = { email: 'once@example.com', name: 'Once', role: 'tech' };
    const key = { 'Idempotency-Key': 'k-1' };
    const [first, second] = [await caller.post('/api/v1/users', user, key), await caller.post('/api/v1/users', user, key)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await second.text()).toBe(await first.text());
    expect((await caller.post('/api/v1/users', { ...user, name: 'Twice' }, key)).status).toBe(422);
    const refused = await caller.post('/api/v1/users', { ...user, email: 'no' }, { 'Idempotency-Key': 'k-2' });
    expect(refused.status).toBe(422);
    expect((await caller.post('/api/v1/users', { ...user, email: 'other@example.com' }, { 'Idempotency-Key': 'k-2' })).status).toBe(201);
  });

  it('lets one of twenty racing requests with one key create, and answers the others alike', async () => {
    const caller = await callerWith(testApp(test.store), test.store, 'admin');
    const user = { email: 'race@example.com', name: 'Race', role: 'tech' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => caller.post('/api/v1/users', user, { 'Idempotency-Key': 'race' })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  });

  it('refuses a stale If-Match with 412', async () => {
    const caller = await callerWith(testApp(test.store), test.store, 'admin');
    const { id }: { id: string } = JSON.parse(await (await caller.post('/api/v1/users', { email: 'stale@example.com', name: 'Stale', role: 'tech' })).text());
    expect((await caller.patch(`/api/v1/users/${id}`, { name: 'New' }, { 'If-Match': '"1"' })).headers.get('ETag')).toBe('"2"');
    expect((await caller.patch(`/api/v1/users/${id}`, { name: 'Newer' }, { 'If-Match': '"1"' })).status).toBe(412);
  });

  it('refuses what the role or the scopes of a token do not allow', async () => {
    const app = testApp(test.store);
    expect((await (await callerWith(app, test.store, 'tech')).get('/api/v1/users')).status).toBe(403);
    expect((await (await callerWith(app, test.store, 'admin', { scopes: ['unit:read'] })).get('/api/v1/users')).status).toBe(403);
  });

  it('answers a list as CSV, formulas defused', async () => {
    const caller = await callerWith(testApp(test.store), test.store, 'admin');
    await caller.post('/api/v1/users', { email: 'csv@example.com', name: '=1+1', role: 'tech' });
    const csv = await (await caller.get('/api/v1/users?sort=-created_at&limit=500', { Accept: 'text/csv' })).text();
    expect(csv.split('\r\n')[0]).toContain('email');
    expect(csv).toContain("'=1+1");
  });

  it('signs in with a cookie, locks after five failures and refuses forms from other sites', async () => {
    const clock = { now: test.ctx().now };
    const app = testApp(test.store, clock);
    await (await callerWith(app, test.store, 'admin')).post('/api/v1/users', {
      email: 'me@example.com',
      name: 'Me',
      role: 'tech',
      password: 'correct horse battery',
    });
    const anyone = callerOf(app, { 'Sec-Fetch-Site': 'same-origin' });
    const signIn = (password: string) => anyone.form('/sign-in', { email: 'Me@example.com', password, next: '//evil.example' });
    const good = await signIn('correct horse battery');
    expect([good.status, good.headers.get('Location')]).toEqual([303, '/']);
    const cookie = good.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const session = { Cookie: cookie.split(';')[0] ?? '' };
    expect((await anyone.get('/account', session)).status).toBe(200);
    expect((await callerOf(app, { Origin: 'https://evil.example' }).form('/account', { locale: 'en' }, session)).status).toBe(403);
    for (let failure = 0; failure < 5; failure++) expect((await signIn('wrong wrong wrong')).status).toBe(401);
    expect((await signIn('correct horse battery')).status).toBe(429);
    clock.now += 6 * 60_000;
    expect((await signIn('correct horse battery')).status).toBe(303);
    expect((await anyone.form('/sign-out', {}, session)).status).toBe(303);
    expect((await anyone.get('/account', session)).status).toBe(302);
  });

  it('sends a strict content security policy with every page', async () => {
    const policy = (await testApp(test.store).request('/sign-in')).headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});

eachDb('a route without a gate', (test) => {
  it('is answered with 403, whatever it says', async () => {
    const app = testApp(test.store);
    app.get('/api/v1/forgotten', (c) => c.json({ secret: 1 }));
    const response = await app.request('/api/v1/forgotten');
    expect([response.status, await response.text()]).toEqual([403, expect.not.stringContaining('secret')]);
  });
});
