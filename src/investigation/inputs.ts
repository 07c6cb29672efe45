import { z } from '@hono/zod-openapi';
import { CalendarDay } from '../core/given.ts';
import { says } from '../core/says.ts';
import { DayText } from '../web/route.ts';
import { investigationStates } from './lifecycle.ts';

const Id = z.string().min(1).max(64);
const Line = z.string().trim().min(1).max(300);
const Prose = z.string().trim().min(1).max(10_000);
const MANY = 1000;

export const CohortInput = z.strictObject({
  model_id: Id,
  hw_rev: z.string().min(1).max(40).nullable().default(null),
  batch_id: Id.nullable().default(null),
  firmware_id: Id.nullable().default(null),
});
export type CohortInput = z.output<typeof CohortInput>;

export const linkKinds = ['unit', 'return_unit', 'alert', 'case', 'failure_mode'] as const;

export const LinkInput = z.strictObject({ kind: z.enum(linkKinds), record_id: Id });
export type LinkInput = z.output<typeof LinkInput>;

const opening = {
  title: Line,
  problem: Prose,
  owner_id: Id.optional(),
  next_on: DayText.optional(),
  next_step: z.string().trim().max(300).optional(),
};

export const OpenInvestigation = z
  .strictObject({
    ...opening,
    source_kind: z.enum(['alert', 'return_unit', 'case', 'manual']).default('manual'),
    source_id: Id.nullable().default(null),
    cohorts: z.array(CohortInput).max(50).default([]),
    links: z.array(LinkInput).max(MANY).default([]),
    team: z
      .array(z.strictObject({ user_id: Id, duty: z.string().max(100).nullable().default(null) }))
      .max(50)
      .default([]),
  })
  .refine((input) => (input.source_kind === 'manual') === (input.source_id === null), {
    path: ['source_id'],
    message: says(['source_id goes with a source_kind other than manual', 'source_id は source_kind が manual 以外のときに指定します']),
  });
export type OpenInvestigation = z.output<typeof OpenInvestigation>;

export const ChangeInvestigation = z.strictObject({
  title: Line.optional(),
  problem: Prose.optional(),
  owner_id: Id.optional(),
  next_on: DayText.optional(),
  next_step: z.string().trim().max(300).nullable().optional(),
});
export type ChangeInvestigation = z.output<typeof ChangeInvestigation>;

export const MemberInput = z.strictObject({ user_id: Id, duty: z.string().max(100).nullable().default(null) });
export type MemberInput = z.output<typeof MemberInput>;

export const AddCause = z.strictObject({
  branch: z.enum(['occurrence', 'escape']),
  parent_id: Id.nullable().default(null),
  statement: z.string().trim().min(1).max(2000),
  cause_id: Id.nullable().default(null),
});
export type AddCause = z.output<typeof AddCause>;

export const DecideCause = z.strictObject({ state: z.enum(['confirmed', 'ruled_out', 'supposed']), evidence: z.string().trim().min(1).max(5000).optional() });
export type DecideCause = z.output<typeof DecideCause>;

export const CutInInput = z.strictObject({
  model_id: Id,
  kind: z.enum(['batch', 'serial_range', 'hw_rev', 'firmware']),
  batch_id: Id.nullable().default(null),
  serial_from: z.string().max(100).nullable().default(null),
  serial_to: z.string().max(100).nullable().default(null),
  hw_rev: z.string().min(1).max(40).nullable().default(null),
  firmware_id: Id.nullable().default(null),
});
export type CutInInput = z.output<typeof CutInInput>;

export const AddAction = z.strictObject({
  kind: z.enum(['containment', 'permanent', 'horizontal']),
  title: Line,
  model_id: Id.nullable().default(null),
  owner_id: Id.optional(),
  due_on: DayText,
  cut_ins: z.array(CutInInput).max(20).default([]),
});
export type AddAction = z.output<typeof AddAction>;

export const ChangeAction = z.strictObject({
  title: Line.optional(),
  owner_id: Id.optional(),
  due_on: DayText.optional(),
  cut_ins: z.array(CutInInput).max(20).optional(),
});
export type ChangeAction = z.output<typeof ChangeAction>;

export const FinishAction = z.strictObject({ outcome: z.string().trim().min(1).max(5000), done_on: DayText.optional() });
export type FinishAction = z.output<typeof FinishAction>;

export const ReasonInput = z.strictObject({ reason: z.string().trim().min(1).max(2000) });
export type ReasonInput = z.output<typeof ReasonInput>;

export const Contain = z.strictObject({ containment: Prose });
export type Contain = z.output<typeof Contain>;

/** The proof: a kept before/after comparison that says improved, or a passed test record. */
export const Verify = z.strictObject({ effectiveness: Prose, evidence_kind: z.enum(['effectiveness_check', 'test_record']), evidence_id: Id });
export type Verify = z.output<typeof Verify>;

export const CheckEffectiveness = z.strictObject({ kind: z.enum(['confirmed', 'returned']).default('confirmed') });
export type CheckEffectiveness = z.output<typeof CheckEffectiveness>;

export const InvestigationFilter = z.object({
  state: z.enum([...investigationStates, 'active']).optional(),
  owner_id: Id.optional(),
  /** Open ones whose next date is that day or before. */
  due_by: CalendarDay.optional(),
  model_id: Id.optional(),
  maker_id: Id.optional(),
  q: z.string().max(100).optional(),
});
export type InvestigationFilter = z.output<typeof InvestigationFilter>;
