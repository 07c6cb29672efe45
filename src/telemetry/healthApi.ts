// /fleet-health: rates of health events by model and by the parts of one model, and the device-days behind them.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, gated, newApi, pageOf, problems } from '../web/route.ts';
import { type HealthRow, listFleetHealth } from './fleetHealth.ts';
import { listHealthDays } from './healthDays.ts';
import { FleetHealthQuery, type HealthCut, HealthDaysQuery } from './healthInputs.ts';

export const healthApi = newApi();

const tags = ['Fleet health'];
const Part = z.string().nullable().optional();

const HealthRowJson = z
  .object({
    rank: z.int(),
    signal: z.string(),
    maker: z.string(),
    model: z.string(),
    hw_rev: Part,
    batch: Part,
    firmware: Part,
    devices: z.int().openapi({ description: 'Devices that told about the signal on `counted_on`, the last day of the period with figures' }),
    device_days: z.int().openapi({ description: 'Days of devices that could tell about the signal' }),
    episodes: z.int().openapi({ description: 'Device-days with at least one event' }),
    events: z.number(),
    rate_per_1000_device_days: z.number(),
    ci_low: z.number(),
    ci_high: z.number(),
    shrunken_rate: z.number(),
    shrunken_p05: z.number(),
    shrunken_p95: z.number(),
    excess_p05: z.number().nullable().openapi({ description: 'How many times the rate of all groups it is at the least: `shrunken_p05` over that rate' }),
  })
  .openapi('FleetHealth');

const PopulationJson = z
  .object({
    signal: z.string(),
    groups: z.int(),
    device_days: z.int(),
    episodes: z.int(),
    rate_per_1000_device_days: z.number().nullable(),
    counted_on: z.string().nullable(),
  })
  .openapi('FleetHealthPopulation');

const TableJson = pageOf(HealthRowJson).extend({ from_on: z.string(), to_on: z.string(), population: z.array(PopulationJson) });

healthApi.openapi(
  createRoute({
    method: 'get',
    path: '/fleet-health',
    tags,
    summary: 'Rates of health events with exact intervals, ranked by what they exceed all groups by',
    description:
      'Episodes per 1,000 device-days. `by=model` compares the models; `firmware`, `hw_rev` and `batch` the parts of the one `model` named. Without `signal` there is a row for each ' +
      'signal, and the order is by `excess_p05`, which compares between signals. The period is half-open, `to_on` is not counted; the last 90 days unless given. Intervals take each ' +
      'device-day for itself: where a few devices repeat an event every day they are too narrow.',
    ...gated('telemetry:read'),
    request: { query: FleetHealthQuery },
    responses: { 200: answers(TableJson), ...problems },
  }),
  async (c) => {
    const query = c.req.valid('query');
    const { items, next_cursor, period, population } = await listFleetHealth(c.var.ctx, query);
    return c.json({ items: items.map((row) => healthJson(row, query.by)), next_cursor, ...period, population: [...population] }, 200);
  },
);

function healthJson({ rank, signal, maker, model, model_id: _, part, ...figures }: HealthRow, by: HealthCut) {
  return { rank, signal, maker, model, ...(by === 'model' ? {} : { [by]: part ?? null }), ...figures };
}

const HealthDayJson = z
  .object({
    day_on: z.string(),
    device_id: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    hw_rev: z.string().nullable(),
    batch: z.string().nullable(),
    firmware: z.string().nullable(),
    events: z.number(),
  })
  .openapi('FleetHealthDay');

healthApi.openapi(
  createRoute({
    method: 'get',
    path: '/fleet-health/days',
    tags,
    summary: 'The device-days a figure counts: those with an event, or with `counted=device_days` all of them',
    description: '`-` as a firmware, revision or batch means not known.',
    ...gated('telemetry:read'),
    request: { query: HealthDaysQuery },
    responses: { 200: answers(pageOf(HealthDayJson)), ...problems },
  }),
  async (c) => c.json(await listHealthDays(c.var.ctx, c.req.valid('query')), 200),
);
