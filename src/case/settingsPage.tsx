// The desk's settings on one page: its hours, its codes, its texts and workarounds, each kept by a form.
import { z } from 'zod';
import { listCalendars } from '../catalog/businessClock.ts';
import { staffOnly } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { action, newPages, page, seeOther, show } from '../web/page.tsx';
import { PageHead } from '../web/parts.tsx';
import { addCalendar, CalendarInput } from './calendars.ts';
import { addWorkaround, retire, saveCaseCode, saveTemplate } from './catalogue.ts';
import { readDeskForm } from './forms.ts';
import { SaveCaseCode, SaveTemplate, SaveWorkaround } from './inputs.ts';
import { listCodes, listScopes, listTemplates, listWorkaroundScopes } from './queries.ts';
import { Calendars, Codes, Templates, Workarounds } from './settingsViews.tsx';
import { words } from './words.ts';

export const settingsPage = newPages();

page(settingsPage, '/desk-settings', 'case:write', async (c) => {
  const { ctx } = c.var;
  staffOnly(ctx);
  const w = words(c.var.locale);
  const [categories, causes, templates, calendars] = [
    await listCodes(ctx, 'category'),
    await listCodes(ctx, 'cause'),
    await listTemplates(ctx),
    await listCalendars(ctx),
  ];
  const workarounds = await listWorkaroundScopes(ctx);
  return show(
    c,
    { title: w.tools, nav: '/cases' },
    <>
      <PageHead title={w.tools} />
      <Calendars c={c} calendars={calendars} />
      <Codes c={c} codes={[...categories, ...causes]} />
      <Templates c={c} templates={templates} />
      <Workarounds c={c} workarounds={workarounds} scopes={await listScopes(ctx)} categories={categories} />
    </>,
  );
});

/** A form of the settings that comes back to them. */
function keeping<T extends z.ZodType>(
  path: string,
  gate: 'case:lead' | 'case:write',
  schema: T,
  verb: (ctx: Ctx, input: z.output<T>) => Promise<unknown>,
): void {
  action(settingsPage, `/desk-settings/${path}`, gate, async (c) => {
    await verb(c.var.ctx, await readDeskForm(c, schema));
    return seeOther(c, '/desk-settings', words(c.var.locale).saved);
  });
}

const daysIn = (text: unknown): string[] =>
  String(text ?? '')
    .split(/[\s,、]+/u)
    .filter((part) => part !== '');
const hoursIn = (text: unknown): string[][][] =>
  Array.from({ length: 7 }, (_, i) =>
    (
      String(text ?? '')
        .replace(/\r/g, '')
        .split('\n')[i] ?? ''
    )
      .split(/\s+/)
      .filter((part) => part !== '')
      .map((span) => span.split(/[-–〜~]/u)),
  );

/** One line a weekday, `09:00-12:00 13:00-18:00`; days parted by blanks. */
const CalendarForm = z.preprocess((form) => {
  const given = z.record(z.string(), z.unknown()).parse(form);
  const { hours, closed_days, open_days } = given;
  return { ...given, hours: hoursIn(hours), closed_days: daysIn(closed_days), open_days: daysIn(open_days) };
}, CalendarInput);

keeping('calendars', 'case:lead', CalendarForm, addCalendar);
keeping('codes', 'case:lead', SaveCaseCode, saveCaseCode);
keeping('templates', 'case:write', SaveTemplate, saveTemplate);
keeping('workarounds', 'case:write', SaveWorkaround, addWorkaround);

for (const [kind, table, gate] of [
  ['codes', 'case_codes', 'case:lead'],
  ['templates', 'case_templates', 'case:write'],
  ['workarounds', 'workarounds', 'case:write'],
] as const) {
  action(settingsPage, `/desk-settings/${kind}/:id/retirement`, gate, async (c) => {
    await retire(c.var.ctx, table, c.req.param('id') ?? '');
    return seeOther(c, '/desk-settings', words(c.var.locale).saved);
  });
}
