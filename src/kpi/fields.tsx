// Fields the filters of the KPI pages share: the period, and which cases count.
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

export interface CaseFieldsShown {
  readonly c: AppContext;
  readonly query: { readonly [field in 'type' | 'owner_id' | 'model_code' | 'contract_code']?: string | undefined };
  /** Whose numbers the reader may see beside the own. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
}

/** Which cases are counted: of a type, a model, a contract, a person. */
export function CaseFields({ c, query, people }: CaseFieldsShown) {
  const { locale, ctx } = c.var;
  const w = words(locale);
  return (
    <>
      <Select
        label={w.type}
        name="type"
        value={query.type}
        blank="—"
        options={caseTypes.map((type) => ({ value: type, label: speak(typeWords[type], locale) }))}
      />
      <Field label={w.model} name="model_code" value={query.model_code ?? null} />
      <Field label={w.contract} name="contract_code" value={query.contract_code ?? null} />
      <Select
        label={w.whose}
        name="owner_id"
        value={query.owner_id}
        blank={w.all}
        options={[{ value: ctx.actor.id, label: w.me }, ...people.filter(({ id }) => id !== ctx.actor.id).map(({ id, name }) => ({ value: id, label: name }))]}
      />
    </>
  );
}
