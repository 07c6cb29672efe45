// What the bench accepts. Unknown fields are refused.
import { z } from 'zod';
import { asNumber } from '../core/given.ts';
import { says } from '../core/says.ts';
import { verdicts } from '../returns/inputs.ts';

const id = z.string().min(1).max(64);
const code = z.string().trim().min(1).max(64);
const text = z.string().trim().max(4000);
const name = z.string().trim().min(1).max(200);
const nothing = <T extends z.ZodType>(type: T) => type.nullable().optional();

export const StepAnswer = z.strictObject({
  step_id: id,
  result: z.enum(['ok', 'ng', 'skipped']).optional(),
  value: nothing(asNumber(z.coerce.number())),
  attachment_id: nothing(id),
  note: nothing(text),
});

const finding = {
  verdict: z.enum(verdicts).optional(),
  result: z.enum(['pass', 'fail']).optional(),
  reproduced_symptom: nothing(code),
  failure_mode: nothing(code),
  component: nothing(code),
  cause: nothing(code),
  note: nothing(text),
};

const MOST_STEPS = 100;

/** Opens an inspection; with a verdict also ends it. */
export const StartInspection = z.strictObject({
  return_unit_id: id,
  steps: z.array(StepAnswer).max(MOST_STEPS).optional(),
  /** Every required check of the list is good: for benches that keep their own protocol. */
  all_steps_ok: z.boolean().optional(),
  /** The footage stored in the unit has been erased. */
  footage_erased: z.boolean().optional(),
  ...finding,
});
export const RecordSteps = z.strictObject({ steps: z.array(StepAnswer).min(1).max(MOST_STEPS) });
export const GiveVerdict = z.strictObject({ footage_erased: z.boolean().optional(), ...finding });

const step = z
  .strictObject({
    kind: z.enum(['check', 'value', 'photo']),
    need: z.enum(['required', 'optional']),
    name_en: name,
    name_ja: name,
    value_unit: nothing(z.string().trim().max(20)),
    min_value: nothing(asNumber(z.coerce.number())),
    max_value: nothing(asNumber(z.coerce.number())),
  })
  .refine((one) => one.min_value == null || one.max_value == null || one.min_value <= one.max_value, {
    error: says(['min_value must not exceed max_value', 'min_value は max_value 以下にしてください']),
  });

export const NewChecklist = z.strictObject({
  name_en: name,
  name_ja: name,
  maker_id: id.optional(),
  maker_code: code.optional(),
  model_id: id.optional(),
  model_code: code.optional(),
  hw_rev: nothing(z.string().trim().max(32)),
  steps: z.array(step).min(1).max(MOST_STEPS),
});
export const ChecklistChange = z.strictObject({ name_en: name.optional(), name_ja: name.optional(), steps: z.array(step).min(1).max(MOST_STEPS) });

export type StepAnswer = z.output<typeof StepAnswer>;
export type StartInspection = z.output<typeof StartInspection>;
export type RecordSteps = z.output<typeof RecordSteps>;
export type GiveVerdict = z.output<typeof GiveVerdict>;
export type NewChecklist = z.output<typeof NewChecklist>;
export type ChecklistChange = z.output<typeof ChecklistChange>;
