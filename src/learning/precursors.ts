// Which signals came before confirmed failures: per failure mode the 90 days before, against matched healthy devices of the same model and age.
import { allow } from '../core/actor.ts';
import { addDays, type Day, daysBetween } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import { BEFORE_DAYS, type Match, type Preceding, type Precursor, scorePrecursors } from './precursorRules.ts';

export interface FailureModePrecursors {
  readonly failure_mode_id: string;
  readonly code: string;
  readonly name_en: string;
  readonly name_ja: string;
  readonly failures: number;
  readonly healthy: number;
  readonly signals: readonly (Precursor & { readonly name_en: string; readonly name_ja: string })[];
}

const LOOK_BACK_DAYS = 730;
/** Healthy devices per failure. */
const MATCHES = 5;
/** Devices of a model looked at for matches, and ids per query. */
const MOST_CANDIDATES = 2000;
const MOST_IDS = 500;

interface Failure {
  unit_id: string;
  model_id: string;
  since_on: Day | null;
  failed_on: Day;
  failure_mode_id: string;
}

/**
 * Verdicts other than confirmed teach nothing here. A failure counts when its device was known before its 90 days began; healthy is a device of
 * the model that was in service all those days and has never been returned. Cost: the confirmed failures of two years and their matches.
 */
export async function listPrecursors(ctx: Ctx): Promise<FailureModePrecursors[]> {
  allow(ctx, 'alert:read');
  const failures = await confirmedFailures(ctx);
  const matches: Match[] = [];
  for (const model_id of new Set(failures.map((failure) => failure.model_id))) {
    const healthy = await healthyOf(ctx, model_id);
    for (const failure of failures) if (failure.model_id === model_id) matches.push(...matched(failure, healthy));
  }
  const preceding = await precedingOf(ctx, matches);
  const [modes, signals] = await Promise.all([
    ctx.db.selectFrom('codes').select(['id', 'code', 'name_en', 'name_ja']).where('tree', '=', 'failure_mode').orderBy('code').execute(),
    ctx.db.selectFrom('signals').select(['id', 'code', 'name_en', 'name_ja', 'measure']).orderBy('code').execute(),
  ]);
  const watched = signals.filter(({ measure }) => measure !== 'return' && measure !== 'report');
  return modes.flatMap(({ id, ...mode }) => {
    const own = matches.filter((match) => match.failure_mode_id === id);
    if (own.length === 0) return [];
    const scored = scorePrecursors(
      own,
      preceding,
      watched.map((signal) => signal.id),
      wilsonInterval,
    );
    return [
      {
        failure_mode_id: id,
        ...mode,
        failures: own.filter((match) => match.failed).length,
        healthy: own.filter((match) => !match.failed).length,
        signals: scored.map((row) => ({ ...row, ...namesOf(watched, row.signal_id) })),
      },
    ];
  });
}

const namesOf = (signals: readonly { id: string; name_en: string; name_ja: string }[], id: string): { name_en: string; name_ja: string } => {
  const found = signals.find((signal) => signal.id === id);
  return { name_en: found?.name_en ?? id, name_ja: found?.name_ja ?? id };
};

async function confirmedFailures(ctx: Ctx): Promise<Failure[]> {
  const rows = await ctx.db
    .selectFrom('return_units as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .innerJoin('devices as v', 'v.unit_id', 'u.id')
    .select(['r.unit_id', 'u.model_id', 'r.failed_on', 'r.returned_on', 'r.failure_mode_id', 'v.first_seen_at'])
    .select(({ selectFrom }) =>
      selectFrom('service_intervals as s')
        .select(({ fn }) => fn.min('s.from_on').as('on'))
        .whereRef('s.unit_id', '=', 'u.id')
        .as('since_on'),
    )
    .where('r.verdict', '=', 'confirmed')
    .where('r.returned_on', '>=', addDays(today(ctx), -LOOK_BACK_DAYS))
    .orderBy('r.id')
    .execute();
  return rows.flatMap(({ unit_id, model_id, failed_on, returned_on, failure_mode_id, first_seen_at, since_on }) => {
    const day = failed_on ?? returned_on;
    if (day === null || failure_mode_id === null || today({ ...ctx, now: Number(first_seen_at) }) > addDays(day, -BEFORE_DAYS)) return [];
    return [{ unit_id, model_id, since_on: since_on ?? null, failed_on: day, failure_mode_id }];
  });
}

interface Healthy {
  readonly unit_id: string;
  readonly since_on: Day;
  readonly until_on: Day | null;
}

async function healthyOf(ctx: Ctx, model_id: string): Promise<Healthy[]> {
  const rows = await ctx.db
    .selectFrom('units as u')
    .innerJoin('devices as v', 'v.unit_id', 'u.id')
    .innerJoin('service_intervals as s', 's.unit_id', 'u.id')
    .select(['u.id as unit_id', ({ fn }) => fn.min('s.from_on').as('since_on'), ({ fn }) => fn.max('s.to_on').as('until_on')])
    .select(({ fn }) => fn.count<number>('s.to_on').as('ended'))
    .select(({ fn }) => fn.countAll<number>().as('intervals'))
    .where('u.model_id', '=', model_id)
    .where('u.merged_into_id', 'is', null)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('return_units as r').select('r.id').whereRef('r.unit_id', '=', 'u.id'))))
    .groupBy('u.id')
    .orderBy('u.id')
    .limit(MOST_CANDIDATES)
    .execute();
  return rows.flatMap(({ unit_id, since_on, until_on, ended, intervals }) =>
    since_on === null ? [] : [{ unit_id, since_on, until_on: Number(ended) < Number(intervals) ? null : until_on }],
  );
}

/** The failure and the healthy devices nearest to it in age, both looked at over the same days. */
function matched(failure: Failure, healthy: readonly Healthy[]): Match[] {
  const { failed_on, failure_mode_id } = failure;
  const since = failure.since_on ?? addDays(failed_on, -365);
  const inService = healthy.filter((one) => one.since_on <= addDays(failed_on, -BEFORE_DAYS) && (one.until_on === null || one.until_on >= failed_on));
  const nearest = inService
    .map((one) => ({ unit_id: one.unit_id, apart: Math.abs(daysBetween(one.since_on, since)) }))
    .sort((a, b) => a.apart - b.apart || (a.unit_id < b.unit_id ? -1 : 1))
    .slice(0, MATCHES);
  return [
    { unit_id: failure.unit_id, failed_on, failure_mode_id, failed: true },
    ...nearest.map(({ unit_id }) => ({ unit_id, failed_on, failure_mode_id, failed: false })),
  ];
}

async function precedingOf(ctx: Ctx, matches: readonly Match[]): Promise<Preceding[]> {
  const ids = [...new Set(matches.map((match) => match.unit_id))];
  const found: Preceding[] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const rows = await ctx.db
      .selectFrom('signal_days')
      .select(['unit_id', 'signal_id', 'day_on'])
      .where('unit_id', 'in', ids.slice(from, from + MOST_IDS))
      .execute();
    found.push(...rows);
  }
  return found;
}
