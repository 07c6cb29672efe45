// What a claim out of an investigation begins with: the maker of what it suspects, and the confirmed units that no claim holds yet.
import { addDays } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import { listReturns } from './exposure.ts';

export interface Suggested {
  readonly maker_id: string;
  readonly title: string;
  readonly serials: readonly string[];
}

/** Of several makers the one suspected first. Nothing when it suspects no cohort. */
export async function suggestClaim(ctx: Ctx, investigation_id: string): Promise<Suggested | undefined> {
  const cohorts = await ctx.db
    .selectFrom('investigation_cohorts as c')
    .innerJoin('models', 'models.id', 'c.model_id')
    .innerJoin('investigations as i', 'i.id', 'c.investigation_id')
    .select(['c.model_id', 'c.hw_rev', 'c.batch_id', 'c.firmware_id', 'models.maker_id', 'i.title'])
    .where('c.investigation_id', '=', investigation_id)
    .orderBy('c.id')
    .execute();
  const [first] = cohorts;
  if (first === undefined) return undefined;
  const { maker_id, title } = first;
  const returned = await listReturns(
    ctx,
    cohorts.filter((cohort) => cohort.maker_id === maker_id),
    addDays(today(ctx), 1),
  );
  const confirmed = returned.filter((row) => row.finding === 'confirmed');
  const ids = confirmed.map((row) => row.unit_id);
  const lines = await ctx.db.selectFrom('claim_lines').select('unit_id').where('unit_id', 'in', amongTexts(ctx.db, ids)).execute();
  const claimed = new Set(lines.map((line) => line.unit_id));
  const units = confirmed.filter((row) => !claimed.has(row.unit_id));
  return { maker_id, title, serials: [...new Set(units.map((row) => row.serial))] };
}
