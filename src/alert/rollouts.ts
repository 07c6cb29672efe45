// Firmware roll-outs as the store shows them: which are live, and what the upgraded devices report against those still to upgrade.
import { sql } from 'kysely';
import { addDays, type Day, dayNumber } from '../core/time.ts';
import type { Db } from '../db/open.ts';
import type { Stream } from '../stats/sequential.ts';
import { countEpisodes, EPISODE_DAYS, episodeStarts } from './episodes.ts';
import { REPORT, RETURN, SILENCE } from './measures.ts';
import type { Past } from './past.ts';
import { followRollOut, knownBefore, OWN_PAST_DAYS, ROLLOUT_DAYS, type RollOutDay, SETTLING_DAYS } from './rollout.ts';
import type { ModelPast } from './series.ts';
import type { Span } from './span.ts';
import type { SignalDayRow, SignalRow } from './table.ts';

export interface RollOut {
  readonly model_id: string;
  readonly firmware: string;
  readonly started_on: Day;
  readonly upgraded: number;
}

/** Fewer upgraded devices than this are a trial, not a roll-out. */
const FEWEST_UPGRADED = 5;

/** Roll-outs that began within `past`. Cost: one index probe per upgrade of those days. */
export async function listRollOuts(db: Db, past: Span): Promise<RollOut[]> {
  const { rows } = await sql<RollOut>`
    select f.model_id, f.firmware, min(f.from_on) as started_on, count(*) as upgraded
    from unit_firmwares f
    where f.from_on > ${past.first_on} and f.from_on < ${addDays(past.first_on, past.days)}
      and exists (select 1 from unit_firmwares p where p.unit_id = f.unit_id and p.from_on < f.from_on)
    group by f.model_id, f.firmware having count(*) >= ${FEWEST_UPGRADED}
    order by f.model_id, started_on, f.firmware`.execute(db);
  return rows.map((row) => ({ ...row, upgraded: Number(row.upgraded) }));
}

export const isLiveRollOut = (rollout: RollOut, past: Span): boolean => placeOf(past, rollout.started_on) > past.days - 1 - ROLLOUT_DAYS;

const placeOf = (past: Span, day_on: Day): number => dayNumber(day_on) - dayNumber(past.first_on);

/** A roll-out as it stands on the last day of the past. */
export interface RollOutFinding {
  readonly rollout: RollOut;
  readonly start_day: number;
  readonly e_value: number;
  /** Place of the signal that says most. */
  readonly signal: number;
  readonly treated: number;
  readonly treated_expected: number;
  readonly control: number;
  readonly control_expected: number;
  /** The e-value had the treated devices had one event less on each of these days. */
  readonly withoutDays: (days: readonly Day[]) => number;
}

/** Null when the model's cohorts do not hold the firmware. Cost: the episodes and upgrades of one model over the roll-out and its past. */
export async function judgeRollOut(
  db: Db,
  past: Past,
  model: ModelPast,
  streams: readonly (readonly Stream[])[],
  rollout: RollOut,
): Promise<RollOutFinding | null> {
  const cohort = model.cohorts.findIndex(({ kind, value }) => kind === 'firmware' && value === rollout.firmware);
  if (cohort < 0) return null;
  const start = placeOf(past, rollout.started_on);
  const group = await readGroup(db, past, rollout, start);
  const watched = past.signals.map((signal, s) => ({ signal, s })).filter(({ signal }) => signal.measure !== RETURN && signal.measure !== REPORT);
  const followed = watched.map(({ signal, s }) => {
    const days = rollOutDays(past, model, cohort, s, signal, group, start);
    const shape = model.shapes[s] ?? { dispersion: 1, shape: 1, part_shape: 1, weight: 0 };
    const known = knownBefore(streams[0]?.[s], start, shape);
    return { s, days, evidenceOn: (some: readonly RollOutDay[]) => followRollOut(some, shape, known).at(-1) ?? 1 };
  });
  const values = followed.map(({ days, evidenceOn }) => evidenceOn(days));
  const best = values.indexOf(Math.max(...values));
  const leading = followed[best];
  if (leading === undefined) return null;
  const average = (value: number): number => (values.reduce((sum, one) => sum + one, 0) - (values[best] ?? 0) + value) / values.length;
  return {
    rollout,
    start_day: start,
    e_value: average(values[best] ?? 0),
    signal: leading.s,
    ...sumOf(leading.days),
    withoutDays: (days) =>
      average(
        leading.evidenceOn(
          without(
            leading.days,
            days.map((day) => placeOf(past, day) - start),
          ),
        ),
      ),
  };
}

const sumOf = (days: readonly RollOutDay[]): Pick<RollOutFinding, 'treated' | 'treated_expected' | 'control' | 'control_expected'> => {
  const sum = { treated: 0, treated_expected: 0, control: 0, control_expected: 0 };
  for (const day of days) for (const key of ['treated', 'treated_expected', 'control', 'control_expected'] as const) sum[key] += day[key];
  return sum;
};

function without(days: readonly RollOutDay[], places: readonly number[]): RollOutDay[] {
  const left = days.map((day) => ({ ...day }));
  for (const place of places) {
    const day = left[place];
    if (day !== undefined) day.treated = Math.max(0, day.treated - 1);
  }
  return left;
}

/** Who upgraded on which day of the past, and what everyone showed since half a roll-out before it. */
interface Group {
  readonly upgradedOn: ReadonlyMap<string, number>;
  /** First days of the units that came with the firmware: neither upgraded nor still to upgrade. */
  readonly builtOn: ReadonlyMap<string, number>;
  /** Units that had reported with another firmware before the roll-out. */
  readonly units: number;
  readonly excesses: readonly SignalDayRow[];
}

async function readGroup(db: Db, past: Past, rollout: RollOut, start: number): Promise<Group> {
  const { rows } = await sql<{ unit_id: string; from_on: Day; earlier_on: Day | null }>`
    select f.unit_id, f.from_on, (select min(p.from_on) from unit_firmwares p where p.unit_id = f.unit_id and p.from_on < f.from_on) as earlier_on
    from unit_firmwares f where f.model_id = ${rollout.model_id} and f.firmware = ${rollout.firmware}`.execute(db);
  const before = await db
    .selectFrom('unit_firmwares')
    .select(({ fn }) => fn.count<number>('unit_id').distinct().as('units'))
    .where('model_id', '=', rollout.model_id)
    .where('from_on', '<', rollout.started_on)
    .executeTakeFirst();
  const excesses = await db
    .selectFrom('signal_days')
    .selectAll()
    .where('model_id', '=', rollout.model_id)
    .where('day_on', '>=', addDays(rollout.started_on, -OWN_PAST_DAYS - EPISODE_DAYS))
    .where('day_on', '<', addDays(past.first_on, past.days))
    .execute();
  const upgraded = rows.filter((row) => row.earlier_on !== null && placeOf(past, row.from_on) >= start);
  return {
    upgradedOn: new Map(upgraded.map((row) => [row.unit_id, placeOf(past, row.from_on)])),
    builtOn: new Map(rows.filter((row) => row.earlier_on === null).map((row) => [row.unit_id, placeOf(past, row.from_on)])),
    units: Math.max(Number(before?.units ?? 0), upgraded.length, 1),
    excesses,
  };
}

/** Silence right after the upgrade is what a failed upgrade looks like: it counts from the first day. */
const settlingOf = (signal: SignalRow): number => (signal.measure === SILENCE ? 1 : SETTLING_DAYS);

interface Starts {
  readonly unit_id: string;
  readonly day: number;
  readonly site: string | null;
}

function rollOutDays(past: Past, model: ModelPast, cohort: number, s: number, signal: SignalRow, group: Group, start: number): RollOutDay[] {
  const settling = settlingOf(signal);
  const from = Math.max(0, start - OWN_PAST_DAYS);
  const starts = startsOf(past, signal, group).filter(({ day }) => day >= from);
  const [whole, firmware] = [model.series[0]?.[s]?.expected ?? [], model.series[cohort]?.[s]?.expected ?? []];
  const usual = sumBetween(whole, from, start) / group.units;
  const byDay = countsByDay(starts, signal, group, settling, start);
  const earlier = starts.filter(({ day }) => day < start);
  const pastOf = (unit_ids: (unit_id: string) => boolean): number => earlier.filter(({ unit_id }) => unit_ids(unit_id)).length;
  return Array.from({ length: past.days - start }, (_, i) => {
    const day = start + i;
    const hasUpgraded = (unit_id: string, days = 0): boolean => (group.upgradedOn.get(unit_id) ?? Infinity) <= day - days;
    const settled = countUntil(group.upgradedOn.values(), day - settling);
    const upgraded = countUntil(group.upgradedOn.values(), day);
    const onFirmware = upgraded + countUntil(group.builtOn.values(), day);
    return {
      ...(byDay.get(day) ?? { treated: 0, control: 0 }),
      treated_expected: onFirmware === 0 ? 0 : ((firmware[day] ?? 0) * settled) / onFirmware,
      treated_past: { events: pastOf((unit_id) => hasUpgraded(unit_id, settling)), expected: usual * settled },
      control_expected: Math.max(0, (whole[day] ?? 0) - (firmware[day] ?? 0)),
      control_past: { events: pastOf((unit_id) => !hasUpgraded(unit_id)), expected: usual * (group.units - upgraded) },
    };
  });
}

function startsOf(past: Past, signal: SignalRow, group: Group): Starts[] {
  const byUnit = new Map<string, SignalDayRow[]>();
  for (const row of group.excesses) {
    if (row.signal_id !== signal.id) continue;
    const rows = byUnit.get(row.unit_id);
    if (rows === undefined) byUnit.set(row.unit_id, [row]);
    else rows.push(row);
  }
  return [...byUnit].flatMap(([unit_id, rows]) =>
    episodeStarts(rows.map((row) => placeOf(past, row.day_on))).map((day) => ({ unit_id, day, site: rows[0]?.site_id ?? null })),
  );
}

/** Episodes of settled upgraded devices and of those still to upgrade; devices that are settling, or came with the firmware, are neither. */
function countsByDay(starts: readonly Starts[], signal: SignalRow, group: Group, settling: number, start: number) {
  const days = new Map<number, { treated: number; control: number }>();
  const groupOf = ({ unit_id, day }: Starts): 'treated' | 'control' | 'neither' => {
    if (group.builtOn.has(unit_id)) return 'neither';
    const since = day - (group.upgradedOn.get(unit_id) ?? Infinity);
    return since >= settling ? 'treated' : since < 0 ? 'control' : 'neither';
  };
  for (const day of new Set(starts.filter((one) => one.day >= start).map((one) => one.day))) {
    const counts = countEpisodes(
      starts.filter((one) => one.day === day).map((one) => ({ site: one.site, cohort: groupOf(one) })),
      signal.kind === 'network',
      () => signal.code,
    );
    days.set(day, { treated: counts.get('treated') ?? 0, control: counts.get('control') ?? 0 });
  }
  return days;
}

function countUntil(days: Iterable<number>, last: number): number {
  let count = 0;
  for (const day of days) if (day <= last) count += 1;
  return count;
}

function sumBetween(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let day = from; day < to; day += 1) sum += values[day] ?? 0;
  return sum;
}
