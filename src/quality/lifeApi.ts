// JSON routes of life analysis: of our own cohorts, and of rows sent in.
import { createRoute, z } from '@hono/zod-openapi';
import { analyseLife } from '../stats/lifeAnalysis.ts';
import { answers, body, gated, newApi, problems } from '../web/route.ts';
import { FitRequest, lifeRowsOf } from './fitInputs.ts';
import { analyseCohort } from './life.ts';
import { LifeAnalysisQuery, lifeRequestOf } from './lifeInputs.ts';
import { LifeAnalysisJson, lifeAnalysisJson } from './lifeJson.ts';

export const lifeApi = newApi();

const Count = z.object({ expected: z.number(), low: z.number(), high: z.number() });

const ForecastJson = z
  .object({
    model: z.enum(['weibull', 'limited_failure_population']),
    units_in_service: z.int(),
    level: z.number(),
    months: z.array(Count.extend({ from_on: z.string(), to_on: z.string() })),
    total: Count,
    suggested_reorder_point: z.int(),
    lead_time_days: z.int(),
    service_level: z.number(),
  })
  .openapi('FailureForecast');

lifeApi.openapi(
  createRoute({
    method: 'get',
    path: '/life-analysis',
    ...gated('quality:read'),
    summary: 'Life analysis of a cohort with a forecast of failures',
    request: { query: LifeAnalysisQuery },
    responses: { 200: answers(LifeAnalysisJson.extend({ forecast: ForecastJson.nullable() })), ...problems },
  }),
  async (c) => {
    const { analysis, forecast } = await analyseCohort(c.var.ctx, lifeRequestOf(c.req.valid('query')));
    return c.json({ ...lifeAnalysisJson(analysis, c.var.locale), forecast: forecast === null ? null : { ...forecast, months: [...forecast.months] } }, 200);
  },
);

lifeApi.openapi(
  createRoute({
    method: 'post',
    path: '/life-analysis/fits',
    ...gated('quality:read'),
    summary: 'The same analysis of rows sent in',
    request: { body: body(FitRequest) },
    responses: { 200: answers(LifeAnalysisJson), ...problems },
  }),
  (c) => {
    const request = c.req.valid('json');
    return c.json(lifeAnalysisJson(analyseLife(lifeRowsOf(request), { weibayesShape: request.weibayes_shape ?? null }), c.var.locale), 200);
  },
);
