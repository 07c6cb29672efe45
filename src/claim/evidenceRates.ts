// The figures of an evidence pack: quoted from the failure-rate tables and the life analysis, never computed apart from them.
import type { Ctx } from '../db/ctx.ts';
import { compareCohorts } from '../quality/comparison.ts';
import { listFailureRates, type RateRow } from '../quality/failureRates.ts';
import { type CohortFilter, type Dimension, RateQuery } from '../quality/inputs.ts';
import { analyseCohort } from '../quality/life.ts';
import { type LifeAnalysisJson, lifeAnalysisJson } from '../quality/lifeJson.ts';
import { periodOf } from '../quality/period.ts';
import { compareRates, type RateComparison } from '../stats/compareRates.ts';
import type { LifeWarning } from '../stats/lifeAnalysis.ts';
import { type CohortLabel, labelOf, type NamedCohort } from './cohort.ts';
import type { EvidenceScope } from './evidenceSubject.ts';

/** Cut by one dimension within the model: a row of the table, tested against the rest of the model. */
export interface Part {
  readonly row: RateRow;
  readonly against_rest: RateComparison | null;
}

export interface CohortEvidence {
  readonly cohort: CohortLabel;
  /** The code the failures are narrowed to; null counts every mode. */
  readonly failure_mode: string | null;
  readonly filter: CohortFilter;
  readonly confirmed: Figures;
  readonly returned: Figures;
  /** Against the maker's other units and against models of the same family: exact, and age-standardised for the first. */
  readonly peers: Figures;
  readonly against_maker: RateComparison | null;
  readonly standardised_ratio: { readonly ratio: number; readonly low: number; readonly high: number; readonly expected: number } | null;
  readonly batches: readonly Part[];
  readonly firmwares: readonly Part[];
  /** Of the cohort, every mode: with the first of its figures only. */
  readonly life: LifeEvidence | null;
}

type LifeEvidence = Omit<LifeAnalysisJson, 'warnings' | 'cumulative_incidence' | 'by_mode'> & { readonly warnings: readonly LifeWarning[] };

export interface Figures {
  readonly units: number;
  readonly exposure_days: number;
  readonly failures: number;
  readonly rate_per_1000_device_months: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
}

/** The figures of one cohort: one set for each failure mode, or one for all when none is named. */
export async function cohortEvidence(ctx: Ctx, cohort: NamedCohort, modes: readonly (string | undefined)[]): Promise<CohortEvidence[]> {
  const figures: CohortEvidence[] = [];
  for (const mode of modes) figures.push(await modeEvidence(ctx, cohort, mode, mode === modes[0] ? await lifeOf(ctx, cohort) : null));
  return figures;
}

async function modeEvidence(ctx: Ctx, cohort: NamedCohort, failure_mode: string | undefined, life: LifeEvidence | null): Promise<CohortEvidence> {
  const filter = filterOf(cohort);
  const narrowed = failure_mode === undefined ? filter : { ...filter, failure_mode };
  const period = periodOf(ctx, {});
  const of_maker = { maker: cohort.maker_code, ...(failure_mode === undefined ? {} : { failure_mode }) };
  const confirmed = await compareCohorts(ctx, narrowed, null, of_maker, period, 'confirmed');
  const returned = await compareCohorts(ctx, filter, null, { maker: cohort.maker_code }, period, 'returned');
  return {
    cohort: labelOf(cohort),
    failure_mode: failure_mode ?? null,
    filter: narrowed,
    confirmed: figures(confirmed.first),
    returned: figures(returned.first),
    peers: figures(confirmed.second),
    against_maker: confirmed.exact,
    standardised_ratio: confirmed.age_standardised,
    batches: await partsOf(ctx, 'batch', cohort, failure_mode),
    firmwares: await partsOf(ctx, 'firmware', cohort, failure_mode),
    life,
  };
}

async function lifeOf(ctx: Ctx, cohort: NamedCohort): Promise<LifeEvidence> {
  const { analysis } = await analyseCohort(ctx, {
    filter: filterOf(cohort),
    kind: 'confirmed',
    precision: 'day',
    months: 12,
    level: 0.95,
    weibayes_shape: null,
    lead_time_days: 60,
    service_level: 0.95,
  });
  const { cumulative_incidence: _, by_mode: __, ...life } = lifeAnalysisJson(analysis, 'en');
  return { ...life, warnings: [...analysis.warnings] };
}

export const filterOf = (cohort: NamedCohort): CohortFilter => ({
  maker: cohort.maker_code,
  model: cohort.model_code,
  ...(cohort.hw_rev === null ? {} : { hw_rev: cohort.hw_rev }),
  ...(cohort.batch_code === null ? {} : { batch: cohort.batch_code }),
  ...(cohort.firmware_code === null ? {} : { firmware: cohort.firmware_code }),
});

const figures = ({ units, exposure_days, failures, rate_per_1000_device_months, ci_low, ci_high }: Figures): Figures => ({
  units,
  exposure_days,
  failures,
  rate_per_1000_device_months,
  ci_low,
  ci_high,
});

async function partsOf(ctx: Ctx, dimension: Dimension, cohort: NamedCohort, failure_mode: string | undefined): Promise<Part[]> {
  const rows = await everyRow(ctx, {
    by: dimension,
    maker: cohort.maker_code,
    model: cohort.model_code,
    ...(failure_mode === undefined ? {} : { failure_mode }),
  });
  const whole = { count: sum(rows, (row) => row.failures), exposure: sum(rows, (row) => row.exposure_days) };
  return rows.map((row) => ({
    row,
    against_rest: compareRates(
      { count: row.failures, exposure: row.exposure_days },
      { count: whole.count - row.failures, exposure: whole.exposure - row.exposure_days },
    ),
  }));
}

/** Models comparable with the suspected ones: of the same family, and the maker's others. Rows of the failure-rate table by model, in its order. */
export interface ComparedModels {
  readonly failure_mode: string | null;
  readonly same_family: readonly RateRow[];
  readonly same_maker: readonly RateRow[];
}

export async function comparedModels(ctx: Ctx, { cohorts }: EvidenceScope, failure_mode: string | undefined): Promise<ComparedModels> {
  const rows = await everyRow(ctx, { by: 'model', ...(failure_mode === undefined ? {} : { failure_mode }) });
  const models = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select(['models.id', 'models.code', 'models.family', 'makers.code as maker_code'])
    .execute();
  const suspects = new Set(cohorts.map((cohort) => cohort.model_id));
  const families = new Set(models.filter((model) => suspects.has(model.id)).flatMap((model) => (model.family === null ? [] : [model.family])));
  const key = (maker: string | null | undefined, code: string | null | undefined): string => `${maker}/${code}`;
  const family = new Set(models.filter((model) => model.family !== null && families.has(model.family)).map((model) => key(model.maker_code, model.code)));
  return {
    failure_mode: failure_mode ?? null,
    same_family: rows.filter((row) => family.has(key(row.group.maker, row.group.model))),
    same_maker: rows.filter((row) => row.group.maker === cohorts[0]?.maker_code),
  };
}

const PAGE = 500;

/** Every row of a failure-rate table, page by page. */
async function everyRow(ctx: Ctx, query: Record<string, string>): Promise<RateRow[]> {
  const rows: RateRow[] = [];
  for (let start: string | null = '0'; start !== null; ) {
    const table = await listFailureRates(ctx, RateQuery.parse({ ...query, limit: PAGE, cursor: start }));
    rows.push(...table.items);
    start = table.next_cursor;
  }
  return rows;
}

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
