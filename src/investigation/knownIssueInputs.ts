import { z } from '@hono/zod-openapi';
import { CohortInput } from './inputs.ts';
import { knownIssueEvents, knownIssueStates } from './lifecycle.ts';

const Id = z.string().min(1).max(64);
const Prose = z.string().trim().min(1).max(5000);

const fields = {
  title_en: z.string().trim().min(1).max(300),
  title_ja: z.string().trim().min(1).max(300),
  workaround_en: Prose.nullable(),
  workaround_ja: Prose.nullable(),
  symptom_id: Id.nullable(),
  failure_mode_id: Id.nullable(),
  /** A field of the daily telemetry whose events are the issue's signature, like `reboot_brownout`. */
  signal: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,60}$/)
    .nullable(),
  investigation_id: Id.nullable(),
};

export const AddKnownIssue = z.strictObject({
  ...fields,
  workaround_en: fields.workaround_en.default(null),
  workaround_ja: fields.workaround_ja.default(null),
  symptom_id: fields.symptom_id.default(null),
  failure_mode_id: fields.failure_mode_id.default(null),
  signal: fields.signal.default(null),
  investigation_id: fields.investigation_id.default(null),
  cohorts: z.array(CohortInput).min(1).max(50),
});
export type AddKnownIssue = z.output<typeof AddKnownIssue>;

export const ChangeKnownIssue = z.strictObject({ ...fields, cohorts: z.array(CohortInput).min(1).max(50) }).partial();
export type ChangeKnownIssue = z.output<typeof ChangeKnownIssue>;

export const DecideKnownIssue = z.strictObject({
  event: z.enum(knownIssueEvents),
  fixed_in: z.string().trim().min(1).max(300).optional(),
  fixed_firmware_id: Id.nullable().default(null),
  reason: z.string().trim().max(1000).optional(),
});
export type DecideKnownIssue = z.output<typeof DecideKnownIssue>;

export const recordKinds = ['return_unit', 'case'] as const;
export const DecideMatch = z.strictObject({ record_kind: z.enum(recordKinds), record_id: Id, state: z.enum(['accepted', 'refused']) });
export type DecideMatch = z.output<typeof DecideMatch>;

export const KnownIssueFilter = z.object({
  state: z.enum(knownIssueStates).optional(),
  model_id: Id.optional(),
  investigation_id: Id.optional(),
  /** Only those whose cohorts hold this unit. */
  unit_id: Id.optional(),
  q: z.string().max(100).optional(),
});
export type KnownIssueFilter = z.output<typeof KnownIssueFilter>;
