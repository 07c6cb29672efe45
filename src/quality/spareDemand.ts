// Replacement stock from hazard: what each model will need over its lead time, by its life model, or by its shrunken rate at its ages while failures are too few for one.
import { allow } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { type AgeGroup, forecastFailures } from '../stats/forecast.ts';
import { negativeBinomialInterval, negativeBinomialQuantile } from '../stats/negativeBinomial.ts';
import { storeForecast } from '../stock/policy.ts';
import { type AgedRates, agedRates } from './agedRates.ts';
import { listAgesUnderAlert } from './alertedAges.ts';
import { countBeforeReading } from './count.ts';
import { fitLifeModel } from './life.ts';

/** Every return takes a replacement, whatever the bench finds later. */
const KIND = 'returned';
/** Where the stock policy names no lead time. */
const LEAD_TIME_DAYS = 60;
const SERVICE_LEVEL = 0.95;
const DRAWS = 1000;
/** A forecast older than this is made anew. */
const FRESH_MS = 20 * 3_600_000;

/** Stores the demand of every model with a stock policy or a return, once a day. For jobs/schedule.ts. Returns how many models were forecast. */
export async function forecastSpares(ctx: Ctx): Promise<{ forecast: number }> {
  allow(ctx, 'quality:write');
  await countBeforeReading(ctx);
  const models = await listModelsInDemand(ctx);
  if (models.length === 0) return { forecast: 0 };
  const rates = await agedRates(ctx, KIND);
  for (const model of models) {
    const lead_time_days = model.lead_time_days ?? LEAD_TIME_DAYS;
    const demand = (await demandByLife(ctx, model, lead_time_days)) ?? (await demandByRate(ctx, model, lead_time_days, rates));
    await storeForecast(ctx, { model_id: model.id, horizon_days: lead_time_days, service_level: SERVICE_LEVEL, ...demand });
  }
  return { forecast: models.length };
}

interface ModelInDemand {
  readonly id: string;
  readonly code: string;
  readonly maker: string;
  readonly lead_time_days: number | null;
}

const listModelsInDemand = (ctx: Ctx): Promise<ModelInDemand[]> =>
  ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .leftJoin('stock_policies', 'stock_policies.model_id', 'models.id')
    .leftJoin('stock_forecasts', 'stock_forecasts.model_id', 'models.id')
    .select(['models.id', 'models.code', 'makers.code as maker', 'stock_policies.lead_time_days'])
    .where((eb) => eb.or([eb('stock_forecasts.computed_at', 'is', null), eb('stock_forecasts.computed_at', '<', ctx.now - FRESH_MS)]))
    .where((eb) =>
      eb.or([
        eb('stock_policies.model_id', 'is not', null),
        eb.exists(eb.selectFrom('quality_failures').select('unit_id').whereRef('quality_failures.model_id', '=', 'models.id')),
      ]),
    )
    .orderBy('models.id')
    .execute();

type Method = 'weibull' | 'limited_failure_population' | 'shrunken_rate';

interface Demand {
  readonly expected_demand: number;
  readonly demand_low: number;
  readonly demand_high: number;
  /** Units that suffice for the lead time at the service level: the reorder point to suggest. */
  readonly service_quantity: number;
  /** What it was computed by; `+open_alert` where units under an open alert count at its rate ratio. */
  readonly method: Method | `${Method}+open_alert`;
}

async function demandByLife(ctx: Ctx, { id, code, maker }: ModelInDemand, lead_time_days: number): Promise<Demand | null> {
  const model = await fitLifeModel(ctx, { filter: { maker, model: code }, kind: KIND, precision: 'day' });
  if (model === null) return null;
  const ages = await listAgesUnderAlert(ctx, id);
  const forecast = forecastFailures(model, ages, [lead_time_days], { level: SERVICE_LEVEL, draws: DRAWS });
  const { expected, low, high } = forecast.total;
  return {
    expected_demand: expected,
    demand_low: low,
    demand_high: high,
    service_quantity: forecast.countWithin(1, SERVICE_LEVEL),
    method: methodOf(model.name, ages),
  };
}

const methodOf = (method: Method, ages: readonly AgeGroup[]): Demand['method'] =>
  ages.some(({ hazard }) => hazard !== undefined) ? `${method}+open_alert` : method;

// A gamma distribution of the rate and a Poisson count over the lead time make a negative binomial.
async function demandByRate(ctx: Ctx, { id }: ModelInDemand, lead_time_days: number, { rateOf, daysBetween }: AgedRates): Promise<Demand> {
  const ages = await listAgesUnderAlert(ctx, id);
  const days = ages.reduce((sum, { age, units, hazard = 1 }) => sum + units * hazard * daysBetween(age, age + lead_time_days), 0);
  const { shape, rate } = rateOf(id);
  const p = days / (rate + days);
  const { low, high } = days > 0 ? negativeBinomialInterval(shape, p, SERVICE_LEVEL) : { low: 0, high: 0 };
  return {
    expected_demand: rate > 0 ? (shape / rate) * days : 0,
    demand_low: low,
    demand_high: high,
    service_quantity: days > 0 ? negativeBinomialQuantile(shape, p, SERVICE_LEVEL) : 0,
    method: methodOf('shrunken_rate', ages),
  };
}
