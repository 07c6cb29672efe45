// Business calendars as versions. A new one holds from its day on; computed business times before that day stay as they were.
import { z } from 'zod';
import { allow, staffOnly } from '../core/actor.ts';
import { type Calendar, usualCalendar } from '../core/businessTime.ts';
import { zoneNamed } from '../core/formats.ts';
import { CalendarDay } from '../core/given.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { says } from '../core/says.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { CalendarRow } from './table.ts';

const WallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, says(['HH:MM', 'HH:MM の形式で入力してください']));
const Zone = z
  .string()
  .max(64)
  .refine((name) => zoneNamed(name) !== undefined, says(['IANA time zone such as Asia/Tokyo', 'Asia/Tokyo などの IANA タイムゾーンを指定してください']));
const Span = z.tuple([WallTime, WallTime]).refine(([open, close]) => open < close, says(['must close after it opens', '終了は開始より後にしてください']));

export const CalendarInput = z.object({
  from_on: CalendarDay,
  zone: Zone,
  hours: z.array(z.array(Span).max(4)).length(7),
  holidays: z.enum(['jp', 'none']),
  closed_days: z.array(CalendarDay).max(400).default([]),
  open_days: z.array(CalendarDay).max(400).default([]),
});
export type CalendarInput = z.output<typeof CalendarInput>;

/**
 * Adds a version from a day to come on, so that no number of the past changes. The very first may reach back: nothing was computed with another.
 * Throws `conflict` for a day that is already ruled by a later or the same version, or past.
 */
export async function addCalendar(ctx: Ctx, input: CalendarInput): Promise<CalendarRow> {
  allow(ctx, 'case:lead');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const latest = await ctx.db.selectFrom('calendars').select('from_on').orderBy('from_on', 'desc').executeTakeFirst();
    const cases = await ctx.db.selectFrom('cases').select('id').limit(1).executeTakeFirst();
    const tooEarly = latest === undefined ? cases !== undefined && input.from_on <= today(ctx) : input.from_on <= today(ctx) || input.from_on <= latest.from_on;
    if (tooEarly)
      throw new Problem('conflict', [
        'A calendar holds from a day to come, after the last version',
        '営業カレンダーは最新版より後の、明日以降の日から有効にしてください',
      ]);
    if (latest === undefined && cases !== undefined) await keepUsual(ctx);
    const row = calendarRow(ctx, input);
    await ctx.db.insertInto('calendars').values(row).execute();
    await remember(ctx, { action: 'calendar.added', record_kind: 'calendar', record_id: row.id, change: input });
    return row;
  });
}

/** What was computed with the usual hours stays computed with them. */
const keepUsual = (ctx: Ctx) =>
  ctx.db
    .insertInto('calendars')
    .values(calendarRow(ctx, usualCalendar(ctx.zone)))
    .execute();

const calendarRow = (ctx: Ctx, calendar: CalendarInput | Calendar): CalendarRow => ({
  id: newId(ctx.now),
  from_on: calendar.from_on,
  zone: calendar.zone,
  hours: JSON.stringify(calendar.hours),
  holidays: calendar.holidays,
  closed_days: JSON.stringify(calendar.closed_days),
  open_days: JSON.stringify(calendar.open_days),
  created_by: ctx.actor.name,
  created_at: ctx.now,
});
