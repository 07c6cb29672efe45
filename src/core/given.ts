// A day, an instant or a number as somebody outside writes it. Years are bounded: arithmetic on what comes in stays within four digits, and no loop over months runs for ages.
import { z } from '@hono/zod-openapi';
import { isDay } from './time.ts';

const FIRST_INSTANT = Date.parse('1900-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('2199-12-31T23:59:59.999Z');

/** `YYYY-MM-DD`, of the years 1900 to 2199. */
export const CalendarDay = z.iso.date({ abort: true, error: 'YYYY-MM-DD' }).refine(isDay, { error: 'Not a day from 1900-01-01 to 2199-12-31' });

/** RFC 3339 with any offset, of the same years; read as epoch milliseconds. */
export const InstantText = z.iso
  .datetime({ offset: true, abort: true })
  .transform((text) => Date.parse(text))
  .refine((at) => at >= FIRST_INSTANT && at <= LAST_INSTANT, { error: 'Not an instant of the years 1900 to 2199' });

/** A number, also as text, as forms send it. An empty text is not 0, nor is `true` 1: what is no number is refused. */
export const asNumber = <T extends z.ZodType<number>>(type: T) =>
  z.preprocess((given) => (typeof given === 'number' || (typeof given === 'string' && given.trim() !== '') ? given : Number.NaN), type);
