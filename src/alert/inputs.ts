import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { says } from '../core/says.ts';

const Prose = z.string().trim().min(1).max(2000);

export const CloseAlert = z.object({ reason: Prose });
export type CloseAlert = z.output<typeof CloseAlert>;

export const Acknowledge = z.object({ note: Prose.nullish() });
export type Acknowledge = z.output<typeof Acknowledge>;

export const Investigate = z.object({ investigation_id: z.string().min(1).max(64) });
export type Investigate = z.output<typeof Investigate>;

const definition = {
  name_en: z.string().trim().min(1).max(80),
  name_ja: z.string().trim().min(1).max(80),
  kind: z.enum(['device', 'network']),
  measure: z.string().min(1).max(40),
  threshold: z.coerce.number().positive().max(1e9),
  prior_per_1000_device_days: z.coerce.number().positive().max(1000),
};

export const SaveSignal = z.object({
  code: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  ...definition,
  prior_per_1000_device_days: definition.prior_per_1000_device_days.default(0.5),
});
export type SaveSignal = z.output<typeof SaveSignal>;

export const ChangeSignal = z.object(definition).partial().extend({ retired: z.boolean().optional() });
export type ChangeSignal = z.output<typeof ChangeSignal>;

/** What to try instead of the definition as it stands. */
export const Backtest = z.object({
  measure: z.string().min(1).max(40).optional(),
  threshold: z.coerce.number().positive().max(1e9).optional(),
  kind: z.enum(['device', 'network']).optional(),
  days: z.coerce.number().int().min(30).max(730).default(365),
});
export type Backtest = z.output<typeof Backtest>;

export const AddSilence = z
  .object({
    model_id: z.string().min(1).max(64).nullish(),
    signal: z.string().min(1).max(40).nullish(),
    from_on: CalendarDay,
    to_on: CalendarDay,
    reason: Prose,
  })
  .refine((silence) => silence.to_on >= silence.from_on, { path: ['to_on'], message: says(['Not before from_on', 'from_on 以降の日付にしてください']) });
export type AddSilence = z.output<typeof AddSilence>;

/** From one false alert in 80 years of 1,000 models to one of each model in ten months. */
export const SetBudget = z.object({ false_alerts_per_1000_model_months: z.coerce.number().min(0.001).max(100) });
export type SetBudget = z.output<typeof SetBudget>;
