// The forms of the steps a claim can take now.
import type { Child } from 'hono/jsx';
import type { AppContext } from '../web/env.ts';
import { Field, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { AnswerForm } from './answerForm.tsx';
import { type ClaimEvent, possibleEvents } from './lifecycle.ts';
import type { ClaimView } from './queries.ts';
import { words } from './words.ts';

export function StepForms({ c, view }: { c: AppContext; view: ClaimView }) {
  const w = words(c.var.locale);
  const events = possibleEvents(view.claim.state);
  const can = (event: ClaimEvent): boolean => events.includes(event);
  const base = `/claims/${view.claim.id}`;
  const refused = view.lines.filter((line) => line.state === 'refused');
  const here = view.lines.filter((line) => line.sent_on === null && line.state !== 'conceded');
  return (
    <Section title={w.summary} id="steps">
      {['draft', 'submitted', 'reviewing', 'renegotiating'].includes(view.claim.state) ? <AddUnits c={c} base={base} /> : null}
      {can('submit') ? <Said c={c} action={`${base}/steps/submit`} label={w.step_submit} day="submitted_on" due="answer_due_on" /> : null}
      {can('review') ? <Said c={c} action={`${base}/steps/review`} label={w.step_review} day="received_on" due="answer_due_on" rma /> : null}
      {can('accept') ? <AnswerForm c={c} base={base} view={view} /> : null}
      {can('renegotiate') && refused.length > 0 ? (
        <Said c={c} action={`${base}/steps/renegotiate`} label={w.step_renegotiate} day="sent_on" due="answer_due_on" />
      ) : null}
      {can('agree') ? <Said c={c} action={`${base}/steps/agree`} label={w.step_agree} day="agreed_on" due="payment_due_on" /> : null}
      {can('settle') && (view.lines.length === 0 || view.lines.some((line) => line.state === 'accepted')) ? <SettleForm c={c} base={base} view={view} /> : null}
      {refused.length > 0 ? (
        <Because c={c} action={`${base}/steps/concede`} label={`${w.step_concede} (${refused.length})`}>
          <ChooseLines c={c} lines={refused} />
        </Because>
      ) : null}
      {here.length > 0 && view.claim.state !== 'draft' ? <SendForm c={c} base={base} lines={here} /> : null}
      {view.lines.some((line) => line.sent_on !== null && line.returned_on === null) ? <ReceiveForm c={c} base={base} view={view} /> : null}
      {can('close') ? <Because c={c} action={`${base}/steps/close`} label={w.step_close} optional /> : null}
      {can('withdraw') ? <Because c={c} action={`${base}/steps/withdraw`} label={w.step_withdraw} /> : null}
    </Section>
  );
}

/** A step in words, with its day and what is due next. */
const Said = ({ c, action, label, day, due, rma }: { c: AppContext; action: string; label: string; day: string; due: string; rma?: boolean }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{label}</summary>
      <Form action={action} label={label}>
        <TextArea label={w.text} name="text" required rows={3} />
        <Field label={w.on} name={day} type="date" />
        <Field label={w.due_on} name={due} type="date" />
        {rma === true ? <Field label={w.maker_rma} name="maker_rma" /> : null}
        <button type="submit" class="primary">
          {label}
        </button>
      </Form>
    </details>
  );
};

/** Which lines a step is about: all of them unless a tick is taken away. */
const ChooseLines = ({ c, lines }: { c: AppContext; lines: ClaimView['lines'] }) =>
  lines.length < 2 ? null : (
    <fieldset>
      <legend>{words(c.var.locale).lines}</legend>
      {lines.map((line) => (
        <label>
          <input type="checkbox" name="line_ids" value={line.id} checked /> {line.serial}
        </label>
      ))}
    </fieldset>
  );

const Because = ({ c, action, label, optional, children }: { c: AppContext; action: string; label: string; optional?: boolean; children?: Child }) => (
  <details>
    <summary>{label}</summary>
    <Form action={action} label={label}>
      {children}
      <Field label={words(c.var.locale).reason} name="reason" required={optional !== true} />
      <button type="submit">{label}</button>
    </Form>
  </details>
);

const AddUnits = ({ c, base }: { c: AppContext; base: string }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.add_units}</summary>
      <Form action={`${base}/lines`} label={w.add_units}>
        <TextArea label={w.serials} name="serials" required rows={5} />
        <Field label={w.amount_each} name="amount" type="number" step="any" min={0} hint={w.serials_hint} />
        <button type="submit">{w.add}</button>
      </Form>
    </details>
  );
};

const SettleForm = ({ c, base, view }: { c: AppContext; base: string; view: ClaimView }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.step_settle}</summary>
      <Form action={`${base}/steps/settle`} label={w.step_settle}>
        <Field label={w.amount} name="amount" type="number" step="any" min={0} />
        <Field label={w.currency} name="currency" value={view.claim.currency} />
        <Field label={w.reference} name="reference" />
        <Field label={w.note} name="note" />
        <Field label={w.on} name="settled_on" type="date" />
        <ChooseLines c={c} lines={view.lines.filter((line) => line.state === 'accepted')} />
        <button type="submit" class="primary">
          {w.step_settle}
        </button>
      </Form>
    </details>
  );
};

const SendForm = ({ c, base, lines }: { c: AppContext; base: string; lines: ClaimView['lines'] }) => {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.step_send}</summary>
      <Form action={`${base}/steps/send`} label={w.step_send}>
        <Field label={w.on} name="sent_on" type="date" />
        <Field label={w.maker_rma} name="maker_rma" />
        <Field label={w.due_on} name="return_due_on" type="date" />
        <ChooseLines c={c} lines={lines} />
        <button type="submit">{w.step_send}</button>
      </Form>
    </details>
  );
};

const ReceiveForm = ({ c, base, view }: { c: AppContext; base: string; view: ClaimView }) => {
  const w = words(c.var.locale);
  const away = view.lines.filter((line) => line.sent_on !== null && line.returned_on === null).map((line) => ({ value: line.id, label: line.serial }));
  const outcomes = (['repaired', 'replaced', 'returned_unrepaired'] as const).map((outcome) => ({ value: outcome, label: w[outcome] }));
  return (
    <details>
      <summary>{w.step_receive}</summary>
      <Form action={`${base}/steps/receive`} label={w.step_receive}>
        <Select label={w.unit} name="line_id" options={away} />
        <Field label={w.serial} name="serial" required />
        <Select label={w.outcome} name="outcome" options={outcomes} />
        <Field label={w.batch} name="batch_code" />
        <Field label={w.on} name="returned_on" type="date" />
        <button type="submit">{w.step_receive}</button>
      </Form>
    </details>
  );
};
