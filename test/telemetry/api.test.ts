import { expect, it } from 'vitest';
import { sameInBoth } from '../../src/core/words.ts';
import { takeInbox, takeReplays } from '../../src/mqtt/replays.ts';
import { telemetryImport } from '../../src/telemetry/import.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

/** What the tests read of an answer. */
interface Shown {
  readonly items: readonly { readonly device_id: string; readonly seq: number; readonly id: string }[];
  readonly next_cursor: string | null;
  readonly payload_text: string;
  readonly username: string;
  readonly password: string;
}

// The answers are checked against their schemas elsewhere; here they are read.
const shown = async (answer: Response | Promise<Response>): Promise<Shown> => (await (await answer).json()) as Shown;

eachDb('the telemetry API', (test) => {
  const caller = () => callerWith(testApp(test.store), test.store, 'engineer');

  it('lists devices by kind and shows what one sent', async () => {
    await registerDevices(test.store.db, ['api-1', 'api-never']);
    const station = await openStation(test.store.url);
    for (let seq = 0; seq < 7; seq++) station.send('api-1', 'health', report(seq, { temp_c: 40 + seq }));
    station.send('api-unknown', 'health', report(1));
    await station.settle();
    await station.close();
    const api = await caller();
    const kinds = async (kind: string) => (await shown(api.get(`/api/v1/devices?kind=${kind}`))).items.map((item) => item.device_id);
    expect(await kinds('online')).toEqual(['api-1']);
    expect(await kinds('unknown')).toEqual(['api-unknown']);
    expect(await kinds('never_seen')).toEqual(['api-never']);
    const one = await shown(api.get('/api/v1/devices/api-1'));
    expect(one).toMatchObject({ device_id: 'api-1', kind: 'online', reports: 7, state: { m: { temp_c: 46, reboot: 'power_on', rec_gap_s: null } } });
    const first = await shown(api.get('/api/v1/devices/api-1/reports?limit=5'));
    expect(first.items).toHaveLength(5);
    expect(first.items[0]).toMatchObject({ ...report(6, { temp_c: 46 }), received_at: '2026-04-01T00:00:00.000Z', clock_suspect: false });
    const rest = await shown(api.get(`/api/v1/devices/api-1/reports?limit=5&cursor=${first.next_cursor}`));
    expect(rest.items.map((item) => item.seq)).toEqual([1, 0]);
    expect(rest.next_cursor).toBeNull();
    expect(await shown(api.get('/api/v1/devices/api-1/series?fields=temp_c&hours=24'))).toMatchObject({ series: { temp_c: [40, 41, 42, 43, 44, 45, 46] } });
    expect((await shown(api.get('/api/v1/devices/api-1/days'))).items).toEqual([expect.objectContaining({ day_on: '2026-04-01', reports: 7 })]);
    expect((await api.get('/api/v1/devices/nobody')).status).toBe(404);
    expect((await api.get('/api/v1/devices/nobody/reports')).status).toBe(404);
  });

  it('a device that is registered, or has a credential, and was never heard has nothing to show yet', async () => {
    const api = await caller();
    await registerDevices(test.store.db, ['api-silent']);
    await api.post('/api/v1/devices/api-early/credential');
    expect(await shown(api.get('/api/v1/devices/api-silent'))).toMatchObject({
      kind: 'never_seen',
      unit_id: expect.any(String),
      last_seen_at: null,
      state: null,
    });
    expect(await shown(api.get('/api/v1/devices/api-early'))).toMatchObject({ kind: 'never_seen', unit_id: null, reports: 0 });
    for (const list of ['reports', 'days', 'commands'])
      expect(await shown(api.get(`/api/v1/devices/api-early/${list}`))).toEqual({ items: [], next_cursor: null });
    expect(await shown(api.get('/api/v1/devices/api-early/series?fields=temp_c'))).toEqual({ at: [], series: {} });
  });

  it('a credential is shown once and its password is not stored', async () => {
    const api = await caller();
    const answer = await api.post('/api/v1/devices/api-cred/credential');
    expect(answer.status).toBe(201);
    const { username, password } = await shown(answer);
    expect(username).toBe('api-cred');
    const rows = await test.store.db.selectFrom('device_credentials').selectAll().where('device_id', '=', 'api-cred').execute();
    expect(JSON.stringify(rows)).not.toContain(password);
    expect((await api.post('/api/v1/devices/a%2Fb/credential')).status).toBe(422);
    expect((await api.post('/api/v1/devices/kizashi-ingest/credential')).status).toBe(422);
    const tech = await callerWith(testApp(test.store), test.store, 'stock');
    expect((await tech.post('/api/v1/devices/api-cred/credential')).status).toBe(403);
    expect((await api.delete('/api/v1/devices/api-cred/credential')).status).toBe(204);
    expect((await api.delete('/api/v1/devices/api-cred/credential')).status).toBe(404);
  });

  it('a quarantined message is shown with its bytes and taken in again when the cause is mended', async () => {
    const station = await openStation(test.store.url);
    station.send('api-later', 'health', report(3));
    await station.settle();
    const api = await caller();
    const { items } = await shown(api.get('/api/v1/quarantine?device_id=api-later'));
    expect(items).toEqual([expect.objectContaining({ reason: 'unknown_device', topic: 'fleet/v1/api-later/health', received_at: '2026-04-01T00:00:00.000Z' })]);
    const detail = await shown(api.get(`/api/v1/quarantine/${items[0]?.id}`));
    expect(JSON.parse(detail.payload_text)).toEqual(report(3));
    await registerDevices(test.store.db, ['api-later']);
    station.clock.now += 5000;
    expect((await api.post(`/api/v1/quarantine/${items[0]?.id}/replay`)).status).toBe(202);
    await takeReplays(station.store, station.pipeline, station.clock.now);
    await station.settle();
    expect(await shown(api.get(`/api/v1/quarantine/${items[0]?.id}`))).toMatchObject({ replay_outcome: 'stored' });
    expect((await shown(api.get('/api/v1/devices/api-later/reports'))).items.map((item) => item.seq)).toEqual([3]);
    await station.close();
  });

  it('a command is a row until the device has it', async () => {
    const api = await caller();
    expect((await api.post('/api/v1/devices/api-1/commands', { name: 'resend', from_seq: 5, to_seq: 4 })).status).toBe(422);
    expect((await api.post('/api/v1/devices/api-1/commands', { name: 'format' })).status).toBe(422);
    expect((await api.post('/api/v1/devices/nobody/commands', { name: 'diagnose' })).status).toBe(404);
    expect((await api.post('/api/v1/devices/api-1/commands', { name: 'diagnose' })).status).toBe(201);
    expect((await shown(api.get('/api/v1/devices/api-1/commands'))).items).toEqual([expect.objectContaining({ name: 'diagnose', sent_at: null })]);
  });

  it('history from a CSV file lands on its days; the same file twice adds nothing', async () => {
    await registerDevices(test.store.db, ['csv-1']);
    const csv =
      'device_id,ts,name,value\ncsv-1,2025-06-01T00:00:00Z,frames_lost,10\ncsv-1,2025-06-01T00:00:00Z,temp_c,41.5\ncsv-1,2025-06-02T00:00:00Z,frames_lost,25\ncsv-1,2025-06-02T00:00:00Z,sd_state,error\n';
    const station = await openStation(test.store.url);
    const taken = async (): Promise<{ rows_created: number; rows_same: number }> => {
      const { rows_created, rows_same } = await importFile(test.ctx(), telemetryImport, Buffer.from(csv));
      await takeInbox(station.store, station.pipeline, NOW);
      await station.settle();
      return { rows_created, rows_same };
    };
    expect(await taken()).toEqual({ rows_created: 4, rows_same: 0 });
    expect(await taken()).toEqual({ rows_created: 0, rows_same: 4 });
    const days = await test.store.db
      .selectFrom('device_days')
      .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
      .select(['day_on', 'device_days.reports', 'frames_lost', 'temp_c_max', 'sd_error_reports', 'reboot_unknown'])
      .where('device_id', '=', 'csv-1')
      .orderBy('day_on')
      .execute();
    expect(days).toEqual([
      { day_on: '2025-06-01', reports: 1, frames_lost: 0, temp_c_max: 41.5, sd_error_reports: null, reboot_unknown: 0 },
      { day_on: '2025-06-02', reports: 1, frames_lost: 15, temp_c_max: null, sd_error_reports: 1, reboot_unknown: 0 },
    ]);
    expect(await test.store.db.selectFrom('telemetry_inbox').selectAll().execute()).toEqual([]);
    await expect(importFile(test.ctx(), telemetryImport, Buffer.from('device_id,ts,name,value\ncsv-1,2025-06-01T00:00:00Z,temp_c,hot\n'))).rejects.toThrow();
    await station.close();
  });

  it('a report whose rows lie far apart in the file is one report; a second value for one instant is refused', async () => {
    await registerDevices(test.store.db, ['csv-2']);
    const hours = Array.from({ length: 1600 }, (_, hour) => new Date(Date.parse('2025-03-01T00:00:00Z') + hour * 3_600_000).toISOString());
    const column = (name: string, figure: (i: number) => number): string[] => hours.map((ts, i) => `csv-2,${ts},${name},${figure(i)}`);
    const csv = ['device_id,ts,name,value', ...column('temp_c', (i) => 20 + (i % 24)), ...column('frames_lost', (i) => i)].join('\n');
    const station = await openStation(test.store.url);
    await importFile(test.ctx(), telemetryImport, Buffer.from(csv));
    await takeInbox(station.store, station.pipeline, NOW);
    await station.settle();
    const { reports, lost, warmest } = await test.store.db
      .selectFrom('device_days')
      .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
      .select(({ fn }) => [fn.sum('device_days.reports').as('reports'), fn.sum('frames_lost').as('lost'), fn.max('temp_c_max').as('warmest')])
      .where('device_id', '=', 'csv-2')
      .executeTakeFirstOrThrow();
    // Each month is a boot of its own, whose first value is a beginning: 31 days of March, 30 of April and 5 of May and the 16 hours left.
    expect([Number(reports), Number(lost), Number(warmest)]).toEqual([1600, 1599 - 2, 43]);
    const twice = 'device_id,ts,name,value\ncsv-2,2025-06-01T00:00:00Z,temp_c,20\ncsv-2,2025-06-01T00:00:00Z,temp_c,21\n';
    await expect(importFile(test.ctx(), telemetryImport, Buffer.from(twice))).rejects.toMatchObject({
      extra: { errors: [{ path: 'rows.3.value', message: sameInBoth('An earlier row says 20 for the same instant') }] },
    });
    await station.close();
  });

  it('a later file that says more or other of an instant imported before is refused by row, and told what is stored', async () => {
    await registerDevices(test.store.db, ['csv-3']);
    const head = 'device_id,ts,name,value\n';
    const station = await openStation(test.store.url);
    await importFile(test.ctx(), telemetryImport, Buffer.from(`${head}csv-3,2025-06-01T00:00:00Z,temp_c,20\ncsv-3,2025-06-02T00:00:00Z,temp_c,22\n`));
    await takeInbox(station.store, station.pipeline, NOW);
    await station.settle();
    const later = `${head}csv-3,2025-06-01T00:00:00Z,temp_c,20\ncsv-3,2025-06-01T00:00:00Z,frames_lost,3\ncsv-3,2025-06-02T00:00:00Z,temp_c,23\n`;
    const held = (temp: number) => sameInBoth(`An earlier import brought this instant with temp_c ${temp}: a stored report is never changed`);
    await expect(importFile(test.ctx(), telemetryImport, Buffer.from(later))).rejects.toMatchObject({
      extra: {
        errors: [
          { path: 'rows.3.name', message: held(20) },
          { path: 'rows.4.value', message: held(22) },
        ],
      },
    });
    // An instant of its own is taken, also between the two.
    const between = `${head}csv-3,2025-06-01T00:00:01Z,frames_lost,3\ncsv-3,2025-06-02T00:00:00Z,temp_c,22\n`;
    expect(await importFile(test.ctx(), telemetryImport, Buffer.from(between))).toMatchObject({ rows_created: 1, rows_same: 1 });
    await takeInbox(station.store, station.pipeline, NOW);
    await station.settle();
    // What retention dropped can no longer be compared: the file may still be imported again.
    await test.store.db.deleteFrom('report_segments').execute();
    expect(await importFile(test.ctx(), telemetryImport, Buffer.from(later))).toMatchObject({ rows_created: 0, rows_same: 3 });
    await station.close();
  });

  it('the pages show the same in both languages', async () => {
    const app = testApp(test.store);
    const api = await callerWith(app, test.store, 'engineer');
    for (const path of ['/devices', '/devices?kind=never_seen', '/devices/api-1', '/quarantine', '/quarantine?reason=unknown_device', '/ingest']) {
      for (const [language, word] of [
        ['en', 'Device'],
        ['ja', 'デバイス'],
      ] as const) {
        const answer = await api.get(path, { 'Accept-Language': language });
        expect([path, answer.status]).toEqual([path, 200]);
        expect(await answer.text()).toContain(word);
      }
    }
  });
});
