// A site that goes dark is one incident, however many cameras hang there, and whatever single cameras do.
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { MINUTE_MS } from '../../src/core/time.ts';
import { watchSites } from '../../src/telemetry/outages.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices } from './station.ts';

const at = (minutes: number) => NOW + minutes * MINUTE_MS;
const birth = (boot: string) => ({ v: 1, online: true, boot });
const will = { v: 1, online: false };

eachDb('site outages', (test) => {
  const sites = ['dark', 'fine', 'late', 'drip', 'small', 'half'];
  beforeAll(async () => {
    const { db } = test.store;
    await db
      .insertInto('customers')
      .values({ id: 'c', code: 'C', name: 'C', partner_id: null, contact_name: null, email: null, phone: null, locale: 'ja', created_at: NOW, version: 1 })
      .execute();
    const rest = { customer_id: 'c', partner_id: null, kind: null, region: null, address: null, created_at: NOW, version: 1 };
    await db
      .insertInto('sites')
      .values(sites.map((id) => ({ id, code: id, name: id, ...rest })))
      .execute();
  });

  /** Cameras of a site that are all there. */
  async function siteWith(site: string, count: number) {
    const cameras = Array.from({ length: count }, (_, i) => `${site}-${i}`);
    await registerDevices(test.store.db, cameras, site);
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    for (const id of cameras) station.send(id, 'state', birth('b'));
    await station.settle();
    /** So many of them, from `first` on, say a state `minutes` after the beginning. */
    const say = async (first: number, many: number, minutes: number, state: object) => {
      station.clock.now = at(minutes);
      for (const id of cameras.slice(first, first + many)) station.send(id, 'state', state);
      await station.settle();
    };
    return say;
  }
  const watch = (minutes: number) => watchSites(test.ctx({ now: at(minutes) }));
  const outages = (site_id: string) =>
    test.store.db.selectFrom('site_outages').select(['started_at', 'ended_at', 'devices', 'devices_at_site']).where('site_id', '=', site_id).execute();

  it('a power cut is one outage from the first camera that left, and over when half are back', async () => {
    const say = await siteWith('dark', 10);
    await say(0, 6, 1, will);
    await say(6, 4, 3, will);
    expect(await watch(4)).toEqual({ opened: 1, closed: 0 });
    expect(await watch(5)).toEqual({ opened: 0, closed: 0 });
    expect(await outages('dark')).toEqual([{ started_at: at(1), ended_at: null, devices: 10, devices_at_site: 10 }]);
    await say(0, 4, 20, birth('b2'));
    expect(await watch(20)).toEqual({ opened: 0, closed: 0 });
    await say(4, 1, 21, birth('b2'));
    expect(await watch(21)).toEqual({ opened: 0, closed: 1 });
    expect(await outages('dark')).toMatchObject([{ ended_at: at(21) }]);
  });

  it('a camera that leaves alone is none', async () => {
    const say = await siteWith('fine', 10);
    await say(0, 1, 1, will);
    await watch(2);
    expect(await outages('fine')).toEqual([]);
  });

  it('a camera that leaves minutes after a power cut does not hide it from a look that comes late', async () => {
    const say = await siteWith('late', 10);
    await say(0, 9, 1, will);
    await say(9, 1, 9, will);
    await watch(10);
    expect(await outages('late')).toMatchObject([{ started_at: at(1), devices: 9 }]);
  });

  it('cameras that leave one after the other over an hour are none', async () => {
    const say = await siteWith('drip', 6);
    for (let i = 0; i < 6; i++) {
      await say(i, 1, i * 10, will);
      await watch(i * 10 + 1);
    }
    expect(await outages('drip')).toEqual([]);
  });

  it('two cameras prove nothing of their site', async () => {
    const say = await siteWith('small', 2);
    await say(0, 2, 1, will);
    await watch(2);
    expect(await outages('small')).toEqual([]);
  });

  it('half of a site is none; those that were gone before are not counted with it', async () => {
    const say = await siteWith('half', 10);
    await say(0, 5, 1, will);
    await watch(2);
    expect(await outages('half')).toEqual([]);
    // Of the five that were left, four go together an hour later.
    await say(5, 4, 61, will);
    await watch(62);
    expect(await outages('half')).toMatchObject([{ started_at: at(61), devices: 4, devices_at_site: 10 }]);
  });
});
