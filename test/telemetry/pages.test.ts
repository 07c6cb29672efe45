// What the device pages say, and what their buttons do.
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS } from '../../src/core/time.ts';
import { takeReplays } from '../../src/mqtt/replays.ts';
import { statusOf } from '../../src/mqtt/status.ts';
import { writeStatus } from '../../src/telemetry/ingestStatus.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('the device pages', (test) => {
  const opened = async (now = NOW) => {
    const station = await openStation(test.store.url, { now });
    onTestFinished(() => station.close());
    return station;
  };
  const caller = (role: 'engineer' | 'stock' = 'engineer') => callerWith(testApp(test.store), test.store, role);
  const text = async (answer: Promise<Response>) => (await answer).text();

  it('show what was reported last, and only name what never was', async () => {
    await registerDevices(test.store.db, ['page-1']);
    const station = await opened();
    station.send('page-1', 'health', report(0, { temp_c: 41.5, ir_led_fault: false }));
    await station.settle();
    const page = await text((await caller()).get('/devices/page-1'));
    const [, known = '', unknown = ''] = /Latest state([\s\S]*?)(\d+ fields never reported[\s\S]*?)<\/details>/.exec(page) ?? [];
    expect([known.includes('temp_c'), known.includes('41.5'), known.includes('ir_led_fault'), known.includes('rh_pct')]).toEqual([true, true, true, false]);
    expect([unknown.includes('rh_pct'), unknown.includes('temp_c')]).toEqual([true, false]);
  });

  it('look back ninety days, a year or three, and no other length', async () => {
    await registerDevices(test.store.db, ['page-old']);
    const station = await opened(NOW - 200 * DAY_MS);
    station.send('page-old', 'health', report(0, {}, { ts: NOW - 200 * DAY_MS }));
    await station.settle();
    const api = await caller();
    const daysIn = async (query: string) => /The newest (.+) in numbers/.exec(await text(api.get(`/devices/page-old${query}`)))?.[1];
    expect([await daysIn(''), await daysIn('?days=365'), await daysIn('?days=1095')]).toEqual([undefined, 'day', 'day']);
    expect((await api.get('/devices/page-old?days=7')).status).toBe(422);
  });

  it('a click takes in what waited in quarantine, and says what became of it', async () => {
    const station = await opened();
    station.send('page-late', 'health', report(0));
    await station.settle();
    const api = await caller();
    const { id } = await test.store.db.selectFrom('quarantine').select('id').where('device_id', '=', 'page-late').executeTakeFirstOrThrow();
    expect(await text(api.get(`/quarantine/${id}`))).toContain('9f3c61d2a07b41e8');
    await registerDevices(test.store.db, ['page-late']);
    const answer = await api.form(`/quarantine/${id}/replay`, {});
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/quarantine/${id}`]);
    await takeReplays(station.store, station.pipeline, NOW);
    await station.settle();
    expect(await text(api.get(`/quarantine/${id}`))).toMatch(/stored/i);
    expect(await text(api.get('/devices/page-late'))).toContain('X-100 B');
  });

  it('buttons that only some may press are not shown to others, and refused', async () => {
    await registerDevices(test.store.db, ['page-guarded']);
    const station = await opened();
    station.send('page-guarded', 'health', report(0));
    station.send('page-guarded', 'health', 'no JSON');
    await station.settle();
    const { id } = await test.store.db.selectFrom('quarantine').select('id').where('device_id', '=', 'page-guarded').executeTakeFirstOrThrow();
    const [engineer, stock] = [await caller(), await caller('stock')];
    const actionsOn = async (who: typeof stock, path: string) =>
      [...(await text(who.get(path))).matchAll(/method="post" action="([^"]*)"/g)]
        .map(([, action]) => action)
        .filter((action) => /devices|quarantine/.test(action ?? ''));
    const actions = (
      await Promise.all([`/devices/page-guarded`, `/quarantine/${id}`, '/quarantine?reason=not_json'].map((path) => actionsOn(engineer, path)))
    ).flat();
    expect(actions).toEqual([
      '/devices/page-guarded/commands',
      '/devices/page-guarded/credential',
      '/devices/page-guarded/credential-revocation',
      `/quarantine/${id}/replay`,
      '/quarantine/replays',
    ]);
    for (const path of ['/devices/page-guarded', `/quarantine/${id}`, '/quarantine?reason=not_json'])
      expect([path, await actionsOn(stock, path)]).toEqual([path, []]);
    for (const action of actions) expect([action, (await stock.form(action ?? '', { name: 'diagnose', reason: 'not_json' })).status]).toEqual([action, 403]);
    expect(await test.store.db.selectFrom('device_credentials').select('id').where('device_id', '=', 'page-guarded').execute()).toEqual([]);
  });

  it('an ingester that was killed is not called working', async () => {
    const status = (ingester: string, updated_at: number) =>
      test.store.db
        .insertInto('ingest_status')
        .values({
          ingester,
          status: JSON.stringify({ state: 'working', reason: null, broker: 'embedded', broker_state: 'listening', memory_bytes: 1 }),
          updated_at,
        })
        .execute();
    await status('alive:1:a', NOW - 5000);
    await status('killed:2:b', NOW - 60_000);
    const page = await text((await caller()).get('/ingest'));
    const stateOf = (ingester: string) => new RegExp(`${ingester}[\\s\\S]*?(Working|No word any more)`).exec(page)?.[1];
    expect([stateOf('alive:1:a'), stateOf('killed:2:b')]).toEqual(['Working', 'No word any more']);
    const station = await opened();
    await writeStatus(station.store, 'alive:1:a', statusOf(null), NOW);
    expect(await text((await caller()).get('/ingest'))).not.toContain('killed:2:b');
  });

  it('of a device never heard leads to its first password, and of one nobody expects to nothing', async () => {
    await registerDevices(test.store.db, ['page-awaited']);
    const api = await caller();
    expect(await text(api.get('/devices?kind=never_seen'))).toContain('href="/devices/page-awaited"');
    const before = await text(api.get('/devices/page-awaited'));
    expect([before.includes('none issued'), before.includes('/devices/page-awaited/credential-revocation')]).toEqual([true, false]);
    await api.form('/devices/page-awaited/credential', {});
    const after = await text(api.get('/devices/page-awaited'));
    expect([after.includes('none issued'), after.includes('/devices/page-awaited/credential-revocation')]).toEqual([false, true]);
    expect((await api.get('/devices/page-nobody')).status).toBe(404);
  });

  it('a new password is shown once, and never kept by a browser', async () => {
    await registerDevices(test.store.db, ['page-secret']);
    const api = await caller();
    const answer = await api.form('/devices/page-secret/credential', {});
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const [, password = ''] = /<code>([\w-]{20,})<\/code>/.exec(await answer.text()) ?? [];
    expect(password).not.toBe('');
    const row = await test.store.db.selectFrom('device_credentials').selectAll().where('device_id', '=', 'page-secret').executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(password);
  });
});
