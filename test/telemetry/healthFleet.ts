// Three models with two cameras each, whose days are written as an ingester would leave them.
import { HOUR_MS } from '../../src/core/time.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { countCohorts } from '../../src/telemetry/cohorts.ts';
import type { DeviceDayRow } from '../../src/telemetry/table.ts';
import { NOW, type TestStore } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

export const MODELS = ['model', 'model-2', 'model-3'] as const;
export const DEVICES = 6;

/** What one camera reported of brownouts on one day; null when it did not report at all. */
export interface CameraDay {
  readonly device: number;
  readonly day_on: string;
  readonly brownouts: number | null;
  readonly firmware?: string;
}

export interface HealthFleet {
  /** Writes the days and counts the cohorts, an hour and a half after the last time. */
  tell(days: readonly CameraDay[]): Promise<void>;
}

/** Device `d` is of model `d % 3`, of revision A or B. */
export async function healthFleet(test: TestStore): Promise<HealthFleet> {
  const { db } = test.store;
  const ids = Array.from({ length: DEVICES }, (_, i) => `health-${i}`);
  await registerDevices(db, ids);
  const model = await db.selectFrom('models').selectAll().where('id', '=', 'model').executeTakeFirstOrThrow();
  for (const [i, id] of MODELS.entries()) {
    if (i > 0)
      await db
        .insertInto('models')
        .values({ ...model, id, code: `X-${i + 1}00`, name: id })
        .execute();
  }
  for (const [i, serial] of ids.entries()) {
    await db
      .updateTable('units')
      .set({ model_id: MODELS[i % 3] ?? '', hw_rev: i < 3 ? 'A' : 'B' })
      .where('serial', '=', serial)
      .execute();
  }
  const station = await openStation(test.store.url, { now: NOW });
  for (const device_id of ids) station.send(device_id, 'health', report(0));
  await station.settle();
  await station.close();
  const kept = await db.selectFrom('device_days').selectAll().orderBy('device_no').execute();
  await db.deleteFrom('device_days').execute();
  let now = NOW;
  return {
    tell: async (days) => {
      now += 1.5 * HOUR_MS;
      const rows = new Map(
        days.map(({ device, day_on, brownouts, firmware = '4.2.1' }) => [`${device} ${day_on}`, rowOf(kept[device], day_on, brownouts, firmware, now)]),
      );
      await insertMany(
        db,
        'device_days',
        [...rows.values()],
        'on conflict (device_no, day_on) do update set reports = excluded.reports, brownouts = excluded.brownouts, firmware = excluded.firmware, changed_at = excluded.changed_at',
      );
      await countCohorts(test.ctx({ now }));
    },
  };
}

function rowOf(kept: DeviceDayRow | undefined, day_on: string, brownouts: number | null, firmware: string, changed_at: number): DeviceDayRow {
  if (kept === undefined) throw new Error('There are six devices');
  return { ...kept, day_on, firmware, changed_at, reports: brownouts === null ? 0 : 1, brownouts: brownouts ?? 0 };
}
