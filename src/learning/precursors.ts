// Which signals came before confirmed failures: per failure mode up to 90 days before, against matched healthy devices of the same model and age.
import { allow } from '../core/actor.ts';
import { addDays, type Day, dayOf, daysBetween } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import { type Match, type Preceding, type Precursor, scorePrecursors, watchedFrom } from './precursorRules.ts';

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

/** A confirmed failure, and from when on its device was heard; what is null makes it teach nothing. */
interface Confirmed {
  readonly unit_id: string;
  readonly model_id: string;
  readonly since_on: Day | null;
  readonly failed_on: Day;
  readonly failure_mode_id: string | null;
  readonly heard_on: Day | null;
  readonly from_on: Day | null;
}
type Failure = Confirmed & { readonly failure_mode_id: string; readonly from_on: Day };
const teaches = (failure: Confirmed): failure is Failure => failure.failure_mode_id !== null && failure.from_on !== null;

/**
 * Verdicts other than confirmed teach nothing here. A failure counts when its device was heard for two weeks before it; healthy is a device of
 * the model that was heard and in service over the same days and has never been returned. Cost: the confirmed failures of two years and their matches.
 */
export async function listPrecursors(ctx: Ctx): Promise<FailureModePrecursors[]> {
  allow(ctx, 'alert:read');
  const failures = (await confirmedFailures(ctx)).filter(teaches);
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

/** Confirmed failures of two years, and why some of them teach nothing. */
export async function countLessons(ctx: Ctx): Promise<Record<'confirmed' | 'without_mode' | 'unheard' | 'heard_briefly', number>> {
  allow(ctx, 'alert:read');
  const all = await confirmedFailures(ctx);
  const known = all.filter((failure) => failure.failure_mode_id !== null);
  return {
    confirmed: all.length,
    without_mode: all.length - known.length,
    unheard: known.filter((failure) => failure.heard_on === null).length,
    heard_briefly: known.filter((failure) => failure.heard_on !== null && failure.from_on === null).length,
  };
}

async function confirmedFailures(ctx: Ctx): Promise<Confirmed[]> {
  const rows = await ctx.db
    .selectFrom('return_units as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .select(['r.unit_id', 'u.model_id', 'r.failed_on', 'r.returned_on', 'r.failure_mode_id'])
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
  const heardOn = await firstHeard(
    ctx,
    rows.map((row) => row.unit_id),
  );
  return rows.flatMap(({ failed_on, returned_on, since_on, ...row }) => {
    const day = failed_on ?? returned_on;
    if (day === null) return [];
    const heard_on = heardOn.get(row.unit_id) ?? null;
    return [{ ...row, since_on: since_on ?? null, failed_on: day, heard_on, from_on: heard_on === null ? null : watchedFrom(heard_on, day) }];
  });
}

/** The first day each unit told of, also in a history that came later. */
async function firstHeard(ctx: Ctx, unit_ids: readonly string[]): Promise<Map<string, Day>> {
  const first = new Map<string, Day>();
  for (let from = 0; from < unit_ids.length; from += MOST_IDS) {
    const rows = await ctx.db
      .selectFrom('devices as v')
      .select(['v.unit_id', 'v.first_seen_at'])
      .select(({ selectFrom }) =>
        selectFrom('device_days as d')
          .select(({ fn }) => fn.min('d.day_on').as('on'))
          .whereRef('d.device_no', '=', 'v.device_no')
          .as('told_on'),
      )
      .where('v.unit_id', 'in', unit_ids.slice(from, from + MOST_IDS))
      .execute();
    for (const { unit_id, first_seen_at, told_on } of rows) {
      if (unit_id === null) continue;
      const days = [first.get(unit_id), told_on ?? undefined, dayOf(Number(first_seen_at), ctx.zone)];
      first.set(unit_id, days.filter((day) => day !== undefined).sort()[0] ?? '');
    }
  }
  return first;
}

interface Healthy {
  readonly unit_id: string;
  readonly since_on: Day;
  readonly until_on: Day | null;
  readonly heard_on: Day;
}

async function healthyOf(ctx: Ctx, model_id: string): Promise<Healthy[]> {
  const rows = await ctx.db
    .selectFrom('units as u')
    .innerJoin('service_intervals as s', 's.unit_id', 'u.id')
    .select(['u.id as unit_id', ({ fn }) => fn.min('s.from_on').as('since_on'), ({ fn }) => fn.max('s.to_on').as('until_on')])
    .select(({ fn }) => fn.count<number>('s.to_on').as('ended'))
    .select(({ fn }) => fn.countAll<number>().as('intervals'))
    .where('u.model_id', '=', model_id)
    .where('u.merged_into_id', 'is', null)
    .where(({ exists, selectFrom }) => exists(selectFrom('devices as v').select('v.device_no').whereRef('v.unit_id', '=', 'u.id')))
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('return_units as r').select('r.id').whereRef('r.unit_id', '=', 'u.id'))))
    .groupBy('u.id')
    .orderBy('u.id')
    .limit(MOST_CANDIDATES)
    .execute();
  const heardOn = await firstHeard(
    ctx,
    rows.map((row) => row.unit_id),
  );
  return rows.flatMap(({ unit_id, since_on, until_on, ended, intervals }) => {
    const heard_on = heardOn.get(unit_id);
    if (since_on === null || heard_on === undefined) return [];
    return [{ unit_id, since_on, until_on: Number(ended) < Number(intervals) ? null : until_on, heard_on }];
  });
}

/** The failure and the healthy devices nearest to it in age, both looked at over the same days. */
function matched(failure: Failure, healthy: readonly Healthy[]): Match[] {
  const { from_on, failed_on, failure_mode_id } = failure;
  const since = failure.since_on ?? addDays(failed_on, -365);
  const heard = healthy.filter((one) => one.since_on <= from_on && one.heard_on <= from_on && (one.until_on === null || one.until_on >= failed_on));
  const nearest = heard
    .map((one) => ({ unit_id: one.unit_id, apart: Math.abs(daysBetween(one.since_on, since)) }))
    .sort((a, b) => a.apart - b.apart || (a.unit_id < b.unit_id ? -1 : 1))
    .slice(0, MATCHES);
  return [
    { unit_id: failure.unit_id, from_on, failed_on, failure_mode_id, failed: true },
    ...nearest.map(({ unit_id }) => ({ unit_id, from_on, failed_on, failure_mode_id, failed: false })),
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
