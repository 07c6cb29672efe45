// The sections of the desk's settings: its hours, its codes, its texts, and what helps until a fault is mended.
import { may } from '../core/actor.ts';
import type { Calendar } from '../core/businessTime.ts';
import { weekdayName } from '../core/formats.ts';
import { type Locale, speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Facts, Field, Form, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { caseTypes } from './inputs.ts';
import type { listCodes, listScopes, listTemplates, listWorkaroundScopes } from './queries.ts';
import { named } from './rules.ts';
import { typeWords, words } from './words.ts';

export function Calendars({ c, calendars }: { c: AppContext; calendars: readonly Calendar[] }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.calendars}>
      <p class="hint">{w.calendar_hint}</p>
      {calendars.map((calendar) => (
        <Facts
          facts={[
            [w.from_on, calendar.from_on],
            [w.zone, calendar.zone],
            [w.business_hours, weekOf(calendar, c.var.locale).map((line) => <div>{line}</div>)],
            [w.holidays, calendar.holidays === 'jp' ? w.holidays_jp : w.holidays_none],
          ]}
        />
      ))}
      {may(c.var.ctx.actor, 'case:lead') ? <NewCalendar c={c} calendars={calendars} /> : null}
    </Section>
  );
}

/** `Mon–Fri 09:00–18:00`: days in a row that are alike in one line. */
function weekOf({ hours }: Calendar, locale: Locale): string[] {
  const days = hours.map((day) => day.map(([from, to]) => `${from}–${to}`).join(' ') || words(locale).closed_day);
  const starts = days.flatMap((day, i) => (day === days[i - 1] ? [] : [i]));
  return starts.map((start, i) => {
    const last = (starts[i + 1] ?? days.length) - 1;
    return `${weekdayName(start, locale)}${last > start ? `–${weekdayName(last, locale)}` : ''} ${days[start]}`;
  });
}

function NewCalendar({ c, calendars }: { c: AppContext; calendars: readonly Calendar[] }) {
  const w = words(c.var.locale);
  return (
    <Form action="/desk-settings/calendars" label={w.calendars}>
      <Field label={w.from_on} name="from_on" type="date" required />
      <Field label={w.zone} name="zone" value={c.var.ctx.zone} required />
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
  );
}

export function Codes({ c, codes }: { c: AppContext; codes: Awaited<ReturnType<typeof listCodes>> }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
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
          {
            head: '',
            cell: (row) =>
              row.retired_at !== null ? <Badge>{w.retired}</Badge> : may(c.var.ctx.actor, 'case:lead') ? <Retire c={c} kind="codes" id={row.id} /> : null,
          },
        ]}
      />
      {may(c.var.ctx.actor, 'case:lead') ? (
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
  );
}

export function Templates({ c, templates }: { c: AppContext; templates: Awaited<ReturnType<typeof listTemplates>> }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
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
  );
}

interface WorkaroundsShown {
  readonly c: AppContext;
  readonly workarounds: Awaited<ReturnType<typeof listWorkaroundScopes>>;
  readonly scopes: Awaited<ReturnType<typeof listScopes>>;
  readonly categories: Awaited<ReturnType<typeof listCodes>>;
}

export function Workarounds({ c, workarounds, scopes: { makers, models, firmwares }, categories }: WorkaroundsShown) {
  const { locale } = c.var;
  const w = words(locale);
  return (
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
        <p class="hint">{w.scope_hint}</p>
        <Select label={w.maker} name="maker_id" blank={w.everything} options={makers.map(({ id, code }) => ({ value: id, label: code }))} />
        <Select label={w.model} name="model_id" blank={w.everything} options={models.map(({ id, code }) => ({ value: id, label: code }))} />
        <Select
          label={`${w.model} + ${w.firmware}`}
          name="firmware_id"
          blank={w.everything}
          options={firmwares.map(({ id, code, model_code }) => ({ value: id, label: `${model_code} ${code}` }))}
        />
        <Select
          label={w.category}
          name="category_id"
          blank={w.everything}
          options={categories.filter(({ retired_at }) => retired_at === null).map((row) => ({ value: row.id, label: named(row, locale) }))}
        />
        <Field label={w.name_en} name="title_en" required />
        <Field label={w.name_ja} name="title_ja" required />
        <TextArea label={w.text_en} name="steps_en" required />
        <TextArea label={w.text_ja} name="steps_ja" required />
        <button type="submit">{w.add}</button>
      </Form>
    </Section>
  );
}

const Retire = ({ c, kind, id }: { c: { var: { locale: 'en' | 'ja' } }; kind: string; id: string }) => (
  <form method="post" action={`/desk-settings/${kind}/${id}/retirement`}>
    <button class="quiet" type="submit">
      {words(c.var.locale).retire}
    </button>
  </form>
);
