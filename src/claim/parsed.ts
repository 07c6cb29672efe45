import type { z } from 'zod';
import { Problem } from '../core/problem.ts';
import { fieldErrors } from '../web/route.ts';

/** What a form was turned into, as a verb wants it. Throws `invalid` naming each wrong field. */
export function parsed<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new Problem('invalid', ['The input is not valid', '入力内容に誤りがあります'], { errors: fieldErrors(result.error.issues) });
}
