// What the catalogue's pages are made of: tabs, the facts of a record, its form.

import { may } from '../core/actor.ts';
import type { FieldError } from '../core/problem.ts';
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { type Column, Facts, Field, Form, type Option, Select } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { words as webWords } from '../web/words.ts';
import { type Resource, resources, type ShownField, type Stored } from './resources.ts';
import { words } from './words.ts';

export const Tabs = ({ c, current }: { c: AppContext; current: Resource }) => (
  <nav class="tabs" aria-label={words(c.var.locale).catalog}>
    {resources
      .filter((resource) => may(c.var.ctx.actor, resource.read))
      .map((resource) => (
        <a href={`/catalog/${resource.table}`} aria-current={resource === current ? 'page' : undefined}>
          {speak(resource.label, c.var.locale)}
        </a>
      ))}
  </nav>
);

/** The columns of a list: the code is the link to the record. */
export const columnsOf = (c: AppContext, resource: Resource): Column<Stored>[] =>
  resource.fields
    .filter((field) => field.listed)
    .map((field) => ({
      head: labelOf(field, c.var.locale),
      numeric: field.type === 'number',
      ...(field.name === 'code' ? { sort: 'code' } : {}),
      cell: (row) => (field.name === 'code' ? <a href={`/catalog/${resource.table}/${row.id}`}>{row.code}</a> : (shownValue(field, row, c.var.locale) ?? '—')),
    }));

export const RecordFacts = ({ c, resource, record }: { c: AppContext; resource: Resource; record: Stored }) => (
  <Facts facts={resource.fields.map((field) => [labelOf(field, c.var.locale), shownValue(field, record, c.var.locale) ?? '—'] as const)} />
);

/** Where a record leads to: what hangs on it. */
export function relatedLinks(resource: Resource, record: Stored): readonly (readonly [Bilingual, string])[] {
  const units = (filter: string): readonly [Bilingual, string] => [['Units', '個体'], `/units?${filter}=${record.id}`];
  const list = (table: string, filter: string): readonly [Bilingual, string] => [
    resources.find((one) => one.table === table)?.label ?? ['', ''],
    `/catalog/${table}?${filter}=${record.id}`,
  ];
  switch (resource.table) {
    case 'makers':
      return [list('models', 'maker_id')];
    case 'models':
      return [units('model_id'), list('batches', 'model_id'), list('firmwares', 'model_id')];
    case 'batches':
      return [units('batch_id')];
    case 'firmwares':
      return [units('firmware_id')];
    case 'customers':
      return [units('customer_id'), list('sites', 'customer_id'), list('contracts', 'customer_id')];
    case 'sites':
      return [units('site_id')];
    case 'partners':
      return [list('customers', 'partner_id')];
    case 'contracts':
      return [];
    default:
      return resource.table satisfies never;
  }
}

export interface FormState {
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors?: readonly FieldError<string>[];
  readonly version?: number;
}

/** Create when `id` is undefined, else edit: then what the record belongs to stays. */
export function RecordForm({ c, resource, id, state }: { c: AppContext; resource: Resource; id?: string; state: FormState }) {
  const fields = id === undefined ? resource.fields : resource.fields.filter((field) => field.fixed === undefined);
  return (
    <Form action={`/catalog/${resource.table}${id === undefined ? '' : `/${id}`}`}>
      {state.version === undefined ? null : <Version of={{ version: state.version }} />}
      {fields.map((field) => (
        <RecordField c={c} field={field} state={state} />
      ))}
      <button type="submit" class="primary">
        {webWords(c.var.locale).save}
      </button>
    </Form>
  );
}

function RecordField({ c, field, state }: { c: AppContext; field: ShownField; state: FormState }) {
  const { locale } = c.var;
  const w = words(locale);
  const given = state.values[field.name];
  const value = Array.isArray(given) ? given.join(' ') : given === null || given === undefined ? null : String(given);
  const problem = state.errors?.find((error) => error.path.split('.')[0] === field.name)?.message;
  const hint = [problem, field.type === 'codes' ? w.substitutes_hint : undefined].filter((part) => part !== undefined).join(' · ');
  const common = { label: labelOf(field, locale), name: field.name, ...(field.required ? { required: true } : {}) };
  if (field.choices !== undefined) return <Select {...common} value={value} options={optionsOf(field, locale)} />;
  return (
    <Field
      {...common}
      value={value}
      type={field.type === 'codes' ? 'text' : (field.type ?? 'text')}
      {...(field.type === 'number' ? { step: 'any' } : {})}
      {...(hint === '' ? {} : { hint })}
    />
  );
}

/** The choices of a field, none of one that is typed. */
export const optionsOf = (field: ShownField, locale: Locale): Option[] =>
  (field.choices ?? []).map((choice) => ({ value: choiceValue(choice), label: words(locale)[choice] }));

export const labelOf = (field: ShownField, locale: Locale): string => words(locale)[field.name];

function shownValue(field: ShownField, record: Stored, locale: Locale): string | null {
  const value: unknown = Object.entries(record).find(([name]) => name === field.name)?.[1];
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(' ');
  const choice = field.choices?.find((one) => choiceValue(one) === value);
  return choice === undefined ? String(value) : words(locale)[choice];
}

/** The word `english` stands for `en`; every other choice is its own word. */
const choiceValue = (choice: string): string => ({ english: 'en', japanese: 'ja' })[choice] ?? choice;
