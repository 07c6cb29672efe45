import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Trouble } from '../../src/mqtt/trouble.ts';
import { eachDb } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from '../telemetry/station.ts';

function logged() {
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) => lines.push(`${level}: ${message} ${JSON.stringify(fields)}`);
  return { lines, log: { info: note('info'), warn: note('warn'), error: note('error') } };
}

it('a store that refuses for less than three seconds is not told; one that goes on is told once, and its end too', () => {
  const { lines, log } = logged();
  const trouble = new Trouble(log);
  const locked = new Error('database is locked');
  trouble.refused(locked, 10_000);
  trouble.refused(locked, 12_999);
  expect([trouble.at(12_999), lines]).toEqual([null, []]);
  trouble.refused(locked, 13_000);
  trouble.refused(locked, 14_000);
  expect([trouble.at(14_000), lines]).toEqual(['database is locked', ['error: The store does not take telemetry {"err":"database is locked"}']]);
  trouble.over();
  expect([trouble.at(14_000), lines.at(-1)]).toEqual([null, 'info: The store takes telemetry again {}']);
});

it('two short refusals with a success between them are two, not one long', () => {
  const { lines, log } = logged();
  const trouble = new Trouble(log);
  trouble.refused('database is locked', 0);
  trouble.over();
  trouble.refused('database is locked', 3500);
  expect([trouble.at(4000), lines]).toEqual([null, []]);
});

it('a store that says nothing is told by how long it has not', () => {
  const trouble = new Trouble(logged().log);
  trouble.asked(0);
  expect([trouble.at(2999), trouble.at(5200)]).toEqual([null, 'The store gives no answer to a batch for 5 s']);
});

eachDb('a lock', (test) => {
  it('that another holds for a moment delays reports and says nothing', async () => {
    if (test.dialect !== 'sqlite') return;
    await registerDevices(test.store.db, ['cam-1']);
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    station.send('cam-1', 'health', report(0));
    await station.settle();
    const other = new Sqlite(test.store.url.slice('sqlite:'.length));
    other.exec('begin immediate');
    station.send('cam-1', 'health', report(1));
    // It was refused by now: three seconds later that would be told.
    await vi.waitFor(() => expect(station.pipeline.troubleAt(station.clock.now + 3000)).toMatch(/locked/));
    expect([station.pipeline.troubleAt(station.clock.now), station.acknowledged.length]).toEqual([null, 1]);
    other.exec('rollback');
    other.close();
    await station.settle();
    expect([station.acknowledged.length, station.pipeline.troubleAt(station.clock.now + 3000)]).toEqual([2, null]);
  });
});
