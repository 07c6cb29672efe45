// What the table of health events is asked for: signal, period, cut, order.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { invalid } from '../core/problem.ts';
import { says } from '../core/says.ts';
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { oneToSortBy } from '../db/page.ts';
import { dailySignals } from './signals.ts';

export const healthCuts = ['model', 'firmware', 'hw_rev', 'batch'] as const;
export type HealthCut = (typeof healthCuts)[number];

/** In a filter: devices whose firmware, revision or batch is not known. */
export const NOT_KNOWN = '-';

const HEALTH_SORTS = ['excess_p05', 'shrunken_p05', 'shrunken_rate', 'rate_per_1000_device_days', 'episodes', 'device_days'] as const;
export type HealthSort = (typeof HEALTH_SORTS)[number];

const Code = z.string().min(1).max(100);
const Signal = z.enum(dailySignals.map(({ code }) => code));

/** Half-open as in failure rates: `to_on` is not counted. */
const PeriodQuery = z.object({ from_on: CalendarDay.optional(), to_on: CalendarDay.optional() });

export const FleetHealthQuery = PeriodQuery.extend({
  signal: Signal.optional(),
  by: z.enum(healthCuts).default('model'),
  model: Code.optional(),
  maker: Code.optional(),
  sort: z
    .string()
    .max(50)
    .refine((text) => HEALTH_SORTS.some((sort) => text.replace(/^-/, '') === sort), says(oneToSortBy(HEALTH_SORTS)))
    .default('-excess_p05'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
});
export type FleetHealthQuery = z.output<typeof FleetHealthQuery>;

/** The device-days behind a figure: those with an event, or all of them. */
export const HealthDaysQuery = PeriodQuery.extend({
  signal: Signal,
  model: Code,
  maker: Code.optional(),
  hw_rev: Code.optional(),
  batch: Code.optional(),
  firmware: Code.optional(),
  counted: z.enum(['episodes', 'device_days']).default('episodes'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  sort: z.string().max(50).optional(),
});
export type HealthDaysQuery = z.output<typeof HealthDaysQuery>;

export interface HealthPeriod {
  readonly from_on: Day;
  /** Not counted itself. */
  readonly to_on: Day;
}

const DEFAULT_DAYS = 90;

/** The last 90 days with today, unless told otherwise. Throws `invalid` when it ends before it begins. */
export function healthPeriod(ctx: Ctx, { from_on, to_on }: { from_on?: Day | undefined; to_on?: Day | undefined }): HealthPeriod {
  const to = to_on ?? latest(addDays(today(ctx), 1), from_on);
  const from = from_on ?? addDays(to, -DEFAULT_DAYS);
  if (from > to) throw invalid('to_on', ['Not before from_on', 'from_on 以降の日付にしてください']);
  return { from_on: from, to_on: to };
}

const latest = (day: Day, other: Day | undefined): Day => (other !== undefined && other > day ? other : day);
