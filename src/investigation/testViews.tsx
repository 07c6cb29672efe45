// Parts of the pages of tests and their templates: names in the reader's language, results, limits and the form of a value.
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Select } from '../web/parts.tsx';
import { words } from './knownIssueWords.ts';
import type { TestStep } from './testInputs.ts';

export const nameOf = (c: AppContext, row: { name_en: string; name_ja: string }): string => (c.var.locale === 'ja' ? row.name_ja : row.name_en);

export const ResultBadge = ({ c, result }: { c: AppContext; result: 'pass' | 'fail' | 'noted' | null }) => {
  const w = words(c.var.locale);
  return result === null ? <Badge>{w.running}</Badge> : <Badge tone={result === 'pass' ? 'good' : result === 'fail' ? 'bad' : 'neutral'}>{w[result]}</Badge>;
};

/** `≥ 50`, `≤ 3 V`, `44000 – 57000 mV`. */
export function limitsOf({ min, max, unit }: TestStep): string {
  const range = min === null ? (max === null ? '–' : `≤ ${max}`) : max === null ? `≥ ${min}` : `${min} – ${max}`;
  return unit === null || range === '–' ? range : `${range} ${unit}`;
}

export const ValueForm = ({ c, id, sample_id, step }: { c: AppContext; id: string; sample_id: string; step: TestStep }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.value}</summary>
      <Form action={`/test-records/${id}/values`}>
        <input type="hidden" name="sample_id" value={sample_id} />
        <input type="hidden" name="step_code" value={step.code} />
        <Field label={w.value} name="value" type="number" step="any" />
        <Field label={w.observation} name="observation" />
        {step.min === null && step.max === null ? (
          <Select
            label={w.result}
            name="result"
            options={[
              { value: 'pass', label: w.pass },
              { value: 'fail', label: w.fail },
            ]}
            blank={w.noted}
          />
        ) : null}
        <button type="submit">{w.save}</button>
      </Form>
    </details>
  );
};
