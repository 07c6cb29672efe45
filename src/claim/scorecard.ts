// How makers do: failure rates, how they answer claims, and what comes back again.
import { type Day, daysBetween } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { listFailureRates, type RateRow } from '../quality/failureRates.ts';
import { RateQuery } from '../quality/inputs.ts';
import { clopperPearsonInterval } from '../stats/proportionInterval.ts';
import { fromMinor } from './money.ts';
import { median } from './rules.ts';

export interface MakerScore {
  readonly maker_id: string;
  readonly maker_code: string;
  readonly maker_name: string;
  /** From the failure-rate table; null when the maker has no unit in service yet. */
  readonly units: number | null;
  readonly exposure_days: number | null;
  readonly failures: number | null;
  readonly rate_per_1000_device_months: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly claims: number;
  readonly claims_open: number;
  readonly lines_claimed: number;
  /** Lines the maker has spoken about: what the acceptance is a share of. */
  readonly lines_answered: number;
  readonly lines_accepted: number;
  readonly lines_settled: number;
  /** Accepted of the lines that were answered, with Clopper and Pearson's limits; null before any answer. */
  readonly acceptance: number | null;
  readonly acceptance_low: number | null;
  readonly acceptance_high: number | null;
  readonly days_to_answer_median: number | null;
  readonly days_to_settle_median: number | null;
  readonly overdue: number;
  /** Failure modes claimed again after a claim for the same mode was settled. */
  readonly repeat_causes: readonly string[];
  readonly settled: readonly { readonly currency: string; readonly amount: number }[];
}

/** Every maker with units or claims, the most claims first. Cost: one failure-rate table by maker and four small scans. */
export async function listMakerScores(ctx: Ctx, period: { from_on?: Day | undefined; to_on?: Day | undefined } = {}): Promise<MakerScore[]> {
  const rates = await ratesByMaker(ctx, period);
  const makers = await ctx.db.selectFrom('makers').select(['id', 'code', 'name']).orderBy('code').execute();
  const claims = await listClaimsIn(ctx, period);
  const lines = await ctx.db.selectFrom('claim_lines').select(['claim_id', 'state', 'failure_mode_id', 'created_at']).execute();
  const settlements = await ctx.db.selectFrom('claim_settlements').select(['claim_id', 'amount_minor', 'currency']).execute();
  const overdue = await ctx.db
    .selectFrom('claim_deadlines')
    .select('claim_id')
    .where('side', '=', 'maker')
    .where('met_on', 'is', null)
    .where('dropped_at', 'is', null)
    .where('due_on', '<', today(ctx))
    .execute();
  const modes = new Map(
    (await ctx.db.selectFrom('codes').select(['id', 'code']).where('tree', '=', 'failure_mode').execute()).map((mode) => [mode.id, mode.code]),
  );
  const scores = makers.map((maker): MakerScore => {
    const own = claims.filter((claim) => claim.maker_id === maker.id);
    const ids = new Set(own.map((claim) => claim.id));
    return {
      maker_id: maker.id,
      maker_code: maker.code,
      maker_name: maker.name,
      ...rateOf(rates.get(maker.code)),
      claims: own.length,
      claims_open: own.filter((claim) => claim.state !== 'closed').length,
      ...acceptanceOf(
        lines.filter((line) => ids.has(line.claim_id)),
        new Set(own.filter((claim) => claim.answered_on !== null).map((claim) => claim.id)),
      ),
      ...timesOf(own),
      overdue: overdue.filter((row) => ids.has(row.claim_id)).length,
      repeat_causes: repeatCauses(own, lines).map((id) => modes.get(id) ?? id),
      settled: sums(settlements.filter((row) => ids.has(row.claim_id))),
    };
  });
  return scores.filter((score) => score.claims > 0 || score.units !== null).sort((a, b) => b.claims - a.claims || a.maker_code.localeCompare(b.maker_code));
}

async function ratesByMaker(ctx: Ctx, period: { from_on?: Day | undefined; to_on?: Day | undefined }): Promise<Map<string, RateRow>> {
  const table = await listFailureRates(
    ctx,
    RateQuery.parse({
      by: 'maker',
      limit: 500,
      ...(period.from_on === undefined ? {} : { from_on: period.from_on }),
      ...(period.to_on === undefined ? {} : { to_on: period.to_on }),
    }),
  );
  return new Map(table.items.map((row) => [row.group.maker ?? '', row]));
}

const rateOf = (row: RateRow | undefined): Pick<MakerScore, 'units' | 'exposure_days' | 'failures' | 'rate_per_1000_device_months' | 'ci_low' | 'ci_high'> => ({
  units: row?.units ?? null,
  exposure_days: row?.exposure_days ?? null,
  failures: row?.failures ?? null,
  rate_per_1000_device_months: row?.rate_per_1000_device_months ?? null,
  ci_low: row?.ci_low ?? null,
  ci_high: row?.ci_high ?? null,
});

interface ScoredClaim {
  readonly id: string;
  readonly maker_id: string;
  readonly state: string;
  readonly submitted_on: Day | null;
  readonly answered_on: Day | null;
  readonly settled_on: Day | null;
}

function listClaimsIn(ctx: Ctx, { from_on, to_on }: { from_on?: Day | undefined; to_on?: Day | undefined }): Promise<ScoredClaim[]> {
  let query = ctx.db
    .selectFrom('claims')
    .select(['id', 'maker_id', 'state', 'submitted_on', 'answered_on', 'settled_on'])
    .where('submitted_on', 'is not', null);
  if (from_on !== undefined) query = query.where('submitted_on', '>=', from_on);
  if (to_on !== undefined) query = query.where('submitted_on', '<', to_on);
  return query.orderBy('id').execute();
}

/** A line we gave up before any answer says nothing about the maker: only lines of answered claims count as answered. */
function acceptanceOf(
  lines: readonly { claim_id: string; state: string }[],
  answered_claims: ReadonlySet<string>,
): Pick<MakerScore, 'lines_claimed' | 'lines_answered' | 'lines_accepted' | 'lines_settled' | 'acceptance' | 'acceptance_low' | 'acceptance_high'> {
  const of = (...states: string[]): number => lines.filter((line) => states.includes(line.state)).length;
  const accepted = of('accepted', 'settled');
  const answered = lines.filter((line) => line.state !== 'claimed' && answered_claims.has(line.claim_id)).length;
  const limits = clopperPearsonInterval(accepted, answered);
  return {
    lines_claimed: lines.length,
    lines_answered: answered,
    lines_accepted: accepted,
    lines_settled: of('settled'),
    acceptance: answered === 0 ? null : accepted / answered,
    acceptance_low: limits?.low ?? null,
    acceptance_high: limits?.high ?? null,
  };
}

const timesOf = (claims: readonly ScoredClaim[]): Pick<MakerScore, 'days_to_answer_median' | 'days_to_settle_median'> => ({
  days_to_answer_median: median(
    claims.flatMap((claim) => (claim.submitted_on === null || claim.answered_on === null ? [] : [daysBetween(claim.submitted_on, claim.answered_on)])),
  ),
  days_to_settle_median: median(
    claims.flatMap((claim) => (claim.submitted_on === null || claim.settled_on === null ? [] : [daysBetween(claim.submitted_on, claim.settled_on)])),
  ),
});

function repeatCauses(claims: readonly ScoredClaim[], lines: readonly { claim_id: string; failure_mode_id: string | null }[]): string[] {
  const modesOf = (claim: ScoredClaim): Set<string> =>
    new Set(lines.flatMap((line) => (line.claim_id === claim.id && line.failure_mode_id !== null ? [line.failure_mode_id] : [])));
  const settled = claims.filter((claim) => claim.settled_on !== null).map((claim) => ({ on: claim.settled_on ?? '', modes: modesOf(claim) }));
  const again = claims.flatMap((claim) =>
    [...modesOf(claim)].filter((mode) => settled.some((earlier) => earlier.modes.has(mode) && earlier.on <= (claim.submitted_on ?? '') && earlier.on !== '')),
  );
  return [...new Set(again)].sort();
}

function sums(settlements: readonly { amount_minor: number | null; currency: string | null }[]): { currency: string; amount: number }[] {
  const totals = new Map<string, number>();
  for (const { amount_minor, currency } of settlements)
    if (amount_minor !== null && currency !== null) totals.set(currency, (totals.get(currency) ?? 0) + amount_minor);
  return [...totals].map(([currency, minor]) => ({ currency, amount: fromMinor(minor, currency) })).sort((a, b) => a.currency.localeCompare(b.currency));
}
