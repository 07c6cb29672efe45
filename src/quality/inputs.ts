// What failure-rate tables and life analyses are asked for: dimensions, kind of failure, filters, period.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { says } from '../core/says.ts';
import { oneToSortBy } from '../db/page.ts';

export const DIMENSIONS = ['maker', 'model', 'hw_rev', 'batch', 'firmware', 'site', 'site_kind', 'age_band', 'failure_mode', 'component'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const FAILURE_KINDS = ['confirmed', 'returned', 'imputed'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** In a filter: rows where the dimension is not known. */
export const NOT_KNOWN = '-';

const Code = z.string().min(1).max(100);

/** One filter per dimension, by its code; `-` for not known. */
export const CohortFilter = z.object({
  maker: Code.optional(),
  model: Code.optional(),
  hw_rev: Code.optional(),
  batch: Code.optional(),
  firmware: Code.optional(),
  site: Code.optional(),
  site_kind: Code.optional(),
  age_band: Code.optional(),
  failure_mode: Code.optional(),
  component: Code.optional(),
});
export type CohortFilter = z.output<typeof CohortFilter>;

/** Half-open as days in service are: `to_on` is not counted. Without `to_on` the period ends with today. */
export const PeriodQuery = z.object({ from_on: CalendarDay.optional(), to_on: CalendarDay.optional() });

/** One or two dimensions, separated by commas. */
export const By = z
  .string()
  .default('model')
  .transform((text, ctx): Dimension[] => {
    const names = [
      ...new Set(
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      ),
    ];
    const known = names.filter((name): name is Dimension => DIMENSIONS.some((dimension) => dimension === name));
    if (known.length !== names.length || known.length < 1 || known.length > 2)
      ctx.addIssue({ code: 'custom', message: says([`One or two of ${DIMENSIONS.join(', ')}`, `次から1つまたは2つ: ${DIMENSIONS.join('、')}`]) });
    return known;
  });

const SORTS = [
  'shrunken_p05',
  'shrunken_rate',
  'rate_per_1000_device_months',
  'failures',
  'exposure_days',
  'units',
  'returned',
  'nff_share',
  'untriaged',
] as const;
export type RateSort = (typeof SORTS)[number];

export const RateQuery = CohortFilter.extend(PeriodQuery.shape).extend({
  by: By,
  kind: z.enum(FAILURE_KINDS).default('confirmed'),
  /** `age`: shrunken rates on age-standardised exposure, so that a young cohort compares with an old one. */
  standardise: z.enum(['age', 'none']).default('none'),
  sort: z
    .string()
    .max(50)
    .refine((text) => SORTS.some((sort) => text.replace(/^-/, '') === sort), says(oneToSortBy(SORTS)))
    .default('-shrunken_p05'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
});
export type RateQuery = z.output<typeof RateQuery>;

/** The same from the form of the page, which sends the second dimension apart. */
export const RatePageQuery = z.preprocess((input) => {
  if (typeof input !== 'object' || input === null || !('by2' in input)) return input;
  return { ...input, by: ['by' in input ? input.by : 'model', input.by2].join(',') };
}, RateQuery);

export const FailureRowsQuery = CohortFilter.extend(PeriodQuery.shape).extend({
  kind: z.enum(FAILURE_KINDS).optional(),
  /** `judged`: any but untriaged. */
  finding: z.enum(['confirmed', 'nff', 'untriaged', 'other', 'judged']).optional(),
  /** Of failure mode and component those whose code stands for itself alone, as a row of a table counts it, not for what is below it in its tree. */
  exact: z
    .string()
    .regex(
      /^(failure_mode|component)(,(failure_mode|component))?$/,
      says(['failure_mode, component or both', 'failure_mode、component、または両方を指定してください']),
    )
    .optional(),
  /** Who gave the verdict (a user's id), and whose return it was (a customer's code). */
  inspector: Code.optional(),
  customer: Code.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  sort: z.string().max(50).optional(),
});
export type FailureRowsQuery = z.output<typeof FailureRowsQuery>;

/** Failure mode and component do not narrow the exposure of a cohort. */
export const ExposureRowsQuery = FailureRowsQuery.omit({
  kind: true,
  finding: true,
  exact: true,
  inspector: true,
  customer: true,
  failure_mode: true,
  component: true,
});
export type ExposureRowsQuery = z.output<typeof ExposureRowsQuery>;

/** A cohort in one parameter: `model:X-100,firmware:4.2.1`. */
export const CohortText = z
  .string()
  .max(500)
  .transform((text, ctx): CohortFilter => {
    const parts = text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [, name = '', code = ''] = /^\s*([a-z_]+)\s*:\s*(.+?)\s*$/.exec(part) ?? [];
        return [name, code] as const;
      });
    const parsed = z.strictObject(CohortFilter.shape).safeParse(Object.fromEntries(parts));
    if (parsed.success && parts.length > 0) return parsed.data;
    ctx.addIssue({
      code: 'custom',
      message: says([
        `A cohort is written dimension:code, separated by commas; dimensions are ${DIMENSIONS.join(', ')}`,
        `対象群は「軸:コード」をカンマ区切りで指定します。軸: ${DIMENSIONS.join('、')}`,
      ]),
    });
    return z.NEVER;
  });

export const ComparisonQuery = PeriodQuery.extend({
  kind: z.enum(FAILURE_KINDS).default('confirmed'),
  first: CohortText,
  second: CohortText.optional(),
  peers_of: CohortText.optional(),
});
export type ComparisonQuery = z.output<typeof ComparisonQuery>;

export const ControlChartQuery = CohortFilter.omit({ age_band: true }).extend({
  kind: z.enum(FAILURE_KINDS).default('confirmed'),
  months: z.coerce.number().int().min(3).max(60).default(24),
});
export const NevadaQuery = CohortFilter.omit({ age_band: true, failure_mode: true, component: true }).extend({
  kind: z.enum(FAILURE_KINDS).default('confirmed'),
  months: z.coerce.number().int().min(3).max(36).default(18),
});
export const NffQuery = CohortFilter.pick({ maker: true, model: true, hw_rev: true, batch: true, firmware: true, site_kind: true })
  .extend(PeriodQuery.shape)
  .extend({ by: z.enum(['inspector', 'model', 'firmware', 'customer']).default('model') });
export const CohortPeriodQuery = CohortFilter.pick({ maker: true, model: true }).extend(PeriodQuery.shape);
export const MonthsQuery = z.object({
  model: Code.optional(),
  month: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  sort: z.string().max(50).optional(),
});
