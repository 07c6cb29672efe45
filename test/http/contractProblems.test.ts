// The public contract, clause by clause: refusals, retries and versions.
import { expect, it } from 'vitest';
import type { Caller } from '../support/app.ts';
import { callerOf, callerWith, testApp } from '../support/app.ts';
import { administer, eachDb, freshStore } from '../support/eachDb.ts';

const MAKERS = '/api/v1/makers';

eachDb('a refusal', (test) => {
  const admin = () => callerWith(testApp(test.store), test.store, 'admin');
  const problemOf = async (response: Response) => {
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  const made = async (call: Caller, code: string) => (await (await call.post(MAKERS, { code, name: code })).json()) as { id: string; version: number };
  const count = async () => (await test.store.db.selectFrom('makers').select('id').execute()).length;

  it('is 400 for what is not JSON, and for an If-Match that is no ETag', async () => {
    const call = await admin();
    expect(await problemOf(await call.post(MAKERS, '{"code": '))).toEqual([400, 'malformed']);
    const { id } = await made(call, 'M400');
    expect(await problemOf(await call.patch(`${MAKERS}/${id}`, { name: 'x' }, { 'If-Match': 'one' }))).toEqual([400, 'malformed']);
  });

  it('is 401 without, with a wrong and with an expired token, and says how to sign in', async () => {
    const app = testApp(test.store);
    for (const headers of [{}, { Authorization: 'Bearer kz_nobody_secret' }, { Authorization: 'Bearer ' }, { Authorization: 'Basic YTpi' }]) {
      const response = await app.request(MAKERS, { headers });
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(await problemOf(response)).toEqual([401, 'unauthenticated']);
    }
  });

  it('is 403 for what the role may not do, also when the input is wrong', async () => {
    const tech = await callerWith(testApp(test.store), test.store, 'tech');
    expect(await problemOf(await tech.get('/api/v1/users'))).toEqual([403, 'forbidden']);
    expect(await problemOf(await tech.get('/api/v1/users?no_such=1'))).toEqual([403, 'forbidden']);
    expect(await problemOf(await tech.post(MAKERS, { nonsense: true }))).toEqual([403, 'forbidden']);
  });

  it('is 404 for a record that is not there and for a path nobody serves', async () => {
    const call = await admin();
    expect(await problemOf(await call.get(`${MAKERS}/nobody`))).toEqual([404, 'not_found']);
    for (const path of ['/api/v1', '/api/v1/', '/api/v2/makers', `${MAKERS}/`, `${MAKERS}/%zz`, `${MAKERS}/..%2f..%2fetc`])
      expect([path, ...(await problemOf(await call.get(path)))]).toEqual([path, 404, 'not_found']);
  });

  it('is 409 for a key that is taken, naming the record that has it', async () => {
    const call = await admin();
    const { id } = await made(call, 'M409');
    const response = await call.post(MAKERS, { code: 'M409', name: 'again' });
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'conflict', blocking: `${MAKERS}/${id}` }]);
  });

  it('is 412 for a stale If-Match; the ETag is the version and grows with each change', async () => {
    const call = await admin();
    const { id } = await made(call, 'M412');
    expect((await call.get(`${MAKERS}/${id}`)).headers.get('ETag')).toBe('"1"');
    const changed = await call.patch(`${MAKERS}/${id}`, { name: 'second' }, { 'If-Match': '"1"' });
    expect([changed.status, changed.headers.get('ETag'), ((await changed.json()) as { version: number }).version]).toEqual([200, '"2"', 2]);
    expect(await problemOf(await call.patch(`${MAKERS}/${id}`, { name: 'third' }, { 'If-Match': '"1"' }))).toEqual([412, 'stale']);
    expect(await (await call.get(`${MAKERS}/${id}`)).json()).toMatchObject({ name: 'second', version: 2 });
  });

  it('is 413 beyond 64 MiB and 415 for another media type', async () => {
    const call = await admin();
    expect(await problemOf(await call.post(MAKERS, '{}', { 'Content-Length': String(65 * 2 ** 20) }))).toEqual([413, 'too_large']);
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])
      expect(await problemOf(await call.post(MAKERS, '{"code":"A","name":"A"}', { 'Content-Type': type }))).toEqual([415, 'unsupported']);
    expect(await problemOf(await call.post('/api/v1/imports?kind=units', '{}'))).toEqual([415, 'unsupported']);
  });

  it('is 422 naming every wrong field, in the caller’s language, and nothing is written', async () => {
    const call = await admin();
    const before = await count();
    const response = await call.post(MAKERS, { code: 'x'.repeat(65), name: 5, contact_email: 'nobody', surprise: 1 }, { 'Accept-Language': 'ja' });
    const problem = (await response.json()) as { detail: string; errors: { path: string }[] };
    expect([response.status, problem.errors.map(({ path }) => path).sort()]).toEqual([422, ['code', 'contact_email', 'name', 'surprise']]);
    expect(problem.detail).toMatch(/[ぁ-ん]/);
    for (const name of ['\u0000', 'a\u0000b']) expect((await call.post(MAKERS, { code: 'NUL', name })).status).toBe(422);
    expect((await call.get(`${MAKERS}?q=%00`)).status).toBe(422);
    expect(await count()).toBe(before);
  });

  it('is 429 with Retry-After when somebody guesses passwords, also of an address nobody has', async () => {
    const anyone = callerOf(testApp(test.store), { 'Sec-Fetch-Site': 'same-origin' });
    const guess = () => anyone.form('/sign-in', { email: `nobody-${test.dialect}@example.com`, password: 'guess guess guess' });
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect([refused.status, Number(refused.headers.get('Retry-After')) > 0]).toEqual([429, true]);
  });

  it('keeps nothing of an Idempotency-Key: the next request with it is the first; another body or path is 422', async () => {
    const call = await admin();
    const key = { 'Idempotency-Key': `contract-${test.dialect}` };
    expect((await call.post(MAKERS, { code: 'IDEM' }, key)).status).toBe(422);
    const first = await call.post(MAKERS, { code: 'IDEM', name: 'Idem' }, key);
    const again = await call.post(MAKERS, { code: 'IDEM', name: 'Idem' }, key);
    expect([first.status, again.status, await again.text()]).toEqual([201, 201, await first.text()]);
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect(await problemOf(await call.post(MAKERS, { code: 'IDEM', name: 'Other' }, key))).toEqual([422, 'invalid']);
    expect(await problemOf(await call.post('/api/v1/partners', { code: 'IDEM', name: 'Idem' }, key))).toEqual([422, 'invalid']);
    expect(await problemOf(await call.post(MAKERS, { code: 'K', name: 'K' }, { 'Idempotency-Key': 'k'.repeat(201) }))).toEqual([422, 'invalid']);
  });
});

it('a store that has gone away is 503 with Retry-After, for programs, people and /readyz, and the next request after its return is served', async () => {
  const fresh = await freshStore('postgres');
  const app = testApp(fresh.store);
  const call = await callerWith(app, fresh.store, 'admin');
  const name = new URL(fresh.url).pathname.slice(1);
  await administer(`alter database ${name} with allow_connections false`, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  try {
    // The connections of the pool die one by one, each at its next use.
    const answers = await Promise.all(Array.from({ length: 12 }, () => call.get(MAKERS)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(503));
    expect(answers[0]?.headers.get('Retry-After')).toBe('5');
    expect((await app.request('/readyz')).status).toBe(503);
    expect((await app.request('/healthz')).status).toBe(200);
  } finally {
    await administer(`alter database ${name} with allow_connections true`);
  }
  expect((await call.get(MAKERS)).status).toBe(200);
  await fresh.drop();
});
