// Two years of daily totals for the bench of fleet health, written in bulk, and a fleet of one camera a cohort that can report one more day.
import type Sqlite from 'better-sqlite3';
import { addDays, type Day } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { connectSqlite } from '../../src/db/open.ts';
import { dayColumns } from '../../src/telemetry/dayColumns.ts';

export const SIGNALS = ['reboot', 'brownout', 'sd_error', 'network', 'frames_lost', 'encoder', 'recording_gap', 'upload'] as const;
export const BATCHES = 4;
export const FIRMWARES = 3;
const COHORTS = BATCHES * FIRMWARES;
export const DAYS = 730;
/** cohort_days are written for as long as the plain query looks back; what is older only stands in the totals. */
const COHORT_DAYS = 100;
const DEVICES_PER_COHORT = 40;

/** As long as the ids of the product. */
export const modelId = (i: number): string => `01KB5ZQ4T0${String(i * 7919).padStart(16, '0')}`;
export const batchId = (model: number, b: number): string => `01KB6ZQ4T0${String(model * BATCHES + b).padStart(16, '0')}`;

export async function fillCatalog(ctx: Ctx, models: number): Promise<void> {
  const stamp = { created_at: ctx.now, version: 1 };
  const unknown = { family: null, temp_limit_c: null, unit_cost: null, currency: null, own_warranty_months: 12, maker_warranty_months: 12 };
  const all = Array.from({ length: models }, (_, i) => i);
  await insertMany(ctx.db, 'makers', [{ id: 'k', code: 'K', name: 'K', contact_email: null, locale: 'en', ...stamp }]);
  await insertMany(
    ctx.db,
    'models',
    all.map((i) => ({ id: modelId(i), maker_id: 'k', code: `M-${i}`, name: `M-${i}`, ...unknown, ...stamp })),
  );
  await insertMany(
    ctx.db,
    'batches',
    all.flatMap((i) => Array.from({ length: BATCHES }, (_, b) => ({ id: batchId(i, b), model_id: modelId(i), code: `${b}`, made_on: null, ...stamp }))),
  );
}

/** One model in ten has twice and more the episodes of the others. No two sizes differ in anything but the models. */
const episodesOf = (model: number, cohort: number, signal: number, day: number): number => {
  const hash = (model * 31 + cohort * 17 + signal * 101 + day * 7) % 97;
  return hash < (model % 10 === signal ? 40 : 8 + (model % 13)) ? 1 + (hash % 2) : 0;
};

/** All days up to and with `last`, without `missing`. */
export function fillHistory(file: string, models: number, last: Day, missing: Day): void {
  const sqlite = connectSqlite(file);
  // Nobody misses a bench after a crash, and its references hold as they are made.
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('foreign_keys = OFF');
  for (const [s, signal] of SIGNALS.entries()) fillTotals(sqlite, signal, s, models, last, missing);
  const insert = sqlite.prepare('insert into cohort_days values (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (let back = COHORT_DAYS - 1; back >= 0; back--) {
    const day_on = addDays(last, -back);
    if (day_on === missing) continue;
    sqlite.transaction(() => {
      for (let model = 0; model < models; model++) {
        for (let cohort = 0; cohort < COHORTS; cohort++) {
          for (const [s, signal] of SIGNALS.entries()) {
            const episodes = episodesOf(model, cohort, s, back);
            insert.run(
              day_on,
              modelId(model),
              'A',
              batchId(model, cohort % BATCHES),
              `4.${cohort % FIRMWARES}`,
              signal,
              DEVICES_PER_COHORT,
              episodes,
              episodes * 3,
            );
          }
        }
      }
    })();
  }
  sqlite.exec('analyze');
  sqlite.close();
}

function fillTotals(sqlite: Sqlite.Database, signal: string, s: number, models: number, last: Day, missing: Day): void {
  const [total, month] = [
    sqlite.prepare('insert into signal_totals values (?, ?, ?, ?, ?, ?, ?)'),
    sqlite.prepare('insert into signal_months values (?, ?, ?, ?, ?, ?)'),
  ];
  const reached = Array.from({ length: models }, () => ({ device_days: 0, episodes: 0 }));
  sqlite.transaction(() => {
    for (let back = DAYS - 1; back >= 0; back--) {
      const day_on = addDays(last, -back);
      for (const [model, sums] of reached.entries()) {
        if (day_on === missing) continue;
        sums.device_days += COHORTS * DEVICES_PER_COHORT;
        for (let cohort = 0; cohort < COHORTS; cohort++) sums.episodes += episodesOf(model, cohort, s, back);
        total.run(signal, day_on, modelId(model), COHORTS * DEVICES_PER_COHORT, sums.device_days, sums.episodes, sums.episodes * 3);
      }
      if (back > 0 && addDays(day_on, 1).endsWith('-01') === false) continue;
      for (const [model, sums] of reached.entries()) {
        month.run(signal, `${day_on.slice(0, 7)}-01`, modelId(model), sums.device_days, sums.episodes, sums.episodes * 3);
        Object.assign(sums, { device_days: 0, episodes: 0 });
      }
    }
  })();
}

/** One camera of every cohort, registered and known. */
export function fillCameras(file: string, models: number): void {
  const sqlite = connectSqlite(file);
  sqlite.pragma('synchronous = OFF');
  const unit = sqlite.prepare(
    `insert into units (id, model_id, serial, serial_key, identity, batch_id, hw_rev, created_at, updated_at, version) values (?, ?, ?, ?, 'confirmed', ?, 'A', 0, 0, 1)`,
  );
  const device = sqlite.prepare(
    'insert into devices (device_no, device_id, unit_id, model_code, hw_rev, firmware, first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?, 0, 0)',
  );
  sqlite.transaction(() => {
    for (let model = 0; model < models; model++) {
      for (let cohort = 0; cohort < COHORTS; cohort++) {
        const no = model * COHORTS + cohort + 1;
        unit.run(`u${no}`, modelId(model), `S${no}`, `S${no}`, batchId(model, cohort % BATCHES));
        device.run(no, `d${no}`, `u${no}`, `M-${model}`, 'A', `4.${cohort % FIRMWARES}`);
      }
    }
  })();
  sqlite.close();
}

/** The fields of the eight signals, beside the reboots that every day has. */
const REPORTED = ['brownouts', 'sd_write_errs', 'link_flaps', 'frames_lost', 'enc_restarts', 'rec_gap_s', 'upload_errs'];
const ALWAYS = dayColumns.filter((column) => ['reports', 'backfilled', 'clock_suspect'].includes(column) || column.startsWith('reboot_'));

/** Every camera reports on a day. */
export function reportDay(file: string, models: number, day_on: Day, changed_at: number): void {
  const sqlite = connectSqlite(file);
  const columns = ['device_no', 'day_on', 'firmware', 'last_reported_at', 'changed_at', ...ALWAYS, ...REPORTED];
  const insert = sqlite.prepare(`insert into device_days (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
  sqlite.transaction(() => {
    for (let no = 1; no <= models * COHORTS; no++) {
      const figures = [...ALWAYS.map((column) => (column === 'reports' ? 1440 : 0)), ...REPORTED.map((_, i) => ((no + i) % 29 === 0 ? 2 : 0))];
      insert.run(no, day_on, `4.${((no - 1) % COHORTS) % FIRMWARES}`, changed_at, changed_at, ...figures);
    }
  })();
  sqlite.close();
}
