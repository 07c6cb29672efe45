// Numbers of cohorts: cells, and the coarser cohorts their days and failures are added up in. Made when first needed.
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import type { Cell } from './spans.ts';
import type { CohortKind, QualityCohortRow } from './table.ts';
import type { TotalledCohort } from './totals.ts';

/** Cohort numbers of some models, loaded once and extended as cells turn up. Call `save` before rows refer to new ones. */
export class CohortNumbers {
  readonly #ids = new Map<string, number>();
  #next: number;
  #made: QualityCohortRow[] = [];

  private constructor(next: number, known: readonly { id: number; cohort_key: string }[]) {
    this.#next = next;
    for (const { id, cohort_key } of known) this.#ids.set(cohort_key, id);
  }

  static async load(ctx: Ctx, modelIds: readonly string[]): Promise<CohortNumbers> {
    const last = await ctx.db
      .selectFrom('quality_cohorts')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirst();
    const known =
      modelIds.length === 0 ? [] : await ctx.db.selectFrom('quality_cohorts').select(['id', 'cohort_key']).where('model_id', 'in', modelIds).execute();
    return new CohortNumbers(Number(last?.id ?? 0) + 1, known);
  }

  ofCell(cell: Cell): number {
    const { model_id, hw_rev, batch_id, firmware_id, site_kind } = cell;
    return this.#idOf('cell', { model_id, hw_rev, batch_id, firmware_id, site_kind });
  }

  /** The cohorts whose running totals a cell belongs to: its model, and its model by each further dimension. */
  totalled({ model_id, hw_rev, batch_id, firmware_id, site_kind }: Cell): TotalledCohort[] {
    const whole = { model_id, hw_rev: null, batch_id: null, firmware_id: null, site_kind: null };
    return [
      { kind: 'model', id: this.#idOf('model', whole) },
      { kind: 'hw_rev', id: this.#idOf('hw_rev', { ...whole, hw_rev }) },
      { kind: 'batch', id: this.#idOf('batch', { ...whole, batch_id }) },
      { kind: 'firmware', id: this.#idOf('firmware', { ...whole, firmware_id }) },
      { kind: 'site_kind', id: this.#idOf('site_kind', { ...whole, site_kind }) },
    ];
  }

  async save(ctx: Ctx): Promise<void> {
    await insertMany(ctx.db, 'quality_cohorts', this.#made);
    this.#made = [];
  }

  #idOf(kind: CohortKind, cell: Cell): number {
    const cohort_key = JSON.stringify([kind, cell.model_id, cell.hw_rev, cell.batch_id, cell.firmware_id, cell.site_kind]);
    const known = this.#ids.get(cohort_key);
    if (known !== undefined) return known;
    const id = this.#next++;
    this.#ids.set(cohort_key, id);
    this.#made.push({ id, kind, cohort_key, ...cell, recount_at: null });
    return id;
  }
}
