// Whether a device is there: births, wills and what it sends, as a table; and what the store keeps of it.
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { takeReplays } from '../../src/mqtt/replays.ts';
import { prunePresence } from '../../src/telemetry/retention.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

const birth = (boot?: string) => ({ v: 1, online: true, ...(boot === undefined ? {} : { boot }) });
const will = (boot?: string) => ({ ...birth(boot), online: false });

/** `birth A`, `will A`, `report A`, `history A`; a letter is a boot, without one the message names none. Each a second after the one before. */
const stories = `
  birth A                              | online  | online birth
  report A                             | online  | online activity
  history A                            | offline |
  birth A, report A                    | online  | online birth
  birth A, will A                      | offline | online birth, offline will
  report A, will A                     | offline | online activity, offline will
  report A, will                       | offline | online activity, offline will
  report A, will A, will A             | offline | online activity, offline will
  report A, will A, report A           | online  | online activity, offline will, online activity
  report A, will A, history A          | offline | online activity, offline will
  report A, will A, birth B            | online  | online activity, offline will, online birth
  report A, report B, will A           | online  | online activity
  report A, birth B, will A            | online  | online activity
  report A, birth B, will B            | offline | online activity, offline will
  report A, birth B, report A, will A  | online  | online activity
  report A, birth B, report B, will B  | offline | online activity, offline will
  report A, birth B, report C, will B  | online  | online activity
  birth A, birth B, will A             | online  | online birth
  birth, will                          | offline | online birth, offline will
  will A                               | offline |
`
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string]);

eachDb('presence', (test) => {
  const opened = async () => {
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    return station;
  };
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirstOrThrow();
  const changes = async (device_id: string) =>
    (
      await test.store.db
        .selectFrom('presence_changes as p')
        .innerJoin('devices as d', 'd.device_no', 'p.device_no')
        .select(['p.presence', 'p.cause'])
        .where('d.device_id', '=', device_id)
        .orderBy('p.change_no')
        .execute()
    )
      .map(({ presence, cause }) => `${presence} ${cause}`)
      .join(', ');

  it.each(stories)('%s: %s', async (story, presence, told) => {
    const id = `story-${stories.findIndex(([each]) => each === story)}`;
    await registerDevices(test.store.db, [id]);
    const station = await opened();
    for (const [seq, step] of story.split(', ').entries()) {
      const [what, boot] = step.split(' ');
      station.clock.now += 1000;
      if (what === 'report') station.send(id, 'health', report(seq, {}, { boot }));
      else if (what === 'history') station.send(id, 'backfill', [report(seq, {}, { boot, hist: true })]);
      else station.send(id, 'state', what === 'birth' ? birth(boot) : will(boot));
    }
    await station.settle();
    const { online_at, presence_changes } = await device(id);
    expect([online_at === null ? 'offline' : 'online', await changes(id)]).toEqual([presence, told]);
    expect(Number(presence_changes)).toBe(told === '' ? 0 : told.split(', ').length);
  });

  it('the boot of a birth is remembered by the next ingester: its will is not taken for a late one', async () => {
    await registerDevices(test.store.db, ['reborn']);
    const first = await openStation(test.store.url);
    first.send('reborn', 'health', report(0, {}, { boot: 'A' }));
    first.send('reborn', 'state', birth('B'));
    await first.close();
    const second = await opened();
    second.send('reborn', 'state', will('A'));
    await second.settle();
    expect((await device('reborn')).online_at).not.toBeNull();
    second.send('reborn', 'state', will('B'));
    await second.settle();
    expect((await device('reborn')).online_at).toBeNull();
  });

  it('what is replayed from quarantine says nothing of today: a device that came back since stays online', async () => {
    const station = await opened();
    station.send('late', 'health', report(0));
    station.send('late', 'state', will());
    await station.settle();
    await registerDevices(test.store.db, ['late']);
    station.clock.now += HOUR_MS;
    station.send('late', 'health', report(1, {}, { ts: station.clock.now }));
    await station.settle();
    const waiting = await test.store.db.selectFrom('quarantine').select('id').where('device_id', '=', 'late').execute();
    expect(waiting).toHaveLength(2);
    await test.store.db.updateTable('quarantine').set({ replay_requested_at: NOW }).where('device_id', '=', 'late').execute();
    await takeReplays(station.store, station.pipeline, station.clock.now);
    await station.settle();
    expect(await device('late')).toMatchObject({ reports: 2, online_at: NOW + HOUR_MS });
    expect(await changes('late')).toBe('online activity');
  });

  it('a device that was gone three times within the hour keeps coming and going, on its page and to other systems', async () => {
    await registerDevices(test.store.db, ['shaky']);
    const station = await opened();
    const comesAndGoes = () => {
      for (const state of [birth('A'), will('A')]) {
        station.clock.now += MINUTE_MS;
        station.send('shaky', 'state', state);
      }
    };
    const clock = station.clock;
    const reader = await callerWith(testApp(test.store, clock), test.store, 'engineer');
    const told = async () => {
      await station.settle();
      const { flapping } = (await (await reader.get('/api/v1/devices/shaky')).json()) as { flapping: boolean };
      return [flapping, (await (await reader.get('/devices/shaky')).text()).includes('Keeps coming and going')];
    };
    comesAndGoes();
    comesAndGoes();
    expect(await told()).toEqual([false, false]);
    comesAndGoes();
    expect(await told()).toEqual([true, true]);
    clock.now += HOUR_MS;
    expect(await told()).toEqual([false, false]);
    expect(await (await reader.get('/devices/shaky')).text()).toMatch(/Came and went[\s\S]*Offline[\s\S]*its last will[\s\S]*Online[\s\S]*its announcement/);
  });

  it('when devices came and went is forgotten after four hundred days', async () => {
    const count = async () => (await test.store.db.selectFrom('presence_changes').select('change_no').execute()).length;
    const station = await opened();
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await prunePresence(station.store, NOW + 399 * DAY_MS);
    expect(await count()).toBe(before);
    await prunePresence(station.store, NOW + 401 * DAY_MS);
    expect(await count()).toBe(0);
  });

  it('a device that says a thousand times a second that it comes and goes is held to its rate', async () => {
    await registerDevices(test.store.db, ['flutter']);
    const station = await openStation(test.store.url, { limits: { burst: 20 } });
    onTestFinished(() => station.close());
    for (let i = 0; i < 500; i++) station.send('flutter', 'state', i % 2 === 0 ? birth('A') : will('A'));
    await station.settle();
    expect(await device('flutter')).toMatchObject({ presence_changes: 20, throttled: 480 });
  });
});
