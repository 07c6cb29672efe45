// Evidence packs: figures gathered once, frozen under a fingerprint both sides can quote, and given out again byte for byte.
import { allow, staffOnly } from '../core/actor.ts';
import { newId, sha256 } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { countChanges } from '../quality/count.ts';
import { type CohortLabel, labelOf } from './cohort.ts';
import { type CohortEvidence, type ComparedModels, cohortEvidence, comparedModels } from './evidenceRates.ts';
import { type Asked, type EvidenceScope, type EvidenceSubject, findScope } from './evidenceSubject.ts';
import { type EvidenceUnit, listEvidenceUnits } from './evidenceUnits.ts';
import { withDescendants } from './modes.ts';
import type { EvidencePackRow } from './table.ts';

/** Raised when the words or files made of the same figures change, so that an old pack says which it was made by. */
const FORMAT = 1;

export interface CodeName {
  readonly code: string;
  readonly name_en: string;
  readonly name_ja: string;
}

export interface EvidenceContent {
  readonly format: number;
  readonly as_of_on: string;
  readonly subject: EvidenceScope['subject'];
  readonly maker: { readonly code: string; readonly name: string };
  readonly cohorts: readonly CohortLabel[];
  readonly failure_modes: readonly CodeName[];
  /** What the codes of the units are called. */
  readonly names: { readonly failure_mode: readonly CodeName[]; readonly component: readonly CodeName[] };
  readonly asked: Asked | null;
  readonly figures: readonly CohortEvidence[];
  /** One comparison for each failure mode, or one over all. */
  readonly models: readonly ComparedModels[];
  readonly units: readonly EvidenceUnit[];
  readonly units_left_out: number;
  /** What a unit costs us, where the catalogue says so, times the units listed. */
  readonly cost: readonly { readonly model: string; readonly units: number; readonly unit_cost: number; readonly currency: string; readonly total: number }[];
}

/** Gathers the evidence of today and freezes it. The same figures again are the pack there is: same fingerprint, same record. */
export async function freezeEvidence(ctx: Ctx, subject: EvidenceSubject): Promise<EvidencePackRow> {
  allow(ctx, 'claim:write');
  await countChanges(ctx);
  return transaction(ctx, async (ctx) => {
    const scope = await findScope(ctx, subject);
    const content = canonicalJson(await gatherEvidence(ctx, scope));
    const fingerprint = sha256(content);
    const row: EvidencePackRow = {
      id: newId(ctx.now),
      fingerprint,
      subject_kind: scope.subject.kind,
      subject_id: scope.subject.id,
      maker_id: scope.cohorts[0]?.maker_id ?? '',
      title: scope.subject.title,
      as_of_on: today(ctx),
      content,
      created_by: ctx.actor.name,
      created_at: ctx.now,
    };
    const written = await ctx.db
      .insertInto('evidence_packs')
      .values(row)
      .onConflict((conflict) => conflict.column('fingerprint').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (written === undefined) return ctx.db.selectFrom('evidence_packs').selectAll().where('fingerprint', '=', fingerprint).executeTakeFirstOrThrow();
    await remember(ctx, {
      action: 'evidence_pack.frozen',
      record_kind: 'evidence_pack',
      record_id: row.id,
      change: { fingerprint, subject_kind: row.subject_kind, subject_id: row.subject_id },
    });
    return row;
  });
}

/** Everything a pack says, from the tables as they stand. */
export async function gatherEvidence(ctx: Ctx, scope: EvidenceScope): Promise<EvidenceContent> {
  const maker = await ctx.db
    .selectFrom('makers')
    .select(['code', 'name'])
    .where('id', '=', scope.cohorts[0]?.maker_id ?? '')
    .executeTakeFirstOrThrow();
  const modes =
    scope.failure_modes.length === 0
      ? []
      : await ctx.db
          .selectFrom('codes')
          .select(['id', 'code', 'name_en', 'name_ja'])
          .where('id', 'in', [...scope.failure_modes])
          .orderBy('code')
          .execute();
  const codes = modes.length === 0 ? [undefined] : modes.map((mode) => mode.code);
  const figures: CohortEvidence[] = [];
  for (const cohort of scope.cohorts) figures.push(...(await cohortEvidence(ctx, cohort, codes)));
  const models: ComparedModels[] = [];
  for (const code of codes) models.push(await comparedModels(ctx, scope, code));
  const { units, left_out } = await listEvidenceUnits(
    ctx,
    scope,
    await withDescendants(
      ctx,
      modes.map((mode) => mode.id),
    ),
    addDays(today(ctx), 1),
  );
  return {
    format: FORMAT,
    as_of_on: today(ctx),
    subject: scope.subject,
    maker,
    cohorts: scope.cohorts.map(labelOf),
    failure_modes: modes.map(({ id: _, ...mode }) => mode),
    names: { failure_mode: await namesOf(ctx, 'failure_mode', units), component: await namesOf(ctx, 'component', units) },
    asked: scope.asked,
    figures,
    models,
    units,
    units_left_out: left_out,
    cost: await costOf(ctx, scope, units),
  };
}

function namesOf(ctx: Ctx, tree: 'failure_mode' | 'component', units: readonly EvidenceUnit[]): Promise<CodeName[]> | CodeName[] {
  const codes = [...new Set(units.flatMap((unit) => unit[tree] ?? []))];
  return codes.length === 0
    ? []
    : ctx.db.selectFrom('codes').select(['code', 'name_en', 'name_ja']).where('tree', '=', tree).where('code', 'in', codes).orderBy('code').execute();
}

async function costOf(ctx: Ctx, { cohorts }: EvidenceScope, units: readonly EvidenceUnit[]): Promise<EvidenceContent['cost']> {
  const ids = [...new Set(cohorts.map((cohort) => cohort.model_id))];
  const models = await ctx.db.selectFrom('models').select(['code', 'unit_cost', 'currency']).where('id', 'in', ids).orderBy('code').execute();
  return models.flatMap(({ code, unit_cost, currency }) => {
    const count = units.filter((unit) => unit.model === code).length;
    return unit_cost === null || currency === null || count === 0 ? [] : [{ model: code, units: count, unit_cost, currency, total: unit_cost * count }];
  });
}

export async function getEvidencePack(ctx: Ctx, id: string): Promise<{ pack: EvidencePackRow; content: EvidenceContent }> {
  staffOnly(ctx);
  const pack = await ctx.db.selectFrom('evidence_packs').selectAll().where('id', '=', id).executeTakeFirst();
  if (pack === undefined) throw notFound(['Evidence pack', 'エビデンス資料']);
  // Written by freezeEvidence from an EvidenceContent.
  return { pack, content: JSON.parse(pack.content) as EvidenceContent };
}

export const listEvidencePacks = (
  ctx: Ctx,
  subject: { readonly subject_kind?: EvidencePackRow['subject_kind'] | undefined; readonly subject_id?: string | undefined },
) => {
  staffOnly(ctx);
  let query = ctx.db
    .selectFrom('evidence_packs')
    .select(['id', 'fingerprint', 'subject_kind', 'subject_id', 'maker_id', 'title', 'as_of_on', 'created_by', 'created_at']);
  if (subject.subject_kind !== undefined) query = query.where('subject_kind', '=', subject.subject_kind);
  if (subject.subject_id !== undefined) query = query.where('subject_id', '=', subject.subject_id);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(100).execute();
};

/** JSON with the keys of every object in order, so that equal figures are equal bytes. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
