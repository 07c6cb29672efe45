// From the case to the camera and back: a command over the real broker, its reply on the timeline of the case.
import { expect, it, vi } from 'vitest';
import { listCommands } from '../../src/case/remedy.ts';
import { linkUnit } from '../../src/case/unit.ts';
import { connectDevice, enrol, startIngester } from '../mqtt/broker.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { report } from '../telemetry/station.ts';
import { aoi, as, asked, castDesk } from './cast.ts';

eachDb('a command from a case', (test) => {
  it('waits while the camera is away, is heard when it comes, and its answer stands in the case for staff alone', async () => {
    await castDesk(test.store);
    const password = await enrol(test, 'cam-u2');
    const ingester = await startIngester(test.store.url);
    const connected = () => connectDevice(ingester.status().port ?? 0, 'cam-u2', password);
    const before = await connected();
    await before.publishAsync('fleet/v1/cam-u2/health', JSON.stringify(report(1, {}, { ts: Date.now() })), { qos: 1 });
    await before.endAsync();
    const device = () => test.store.db.selectFrom('devices').select('unit_id').where('device_id', '=', 'cam-u2').executeTakeFirstOrThrow();
    await vi.waitFor(async () => expect((await device()).unit_id).not.toBeNull(), { timeout: 10_000 });
    const unit_id = (await device()).unit_id ?? '';
    await test.store.db.updateTable('units').set({ customer_id: 'yuki', partner_id: 'north' }).where('id', '=', unit_id).execute();
    const row = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: [unit_id] });
    const app = testApp(test.store, { now: Date.now() });
    const tech = await callerWith(app, test.store, 'tech');
    const page = async () => (await tech.get(`/cases/${row.id}?lang=en`)).text();

    expect((await tech.post(`/api/v1/cases/${row.id}/commands`, { unit_id, command: 'diagnose' })).status).toBe(201);
    expect(await page()).toContain('waits for the camera to connect');

    const camera = await connected();
    const heard: { id: string; name: string }[] = [];
    camera.on('message', (_topic, payload) => {
      const command = JSON.parse(payload.toString());
      heard.push(command);
      void camera.publishAsync('fleet/v1/cam-u2/reply', JSON.stringify({ v: 1, id: command.id, name: command.name, reports: 1 }), { qos: 1 });
    });
    await camera.subscribeAsync('fleet/v1/cam-u2/cmd', { qos: 1 });
    expect((await tech.post(`/api/v1/cases/${row.id}/commands`, { unit_id, command: 'restart' })).status).toBe(201);
    await vi.waitFor(async () => expect((await listCommands(as(test, aoi), row.id)).every(({ replied_at }) => replied_at !== null)).toBe(true), {
      timeout: 20_000,
    });
    expect(heard.map(({ name }) => name).sort()).toEqual(['diagnose', 'restart']);
    // Another unit of the case was sent nothing.
    await linkUnit(as(test, aoi), row.id, 'u2');
    const html = await page();
    // Once on the timeline and once beside the unit, each.
    expect(html.match(/>answered</g)).toHaveLength(4);
    expect(html).toContain('reports: 1');

    const partner = await callerWith(app, test.store, 'partner', { partner_id: 'north' });
    const shown = await (await partner.get(`/portal/cases/${row.id}?lang=en`)).text();
    expect(shown).not.toContain('answered');
    await camera.endAsync();
    await ingester.close();
  }, 60_000);
});
