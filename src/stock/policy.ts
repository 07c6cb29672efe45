// When to order a model: reorder point, safety stock, lead time; and the demand the life model expects.

import { getModelOf } from '../catalog/resolve.ts';
import { allow } from '../core/actor.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import type { SetPolicy } from './inputs.ts';
import type { StockForecastRow, StockPolicyRow } from './table.ts';

/** Creates or replaces the policy of a model. */
export async function setPolicy(ctx: Ctx, input: SetPolicy, expected?: number): Promise<StockPolicyRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const model = await getModelOf(ctx, input);
    const before = await ctx.db.selectFrom('stock_policies').selectAll().where('model_id', '=', model.id).executeTakeFirst();
    if (before !== undefined) refuseStale(before, expected);
    const row: StockPolicyRow = {
      model_id: model.id,
      reorder_point: input.reorder_point,
      safety_stock: input.safety_stock ?? before?.safety_stock ?? 0,
      lead_time_days: input.lead_time_days ?? before?.lead_time_days ?? null,
      order_quantity: input.order_quantity ?? before?.order_quantity ?? null,
      updated_by: ctx.actor.id,
      updated_at: ctx.now,
      version: (before?.version ?? 0) + 1,
    };
    await ctx.db
      .insertInto('stock_policies')
      .values(row)
      .onConflict((conflict) => conflict.column('model_id').doUpdateSet(row))
      .execute();
    await remember(ctx, {
      action: 'stock_policy.set',
      record_kind: 'stock_policy',
      record_id: model.id,
      change: { reorder_point: row.reorder_point, safety_stock: row.safety_stock, lead_time_days: row.lead_time_days },
    });
    return row;
  });
}

/** What the life analysis expects a model to need; for whoever fits the life model. */
export async function storeForecast(ctx: Ctx, forecast: Omit<StockForecastRow, 'computed_at'>): Promise<void> {
  allow(ctx, 'quality:write');
  await transaction(ctx, async (ctx) => {
    const row = { ...forecast, computed_at: ctx.now };
    const before = await ctx.db.selectFrom('stock_forecasts').selectAll().where('model_id', '=', forecast.model_id).executeTakeFirst();
    await ctx.db
      .insertInto('stock_forecasts')
      .values(row)
      .onConflict((conflict) => conflict.column('model_id').doUpdateSet(row))
      .execute();
    // Computed every night: the history keeps what it changed for the stock keeper, not every decimal.
    if (before?.service_quantity === row.service_quantity && before.horizon_days === row.horizon_days) return;
    await remember(ctx, {
      action: 'stock_forecast.stored',
      record_kind: 'stock_forecast',
      record_id: forecast.model_id,
      change: { expected_demand: forecast.expected_demand, service_quantity: forecast.service_quantity, horizon_days: forecast.horizon_days },
    });
  });
}
