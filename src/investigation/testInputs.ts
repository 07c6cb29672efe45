import { z } from '@hono/zod-openapi';
import { says } from '../core/says.ts';
import { DayText } from '../web/route.ts';

const Id = z.string().min(1).max(64);
export const testKinds = ['water_ingress', 'temperature', 'drop', 'cable', 'power', 'other'] as const;

/** One measurement of a protocol. Without limits it is only noted. */
export const TestStep = z.strictObject({
  code: z.string().regex(/^[a-z0-9_-]{1,40}$/),
  name_en: z.string().trim().min(1).max(200),
  name_ja: z.string().trim().min(1).max(200),
  unit: z.string().max(20).nullable().default(null),
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  photo: z.enum(['required', 'optional']).default('optional'),
});
export type TestStep = z.output<typeof TestStep>;

/** A template, or its next revision when the code exists. */
export const SaveTestTemplate = z.strictObject({
  code: z.string().trim().min(1).max(60),
  kind: z.enum(testKinds),
  name_en: z.string().trim().min(1).max(200),
  name_ja: z.string().trim().min(1).max(200),
  method: z.string().trim().max(10_000).nullable().default(null),
  steps: z
    .array(TestStep)
    .min(1)
    .max(100)
    .refine((steps) => new Set(steps.map((step) => step.code)).size === steps.length, says(['Two steps share a code', '同じコードの項目があります'])),
});
export type SaveTestTemplate = z.output<typeof SaveTestTemplate>;

export const StartTest = z.strictObject({
  template_id: Id,
  investigation_id: Id.nullable().default(null),
  title: z.string().trim().min(1).max(300),
  conditions: z.string().trim().max(5000).nullable().default(null),
  serials: z.array(z.string().min(1).max(100)).min(1).max(200),
});
export type StartTest = z.output<typeof StartTest>;

export const RecordValue = z
  .strictObject({
    sample_id: Id,
    step_code: z.string().max(40),
    value: z.number().nullable().default(null),
    observation: z.string().trim().min(1).max(2000).nullable().default(null),
    /** For a step without limits; one with limits is judged by them. */
    result: z.enum(['pass', 'fail']).optional(),
  })
  .refine((input) => input.value !== null || input.observation !== null, {
    path: ['value'],
    message: says(['A value or an observation', '測定値または所見を入力してください']),
  });
export type RecordValue = z.output<typeof RecordValue>;

export const ConcludeTest = z.strictObject({
  result: z.enum(['pass', 'fail']),
  conclusion: z.string().trim().min(1).max(10_000),
  tested_on: DayText.optional(),
});
export type ConcludeTest = z.output<typeof ConcludeTest>;

/** A text field with one entry a line, as forms send serials and steps. */
export const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
