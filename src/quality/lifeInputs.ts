// What a life analysis of our own units is asked for.
import { z } from 'zod';
import { CohortFilter, FAILURE_KINDS } from './inputs.ts';
import type { LifeRequest } from './life.ts';

export const LifeAnalysisQuery = CohortFilter.omit({ age_band: true, failure_mode: true, component: true }).extend({
  kind: z.enum(FAILURE_KINDS).default('confirmed'),
  precision: z.enum(['day', 'month']).default('day'),
  months: z.coerce.number().int().min(1).max(60).default(12),
  level: z.coerce.number().min(0.5).max(0.999).default(0.95),
  weibayes_shape: z.coerce.number().positive().max(100).optional(),
  lead_time_days: z.coerce.number().int().min(1).max(730).default(60),
  service_level: z.coerce.number().min(0.5).max(0.9999).default(0.95),
});
export type LifeAnalysisQuery = z.output<typeof LifeAnalysisQuery>;

export function lifeRequestOf({ kind, precision, months, level, weibayes_shape, lead_time_days, service_level, ...filter }: LifeAnalysisQuery): LifeRequest {
  return { filter, kind, precision, months, level, weibayes_shape: weibayes_shape ?? null, lead_time_days, service_level };
}
