// The maker's answer as it is typed in: one row per line that waits, with the amount granted and the reason of a refusal.
import { z } from 'zod';
import type { AppContext } from '../web/env.ts';
import { Field, Form, Select, TextArea } from '../web/parts.tsx';
import { parseInput } from '../web/route.ts';
import { AnswerClaim } from './inputs.ts';
import { fromMinor } from './money.ts';
import type { ClaimView } from './queries.ts';
import { words } from './words.ts';

type Line = ClaimView['lines'][number];

/** Lines the maker may still speak about: those that wait, and refused ones it may come round to. */
const answerable = (view: ClaimView): readonly Line[] => view.lines.filter((line) => line.state === 'claimed' || line.state === 'refused');

export function AnswerForm({ c, base, view }: { c: AppContext; base: string; view: ClaimView }) {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.step_answer}</summary>
      <Form action={`${base}/steps/answer`} label={w.step_answer}>
        <TextArea label={w.text} name="text" required rows={3} />
        <Field label={w.on} name="answered_on" type="date" />
        <Field label={w.maker_rma} name="maker_rma" value={view.claim.maker_rma} />
        <AnswerLines c={c} view={view} lines={answerable(view)} />
        <Select
          label={w.rest}
          name="rest"
          options={[
            { value: 'refuse', label: w.refuse },
            { value: 'accept', label: w.accept },
          ]}
        />
        <Field label={w.refusal_reason} name="rest_reason" />
        <button type="submit" class="primary">
          {w.step_answer}
        </button>
      </Form>
    </details>
  );
}

function AnswerLines({ c, view, lines }: { c: AppContext; view: ClaimView; lines: readonly Line[] }) {
  const w = words(c.var.locale);
  const { currency } = view.claim;
  if (lines.length === 0) return null;
  return (
    <fieldset>
      <legend>{w.accepted_lines}</legend>
      <p class="hint">{w.answer_hint}</p>
      <div class="table" tabindex={0} role="region" aria-label={w.accepted_lines}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.accept}</th>
              <th scope="col" class="number">
                {w.claimed}
              </th>
              <th scope="col">{currency === null ? w.accepted_amount : `${w.accepted_amount} (${currency})`}</th>
              <th scope="col">{w.line_reason}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <AnswerLine c={c} line={line} currency={currency} />
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}

function AnswerLine({ c, line, currency }: { c: AppContext; line: Line; currency: string | null }) {
  const w = words(c.var.locale);
  const claimed = line.claimed_minor === null || currency === null ? null : fromMinor(line.claimed_minor, currency);
  return (
    <tr>
      <td>
        <input type="hidden" name="line_id" value={line.id} />
        <label>
          <input type="checkbox" name="accepted" value={line.id} /> {line.serial} {line.state === 'refused' ? `(${w.refused})` : ''}
        </label>
      </td>
      <td class="number">{claimed ?? ''}</td>
      <td>
        <input
          type="number"
          name="accepted_amount"
          min={0}
          max={claimed ?? undefined}
          step="any"
          placeholder={claimed === null ? undefined : String(claimed)}
          disabled={currency === null}
          aria-label={`${line.serial}: ${w.accepted_amount}`}
        />
      </td>
      <td>
        <input name="reason" maxlength={2000} aria-label={`${line.serial}: ${w.line_reason}`} />
      </td>
    </tr>
  );
}

/** One value or several under one name; an empty one keeps its place among several. */
const column = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]);

export const AnswerFields = z.object({
  text: z.string(),
  answered_on: z.string().optional(),
  maker_rma: z.string().optional(),
  rest: z.string(),
  rest_reason: z.string().optional(),
  line_id: column,
  accepted: column,
  accepted_amount: column,
  reason: column,
});

/** A ticked line is accepted, by its amount or in full; one with a reason alone is refused for it; of the others `rest` speaks. Throws `invalid`. */
export function answerOf({ line_id, accepted, accepted_amount, reason, ...answer }: z.output<typeof AnswerFields>): AnswerClaim {
  const lines = [...new Set([...line_id, ...accepted])].flatMap((id, place) => {
    const ticked = accepted.includes(id);
    const why = reason[place]?.trim() ?? '';
    const amount = accepted_amount[place] ?? '';
    if (!ticked && why === '') return [];
    return [{ line_id: id, accepted: ticked, ...(why === '' ? {} : { reason: why }), accepted_amount: ticked && amount !== '' ? Number(amount) : null }];
  });
  return parseInput(AnswerClaim, { ...answer, lines });
}
