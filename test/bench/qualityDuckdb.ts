// The same rows in DuckDB, and the query a person would write there.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { BenchFleet } from './qualityFleet.ts';

export interface Duckdb {
  ratesByModel(from: number, to: number): Promise<{ rows: number; exposure_days: number; failures: number }>;
  close(): void;
}

/** Loads the fleet: days as integers, keys as integers, which suits DuckDB best. */
export async function openDuckdb(folder: string, fleet: BenchFleet): Promise<Duckdb> {
  const connection = await (await DuckDBInstance.create(join(folder, 'bench.duckdb'))).connect();
  const units = join(folder, 'units.csv');
  const returns = join(folder, 'returns.csv');
  await writeLines(
    units,
    fleet.units.map(({ model, from, to }, i) => `${i},${model},${from},${to ?? ''}`),
  );
  await writeLines(
    returns,
    fleet.returns.map(({ unit, failed, confirmed }) => `${unit},${failed},${confirmed ? 1 : 0}`),
  );
  await connection.run(`create table units as select column0 as id, column1 as model_id from read_csv('${units}', header = false)`);
  await connection.run(
    `create table service_intervals as select column0 as unit_id, column2 as from_day, column3 as to_day from read_csv('${units}', header = false)`,
  );
  await connection.run(
    `create table return_units as select column0 as unit_id, column1 as failed_day, column2 as confirmed from read_csv('${returns}', header = false)`,
  );
  const ratesByModel: Duckdb['ratesByModel'] = async (from, to) => {
    const reader = await connection.runAndReadAll(`
      select e.model_id, e.exposure_days, e.units, coalesce(f.failures, 0) as failures, coalesce(f.failures, 0) / (e.exposure_days / 30.4375) * 1000 as rate
      from (select u.model_id, sum(least(coalesce(s.to_day, ${to}), ${to}) - greatest(s.from_day, ${from})) as exposure_days, count(*) as units
            from service_intervals s join units u on u.id = s.unit_id where s.from_day < ${to} and (s.to_day is null or s.to_day > ${from}) group by u.model_id) e
      left join (select u.model_id, sum(r.confirmed) as failures from return_units r join units u on u.id = r.unit_id
            where r.failed_day >= ${from} and r.failed_day < ${to} group by u.model_id) f on f.model_id = e.model_id
      order by rate desc`);
    const rows = reader.getRows();
    return { rows: rows.length, exposure_days: sum(rows.map((row) => row[1])), failures: sum(rows.map((row) => row[3])) };
  };
  for (let i = 0; i < 3; i++) await ratesByModel(17_000, 18_000);
  return { ratesByModel, close: () => connection.closeSync() };
}

const sum = (values: readonly unknown[]): number => values.reduce<number>((total, value) => total + Number(value), 0);

async function writeLines(file: string, lines: readonly string[]): Promise<void> {
  const stream = createWriteStream(file);
  for (const line of lines) stream.write(`${line}\n`);
  stream.end();
  await finished(stream);
}
