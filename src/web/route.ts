// JSON routes: one source for the handler, its checks and the OpenAPI document.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { CalendarDay } from '../core/given.ts';
import { type FieldError, Problem } from '../core/problem.ts';
import type { AppEnv, Gate } from './env.ts';
import { pass } from './gate.ts';
import { wordsOf } from './inputWords.ts';

/** A router of JSON routes, mounted under /api/v1. Input that does not fit its schema is a 422 that names each field. */
export const newApi = () =>
  new OpenAPIHono<AppEnv>({
    // `data` is what was read, though the type of a failure leaves it out.
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error, Reflect.get(result, 'data'));
    },
  });

/** Spread into createRoute: `createRoute({ method: 'get', path: '/units', ...gated('unit:read'), … })`. */
export const gated = (gate: Gate) => ({
  middleware: pass(gate),
  'x-permission': gate,
  security: securityOf(gate),
});

const securityOf = (gate: Gate): Record<string, string[]>[] => (gate === 'public' ? [] : [{ token: [] }, { session: [] }]);

export const ProblemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    blocking: z.string().optional(),
  })
  .openapi('Problem');

const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: ProblemDocument } } });

/** Spread into `responses` of every route. */
export const problems = {
  400: problem('Malformed request'),
  401: problem('Not signed in'),
  403: problem('Not permitted'),
  404: problem('Not found, or not visible to the caller'),
  409: problem('Conflict or wrong state; `blocking` names the record in the way'),
  412: problem('Stale If-Match'),
  413: problem('Too large'),
  415: problem('Unsupported media type'),
  422: problem('Well-formed but invalid; `errors` names the fields'),
  429: problem('Too many requests'),
  503: problem('The store is unavailable'),
} as const;

/** A JSON answer for `responses`. */
export const answers = <T extends z.ZodType>(schema: T, description = 'OK') => ({ description, content: { 'application/json': { schema } } });

/** A required JSON body for `request.body`. */
export const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });

/** `/things/{id}`. */
export const IdParam = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'id', in: 'path' } }),
});

/** Query of every list; extend it with the filters of the table. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
  sort: z.string().max(50).optional(),
});

/** `{ items, next_cursor }`. Accept: text/csv turns any such answer into CSV (web/csv.ts). */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const Instant = z.string().openapi({ format: 'date-time', example: '2026-11-22T04:10:00.000Z' });
export const DayText = CalendarDay.openapi({ example: '2026-11-22' });

/** What a form was turned into, as a verb wants it. Throws `invalid` naming each wrong field. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error, input);
}

/** The refusal of `input` that does not fit its schema, naming each field. */
export const invalidInput = ({ issues }: z.core.$ZodError, input: unknown): Problem =>
  new Problem('invalid', ['The input is not valid', '入力内容に誤りがあります'], { errors: issues.flatMap((issue) => fieldErrors(issue, input)) });

const fieldErrors = (issue: z.core.$ZodIssue, input: unknown): FieldError[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: ['Unknown field', '不明な項目です'] }))
    : [{ path: issue.path.join('.'), message: wordsOf(issue, input) }];
