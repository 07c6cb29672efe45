// What the old system had kept of the models it watched: a report a day as a CSV file, so that the bench's verdicts of the past teach which signals came
// before them.
import type { Cell } from './csv.ts';
import { daysInto, livedDay } from './day.ts';
import { DAY_MS } from './defects.ts';
import { OLDEST_HISTORY_DAYS } from './fleet.ts';
import { isInService, phaseOf, type Unit, type World } from './world.ts';

/** From so many days ago on, until it came back, or until the day after the cameras themselves take over: none falls silent in between. */
const WATCHED_DAYS = 130;
const COUNTERS = ['sd_write_errs', 'rec_gap_s', 'frames_lost', 'enc_restarts', 'brownouts'] as const;

/** `device_id, ts, name, value` of the contract, by camera: every one of the models with a planted fault of the hardware. */
export function oldTelemetry(world: World): Record<string, Cell>[][] {
  const watched = new Set(world.defects.filter(({ cohort }) => cohort.firmware === undefined).map(({ cohort }) => cohort.model_code));
  return world.units.filter(({ model_code }) => watched.has(model_code)).map((unit) => rowsOf(world, unit));
}

function rowsOf(world: World, unit: Unit): Record<string, Cell>[] {
  const rows: Record<string, Cell>[] = [];
  const from = Math.max(world.now - WATCHED_DAYS * DAY_MS, unit.in_service_at);
  const takenOver = world.now - (OLDEST_HISTORY_DAYS - 1) * DAY_MS;
  const until = isInService(unit, world.now) ? takenOver : (unit.fate.complaint?.returned_at ?? takenOver);
  const sums = { sd_write_errs: 0, rec_gap_s: 0, frames_lost: 0, enc_restarts: 0, brownouts: 0 };
  let month = '';
  for (let day = Math.ceil(from / DAY_MS); (day + 1) * DAY_MS <= until; day += 1) {
    const ts = new Date(Math.floor((day + phaseOf(unit)) * DAY_MS)).toISOString();
    const tell = (name: string, value: Cell) => rows.push({ device_id: unit.device_id, ts, name, value });
    // A month of the file is one boot: its counters begin anew.
    if (!ts.startsWith(month)) for (const name of COUNTERS) sums[name] = 0;
    month = ts.slice(0, 7);
    const lived = livedDay(unit, world.defects, world.seed, day);
    const grown = { ...lived.amounts, brownouts: lived.brownouts.length };
    for (const name of COUNTERS) {
      sums[name] += grown[name];
      // A counter that stands still is not told again, but for one: a camera that has nothing to tell is heard all the same.
      if (grown[name] > 0 || name === 'sd_write_errs') tell(name, Math.floor(sums[name]));
    }
    if (daysInto(unit, 'ircut', day - 1) > 0) tell('ircut_fault', 'true');
  }
  return rows;
}
