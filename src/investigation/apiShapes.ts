// The JSON of an investigation and its parts, as the routes that answer with them share it.
import { z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { DayText, Instant } from '../web/route.ts';
import { linkKinds } from './inputs.ts';
import { investigationStates } from './lifecycle.ts';

export const Nullable = z.string().nullable();
export const Rate = z.number().nullable();

const Numbers = z
  .object({
    as_of_on: DayText,
    units: z.int(),
    in_service: z.int(),
    customers: z.int(),
    exposure_days: z.number(),
    returned: z.int(),
    confirmed: z.int(),
    nff: z.int(),
    untriaged: z.int(),
    cases: z.int(),
    alerts: z.int(),
    rate_per_1000_device_months: Rate,
    ci_low: Rate,
    ci_high: Rate,
  })
  .openapi('ProblemNumbers');

export const Investigation = z
  .object({
    id: z.string(),
    number: z.string(),
    title: z.string(),
    problem: z.string(),
    state: z.enum(investigationStates),
    source_kind: z.string(),
    source_id: Nullable,
    owner_id: Nullable,
    next_on: Nullable,
    next_step: Nullable,
    containment: Nullable,
    effectiveness: Nullable,
    evidence_kind: Nullable,
    evidence_id: Nullable,
    closed_at: Nullable,
    closed_by: Nullable,
    reopened_at: Nullable,
    reopened_reason: Nullable,
    frozen: Numbers,
    frozen_at: Instant,
    created_by: z.string(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Investigation');

export const Cause = z
  .object({
    id: z.string(),
    investigation_id: z.string(),
    branch: z.enum(['occurrence', 'escape']),
    parent_id: Nullable,
    statement: z.string(),
    evidence: Nullable,
    cause_id: Nullable,
    state: z.string(),
    decided_by: Nullable,
    decided_at: Nullable,
    created_by: z.string(),
    created_at: Instant,
    version: z.int(),
  })
  .openapi('InvestigationCause');

export const Action = z
  .object({
    id: z.string(),
    investigation_id: z.string(),
    kind: z.string(),
    title: z.string(),
    model_id: Nullable,
    owner_id: z.string(),
    due_on: DayText,
    state: z.string(),
    outcome: Nullable,
    done_on: Nullable,
    reminded_on: Nullable,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('InvestigationAction');

export const Cohort = z
  .object({ id: z.string(), model_id: z.string(), hw_rev: Nullable, batch_id: Nullable, firmware_id: Nullable })
  .openapi('InvestigationCohort');

export const InvestigationInFull = Investigation.extend({
  owner_name: Nullable,
  live: Numbers,
  cohorts: z.array(Cohort.extend({ maker_id: z.string(), maker_code: z.string(), model_code: z.string(), batch_code: Nullable, firmware_code: Nullable })),
  links: z.array(z.object({ kind: z.enum(linkKinds), record_id: z.string(), label: z.string(), path: Nullable })),
  team: z.array(z.object({ user_id: z.string(), name: z.string(), duty: Nullable })),
  causes: z.array(Cause),
  actions: z.array(
    Action.extend({
      owner_name: z.string(),
      cut_ins: z.array(z.object({ id: z.string(), action_id: z.string(), model_code: z.string(), kind: z.string(), from: z.string(), to: Nullable })),
    }),
  ),
  steps: z.array(z.object({ event: z.string(), gaps: z.array(z.string()) })),
}).openapi('InvestigationInFull');

/** A row of investigations as JSON, its frozen numbers opened. */
export const shown = <Row extends { frozen: string }>(row: Row) => ({ ...jsonOf(row), frozen: JSON.parse(row.frozen) });
