// Fields the filters of the KPI pages share: the period, the type of case, whose cases.
import { caseTypes } from '../case/inputs.ts';
import { typeWords } from '../case/words.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Field, Select } from '../web/parts.tsx';
import { words } from './words.ts';

export const PeriodFields = ({ c, days }: { c: AppContext; days: { from_on: string; to_on: string } }) => (
  <>
    <Field label={words(c.var.locale).from} name="from_on" type="date" value={days.from_on} />
    <Field label={words(c.var.locale).to} name="to_on" type="date" value={days.to_on} />
  </>
);

export const TypeField = ({ c, value }: { c: AppContext; value: string | undefined }) => (
  <Select
    label={words(c.var.locale).type}
    name="type"
    value={value}
    blank="—"
    options={caseTypes.map((type) => ({ value: type, label: speak(typeWords[type], c.var.locale) }))}
  />
);

export interface WhoseShown {
  readonly c: AppContext;
  readonly value: string | undefined;
  /** Whose numbers the reader may see beside the own. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
}

export const WhoseField = ({ c, value, people }: WhoseShown) => (
  <Select
    label={words(c.var.locale).whose}
    name="owner_id"
    value={value}
    blank={words(c.var.locale).all}
    options={[
      { value: c.var.ctx.actor.id, label: words(c.var.locale).me },
      ...people.filter(({ id }) => id !== c.var.ctx.actor.id).map(({ id, name }) => ({ value: id, label: name })),
    ]}
  />
);
