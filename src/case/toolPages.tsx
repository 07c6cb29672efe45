// Around the desk: somebody's absence, the codes and texts it works with, its hours, and the page where customers rate.
import { z } from 'zod';
import { may, systemActor } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { action, newPages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Facts, Field, Form, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { type AbsencePreview, previewAbsence, TransferAbsence, transferAbsence } from './absence.ts';
import { addCalendar, CalendarInput, listCalendars } from './calendars.ts';
import { addWorkaround, retire, saveCaseCode, saveTemplate } from './catalogue.ts';
import { readDeskForm } from './forms.ts';
import { caseTypes, RateCase, SaveCaseCode, SaveTemplate, SaveWorkaround } from './inputs.ts';
import { listCodes, listOwners, listTemplates } from './queries.ts';
import { getRated, rateByLink } from './rate.ts';
import { named } from './rules.ts';
import { typeWords, words } from './words.ts';

export const caseToolPages = newPages();

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .optional();
const AbsenceQuery = z.object({ from_owner_id: z.string().optional(), to_owner_ids: z.string().optional() });

page(caseToolPages, '/cases/absence', 'case:write', async (c) => {
  const w = words(c.var.locale);
  const { from_owner_id } = readQuery(c, AbsenceQuery);
  const to_owner_ids = c.req.queries('to_owner_ids')?.filter((id) => id !== '') ?? [];
  const owners = await listOwners(c.var.ctx);
  const preview: AbsencePreview | null = from_owner_id === undefined ? null : await previewAbsence(c.var.ctx, { from_owner_id, to_owner_ids });
  return show(
    c,
    { title: w.absence, nav: '/cases' },
    <>
      <PageHead title={w.absence} />
      <form class="stack" method="get">
        <Select label={w.away} name="from_owner_id" value={from_owner_id} required options={owners.map(({ id, name }) => ({ value: id, label: name }))} />
        <fieldset>
          <legend>{w.give_to}</legend>
          {owners.map(({ id, name }) => (
            <label>
              <input type="checkbox" name="to_owner_ids" value={id} checked={to_owner_ids.includes(id)} /> {name}
            </label>
          ))}
        </fieldset>
        <button type="submit">{w.preview}</button>
      </form>
      {preview === null ? null : (
        <>
          <Table
            c={c}
            caption={w.preview}
            rows={preview.transfers}
            columns={[
              { head: w.number, cell: (row) => <a href={`/cases/${row.case_id}`}>{row.number}</a> },
              { head: w.subject, cell: (row) => row.subject },
              { head: w.goes_to, cell: (row) => row.to_owner_name },
              { head: w.why, cell: (row) => (row.why === 'knows_model' ? w.knows_model : w.least_load) },
            ]}
          />
          {preview.transfers.length === 0 ? null : (
            <Form action="/cases/absence" label={w.transfer}>
              <input type="hidden" name="from_owner_id" value={from_owner_id} />
              <input type="hidden" name="preview" value={preview.preview} />
              {to_owner_ids.map((id) => (
                <input type="hidden" name="to_owner_ids" value={id} />
              ))}
              <Field label={w.reason} name="reason" required />
              <button type="submit">{w.transfer}</button>
            </Form>
          )}
        </>
      )}
    </>,
  );
});

action(caseToolPages, '/cases/absence', 'case:write', async (c) => {
  const { to_owner_ids, ...input } = await readDeskForm(c, TransferAbsence.omit({ to_owner_ids: true }).extend({ to_owner_ids: many }));
  await transferAbsence(c.var.ctx, { ...input, to_owner_ids: to_owner_ids ?? [] });
  return seeOther(c, '/cases', words(c.var.locale).done);
});

page(caseToolPages, '/desk-settings', 'case:write', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const [categories, causes, templates, calendars] = [
    await listCodes(ctx, 'category'),
    await listCodes(ctx, 'cause'),
    await listTemplates(ctx),
    await listCalendars(ctx),
  ];
  const workarounds = await ctx.db
    .selectFrom('workarounds')
    .leftJoin('models', 'models.id', 'workarounds.model_id')
    .leftJoin('makers', 'makers.id', 'workarounds.maker_id')
    .leftJoin('firmwares', 'firmwares.id', 'workarounds.firmware_id')
    .selectAll('workarounds')
    .select(['models.code as model_code', 'makers.code as maker_code', 'firmwares.code as firmware_code'])
    .where('workarounds.retired_at', 'is', null)
    .orderBy('workarounds.id')
    .execute();
  const models = await ctx.db.selectFrom('models').select(['id', 'code']).orderBy('code').limit(3000).execute();
  const lead = may(ctx.actor, 'case:lead');
  const codes = [...categories, ...causes];
  return show(
    c,
    { title: w.tools, nav: '/cases' },
    <>
      <PageHead title={w.tools} />
      <Section title={w.calendars}>
        <p class="hint">{w.calendar_hint}</p>
        {calendars.map((calendar) => (
          <Facts
            facts={[
              [w.from_on, calendar.from_on],
              [w.zone, calendar.zone],
              [w.hours, calendar.hours.map((day) => day.map(([from, to]) => `${from}–${to}`).join(' ') || '—').join(' / ')],
              [w.holidays, calendar.holidays === 'jp' ? w.holidays_jp : w.holidays_none],
            ]}
          />
        ))}
        {lead ? (
          <Form action="/desk-settings/calendars" label={w.calendars}>
            <Field label={w.from_on} name="from_on" type="date" required />
            <Field label={w.zone} name="zone" value={ctx.zone} required />
            <TextArea
              label={w.hours}
              name="hours"
              rows={7}
              value={
                calendars
                  .at(-1)
                  ?.hours.map((day) => day.map(([from, to]) => `${from}-${to}`).join(' '))
                  .join('\n') ?? ''
              }
            />
            <Select
              label={w.holidays}
              name="holidays"
              options={[
                { value: 'jp', label: w.holidays_jp },
                { value: 'none', label: w.holidays_none },
              ]}
            />
            <Field label={w.closed_days} name="closed_days" placeholder="2026-12-29 2026-12-30" />
            <Field label={w.open_days} name="open_days" />
            <button type="submit">{w.add}</button>
          </Form>
        ) : null}
      </Section>
      <Section title={w.codes}>
        <Table
          c={c}
          caption={w.codes}
          rows={codes}
          columns={[
            { head: w.tree, cell: (row) => (row.tree === 'category' ? w.category : w.cause) },
            { head: w.code, cell: (row) => row.code },
            { head: w.name, cell: (row) => named(row, locale) },
            { head: w.parent, cell: (row) => codes.find(({ id }) => id === row.parent_id)?.code ?? '' },
          ]}
        />
        {lead ? (
          <Form action="/desk-settings/codes" label={w.codes}>
            <Select
              label={w.tree}
              name="tree"
              options={[
                { value: 'category', label: w.category },
                { value: 'cause', label: w.cause },
              ]}
            />
            <Field label={w.code} name="code" required />
            <Select label={w.parent} name="parent_id" blank="—" options={codes.map((row) => ({ value: row.id, label: `${row.code} ${named(row, locale)}` }))} />
            <Field label={w.name_en} name="name_en" required />
            <Field label={w.name_ja} name="name_ja" required />
            <button type="submit">{w.add}</button>
          </Form>
        ) : null}
      </Section>
      <Section title={w.templates}>
        <Table
          c={c}
          caption={w.templates}
          rows={templates}
          columns={[
            { head: w.code, cell: (row) => row.code },
            { head: w.name, cell: (row) => row.name },
            { head: w.type, cell: (row) => (row.type === null ? '—' : speak(typeWords[row.type], locale)) },
            { head: '', cell: (row) => <Retire c={c} kind="templates" id={row.id} /> },
          ]}
        />
        <Form action="/desk-settings/templates" label={w.templates}>
          <Field label={w.code} name="code" required hint="a-z 0-9 -" />
          <Field label={w.name} name="name" required />
          <Select label={w.type} name="type" blank="—" options={caseTypes.map((value) => ({ value, label: speak(typeWords[value], locale) }))} />
          <TextArea label={w.text_en} name="body_en" required />
          <TextArea label={w.text_ja} name="body_ja" required />
          <p class="hint">{'{customer} {number} {serial} {model} {agent} {subject}'}</p>
          <button type="submit">{w.add}</button>
        </Form>
      </Section>
      <Section title={w.workarounds}>
        <Table
          c={c}
          caption={w.workarounds}
          rows={workarounds}
          columns={[
            { head: w.name, cell: (row) => (locale === 'ja' ? row.title_ja : row.title_en) },
            { head: w.scope, cell: (row) => [row.maker_code, row.model_code, row.firmware_code].filter((part) => part !== null).join(' ') || w.everything },
            { head: '', cell: (row) => <Retire c={c} kind="workarounds" id={row.id} /> },
          ]}
        />
        <Form action="/desk-settings/workarounds" label={w.workarounds}>
          <Select label={w.model} name="model_id" blank={w.everything} options={models.map(({ id, code }) => ({ value: id, label: code }))} />
          <Field label={w.name_en} name="title_en" required />
          <Field label={w.name_ja} name="title_ja" required />
          <TextArea label={w.text_en} name="steps_en" required />
          <TextArea label={w.text_ja} name="steps_ja" required />
          <button type="submit">{w.add}</button>
        </Form>
      </Section>
    </>,
  );
});

const Retire = ({ c, kind, id }: { c: { var: { locale: 'en' | 'ja' } }; kind: string; id: string }) => (
  <form method="post" action={`/desk-settings/${kind}/${id}/retirement`}>
    <button class="quiet" type="submit">
      {words(c.var.locale).retire}
    </button>
  </form>
);

/** A form of the settings that comes back to them. */
function keeping<T extends z.ZodType>(
  path: string,
  gate: 'case:lead' | 'case:write',
  schema: T,
  verb: (ctx: Ctx, input: z.output<T>) => Promise<unknown>,
): void {
  action(caseToolPages, `/desk-settings/${path}`, gate, async (c) => {
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
  return { ...given, hours: hoursIn(given['hours']), closed_days: daysIn(given['closed_days']), open_days: daysIn(given['open_days']) };
}, CalendarInput);

keeping('calendars', 'case:lead', CalendarForm, addCalendar);
keeping('codes', 'case:lead', SaveCaseCode, saveCaseCode);
keeping('templates', 'case:write', SaveTemplate, saveTemplate);
keeping('workarounds', 'case:write', SaveWorkaround, addWorkaround);

for (const [kind, table] of [
  ['templates', 'case_templates'],
  ['workarounds', 'workarounds'],
] as const) {
  action(caseToolPages, `/desk-settings/${kind}/:id/retirement`, 'case:write', async (c) => {
    await retire(c.var.ctx, table, c.req.param('id') ?? '');
    return seeOther(c, '/desk-settings', words(c.var.locale).saved);
  });
}

page(caseToolPages, '/rate/:key', 'public', async (c) => {
  const w = words(c.var.locale);
  const row = await getRated(customerCtx(c.var.ctx), c.req.param('key') ?? '');
  return show(
    c,
    { title: w.rate_title },
    <>
      <PageHead title={w.rate_title} sub={`${row.number} ${row.subject}`} />
      <Form action={`/rate/${c.req.param('key')}`}>
        <fieldset>
          <legend>{w.rate_hint}</legend>
          {[5, 4, 3, 2, 1].map((value) => (
            <label>
              <input type="radio" name="rating" value={value} required checked={row.rating === value} /> {'★'.repeat(value)} {value}
            </label>
          ))}
        </fieldset>
        <TextArea label={w.comment} name="comment" rows={3} />
        <button type="submit">{w.rate}</button>
      </Form>
    </>,
  );
});

action(caseToolPages, '/rate/:key', 'public', async (c) => {
  const key = c.req.param('key') ?? '';
  await rateByLink(customerCtx(c.var.ctx), key, await readDeskForm(c, RateCase));
  return seeOther(c, `/rate/${key}`, words(c.var.locale).rated);
});

/** Nobody is signed in: whoever holds the link acts through the product, and can do nothing but rate. */
const customerCtx = (ctx: Ctx): Ctx => ({ ...ctx, actor: systemActor('rating-link') });
