// JSON routes of the analyses around the rate table: comparison, control chart, Nevada grid, NFF, repeat returns, warranty cost, frozen months.
import { createRoute, z } from '@hono/zod-openapi';
import { rfc3339 } from '../core/time.ts';
import { answers, gated, newApi, pageOf, problems } from '../web/route.ts';
import { compareCohorts } from './comparison.ts';
import { listFrozenMonths } from './frozenMonths.ts';
import { CohortPeriodQuery, ComparisonQuery, ControlChartQuery, MonthsQuery, NevadaQuery, NffQuery } from './inputs.ts';
import { monthlyChart } from './monthly.ts';
import { nevadaTable } from './nevadaTable.ts';
import { listNffShares, listRepeatReturns } from './nff.ts';
import { periodOf } from './period.ts';
import { listWarrantyCosts } from './warrantyCost.ts';

export const chartApi = newApi();

const Maybe = z.number().nullable();
const whole = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next_cursor: z.null() });
const list = <T>(items: readonly T[]) => ({ items: [...items], next_cursor: null });

const ComparedJson = z
  .object({
    units: z.int(),
    exposure_days: z.number(),
    failures: z.number(),
    returned: z.int(),
    rate_per_1000_device_months: Maybe,
    ci_low: Maybe,
    ci_high: Maybe,
    afr: Maybe,
    afr_ci_low: Maybe,
    afr_ci_high: Maybe,
  })
  .openapi('ComparedCohort');

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/comparison',
    ...gated('quality:read'),
    summary: 'Two cohorts, or one and its peers: exact test and age-standardised ratio',
    description:
      '`first` and `second` are written `model:X-100,firmware:4.2.1`. Without `second` the first is compared with everybody else, or everybody else of `peers_of`.',
    request: { query: ComparisonQuery },
    responses: {
      200: answers(
        z.object({
          first: ComparedJson,
          second: ComparedJson,
          with_peers: z.boolean(),
          exact: z.object({ ratio: Maybe, ratio_low: z.number(), ratio_high: Maybe, p_two_sided: z.number(), p_greater: z.number() }).nullable(),
          age_standardised: z.object({ ratio: z.number(), expected: z.number(), low: z.number(), high: z.number() }).nullable(),
        }),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { first, second, peers_of, kind, ...period } = c.req.valid('query');
    return c.json(await compareCohorts(c.var.ctx, first, second ?? null, peers_of ?? {}, periodOf(c.var.ctx, period), kind), 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/control-chart',
    ...gated('quality:read'),
    summary: 'Monthly rates with Laney u′ limits and run rules',
    request: { query: ControlChartQuery },
    responses: {
      200: answers(
        z.object({
          centre: Maybe,
          sigma_z: z.number(),
          next_cursor: z.null(),
          items: z.array(
            z.object({
              month: z.string(),
              failures: z.number(),
              exposure_days: z.number(),
              rate: Maybe,
              low: Maybe,
              high: Maybe,
              rules: z.array(z.string()),
              mix_standardised_rate: Maybe,
            }),
          ),
        }),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { kind, months, ...filter } = c.req.valid('query');
    const { points, ...chart } = await monthlyChart(c.var.ctx, filter, kind, months);
    return c.json({ ...chart, ...list(points.map((point) => ({ ...point, rules: [...point.rules] }))) }, 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/life-analysis/nevada',
    ...gated('quality:read'),
    summary: 'Month of entering service × age in months',
    request: { query: NevadaQuery },
    responses: {
      200: answers(
        whole(
          z.object({
            label: z.string(),
            units: z.int(),
            cells: z.array(z.object({ returns: z.int(), exposed: z.int(), hazard: Maybe, reported: z.number() })),
          }),
        ),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { kind, months, ...filter } = c.req.valid('query');
    const rows = await nevadaTable(c.var.ctx, filter, kind, months);
    return c.json(list(rows.map((row) => ({ ...row, cells: [...row.cells] }))), 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/nff',
    ...gated('quality:read'),
    summary: 'Share of "no fault found" by inspector, model, firmware or customer',
    request: { query: NffQuery },
    responses: {
      200: answers(
        whole(
          z.object({
            name: z.string().nullable(),
            maker: z.string().nullable(),
            verdicts: z.int(),
            nff: z.int(),
            share: z.number(),
            ci_low: z.number(),
            ci_high: z.number(),
          }),
        ),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { by, from_on, to_on, ...filter } = c.req.valid('query');
    const rows = await listNffShares(c.var.ctx, by, filter, periodOf(c.var.ctx, { from_on, to_on }));
    return c.json(list(rows.map(({ opens: _, ...row }) => row)), 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/repeats',
    ...gated('quality:read'),
    summary: 'Units that came back more than once',
    request: { query: CohortPeriodQuery },
    responses: {
      200: answers(
        whole(
          z.object({
            unit_id: z.string(),
            serial: z.string(),
            maker: z.string(),
            model: z.string(),
            returns: z.int(),
            confirmed: z.int(),
            nff: z.int(),
            days_between: z.int(),
          }),
        ),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { from_on, to_on, ...filter } = c.req.valid('query');
    return c.json(list(await listRepeatReturns(c.var.ctx, filter, periodOf(c.var.ctx, { from_on, to_on }))), 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/warranty-cost',
    ...gated('quality:read'),
    summary: 'Cost of failures under warranty, past and expected, for models with a unit cost',
    request: { query: CohortPeriodQuery },
    responses: {
      200: answers(
        whole(
          z.object({
            maker: z.string(),
            model: z.string(),
            unit_cost: z.number(),
            currency: z.string().nullable(),
            maker_failures: z.int(),
            own_failures: z.int(),
            maker_cost: z.number(),
            own_cost: z.number(),
            units_in_warranty: z.int(),
            expected_cost_12_months: Maybe,
          }),
        ),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const { from_on, to_on, ...filter } = c.req.valid('query');
    return c.json(list(await listWarrantyCosts(c.var.ctx, filter, periodOf(c.var.ctx, { from_on, to_on }))), 200);
  },
);

chartApi.openapi(
  createRoute({
    method: 'get',
    path: '/failure-rates/months',
    ...gated('quality:read'),
    summary: 'Closed months as written, with every revision and what it changed',
    request: { query: MonthsQuery },
    responses: {
      200: answers(
        pageOf(
          z.object({
            month: z.string(),
            model: z.string(),
            revision: z.int(),
            exposure_days: z.int(),
            confirmed: z.int(),
            nff: z.int(),
            untriaged: z.int(),
            other: z.int(),
            fingerprint: z.string(),
            change: z.string().nullable(),
            frozen_at: z.string(),
          }),
        ),
      ),
      ...problems,
    },
  }),
  async (c) => {
    const page = await listFrozenMonths(c.var.ctx, c.req.valid('query'));
    return c.json({ ...page, items: page.items.map((row) => ({ ...row, frozen_at: rfc3339(row.frozen_at) })) }, 200);
  },
);
