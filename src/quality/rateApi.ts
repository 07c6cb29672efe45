// JSON routes of failure rates: the table and the rows behind it.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, gated, newApi, problems } from '../web/route.ts';
import { listExposureRows } from './exposureRows.ts';
import { listFailureRates } from './failureRates.ts';
import { listFailureRows } from './failureRows.ts';
import { ExposureRowsQuery, FailureRowsQuery, RateQuery } from './inputs.ts';

export const rateApi = newApi();

const Maybe = z.number().nullable();
const Code = z.string().nullable().optional();

export const RateRowJson = z
  .object({
    rank: z.int(),
    maker: Code,
    model: Code,
    hw_rev: Code,
    batch: Code,
    firmware: Code,
    site: Code,
    site_kind: Code,
    age_band: Code,
    failure_mode: Code,
    component: Code,
    group: z
      .record(z.string(), z.string().nullable())
      .openapi({ description: 'The codes of the group; the same codes stand beside it, so that CSV has a column for each' }),
    units: z.int(),
    exposure_days: z.number(),
    failures: z.number(),
    rate_per_1000_device_months: Maybe,
    ci_low: Maybe,
    ci_high: Maybe,
    shrunken_rate: Maybe,
    shrunken_p05: Maybe,
    shrunken_p95: Maybe,
    afr: Maybe,
    afr_ci_low: Maybe,
    afr_ci_high: Maybe,
    returned: z.int(),
    confirmed: z.int(),
    imputed: z.number(),
    nff: z.int(),
    nff_share: Maybe,
    untriaged: z.int(),
    other: z.int(),
    too_little_exposure: z.boolean(),
  })
  .openapi('FailureRate');

const PopulationJson = z
  .object({
    from_on: z.string().nullable(),
    to_on: z.string(),
    kind: z.string(),
    groups: z.int(),
    units: z.int(),
    exposure_days: z.number(),
    failures: z.number(),
    returned: z.int(),
    rate_per_1000_device_months: Maybe,
    waiting_units: z.int(),
    prior: z.object({ shape: z.number(), rate: z.number() }).nullable(),
  })
  .openapi('RatePopulation');

rateApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates',
    ...gated('quality:read'),
    summary: 'Failure rates with exact intervals and shrunken rates, ranked by the 5 % quantile',
    description: '`by` takes one or two dimensions. The period is half-open: `to_on` is not counted. `-` as a filter means not known.',
    request: { query: RateQuery },
    responses: { 200: answers(z.object({ items: z.array(RateRowJson), next_cursor: z.string().nullable(), population: PopulationJson })), ...problems },
  }),
  async (c) => {
    const table = await listFailureRates(c.var.ctx, c.req.valid('query'));
    return c.json({ ...table, items: table.items.map(({ rank, group, ...row }) => ({ rank, ...group, group: { ...group }, ...row })) }, 200);
  },
);

const FailureRowJson = z
  .object({
    return_unit_id: z.string(),
    return_id: z.string(),
    return_number: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    maker: z.string(),
    model: z.string(),
    hw_rev: z.string().nullable(),
    batch: z.string().nullable(),
    firmware: z.string().nullable(),
    site: z.string().nullable(),
    failed_on: z.string(),
    age_days: z.int().nullable(),
    finding: z.enum(['confirmed', 'nff', 'untriaged', 'other']),
    failure_mode: z.string().nullable(),
    component: z.string().nullable(),
  })
  .openapi('FailureRow');

rateApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/rows',
    ...gated('quality:read'),
    summary: 'The failures a figure counts',
    request: { query: FailureRowsQuery },
    responses: { 200: answers(z.object({ items: z.array(FailureRowJson), next_cursor: z.string().nullable() })), ...problems },
  }),
  async (c) => c.json(await listFailureRows(c.var.ctx, c.req.valid('query')), 200),
);

const ExposureRowJson = z
  .object({
    unit_id: z.string(),
    serial: z.string(),
    maker: z.string(),
    model: z.string(),
    hw_rev: z.string().nullable(),
    batch: z.string().nullable(),
    firmware: z.string().nullable(),
    site: z.string().nullable(),
    from_on: z.string(),
    to_on: z.string(),
    exposure_days: z.int(),
  })
  .openapi('ExposureRow');

rateApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/exposure',
    ...gated('quality:read'),
    summary: 'The stays in service a figure of device-days adds up',
    request: { query: ExposureRowsQuery },
    responses: { 200: answers(z.object({ items: z.array(ExposureRowJson), next_cursor: z.string().nullable() })), ...problems },
  }),
  async (c) => c.json(await listExposureRows(c.var.ctx, c.req.valid('query')), 200),
);
