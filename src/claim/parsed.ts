import type { z } from 'zod';
import { invalidInput } from '../web/route.ts';

/** What a form was turned into, as a verb wants it. Throws `invalid` naming each wrong field. */
export function parsed<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}
