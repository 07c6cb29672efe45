// The course of a case: what it waits for and its next step while open, its solution, and what may follow once solved.
import { type Bilingual, speak } from '../core/words.ts';
import { Field, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { at, type Shown } from './actionForm.ts';
import { localInput } from './forms.ts';
import { isOpen } from './lifecycle.ts';
import { FilesAlong } from './messageViews.tsx';
import { named } from './rules.ts';
import { waitWords, words } from './words.ts';

export function Course({ c, read }: Shown) {
  const w = words(c.var.locale);
  const { row } = read;
  if (row.state === 'new') return null;
  if (!isOpen(row.state)) return <Ended c={c} read={read} />;
  return (
    <Section title={w.state}>
      <Wait c={c} read={read} />
      <Form action={at(read, 'next-step')} label={w.next_step}>
        <Field label={w.next_step} name="next_step" value={row.next_step} required />
        <Field label={w.due} name="next_due_at" type="datetime-local" value={localInput(row.next_due_at, c.var.zone)} required />
        <button type="submit">{w.set}</button>
      </Form>
      <Solve c={c} read={read} />
    </Section>
  );
}

function Ended({ c, read }: Shown) {
  const w = words(c.var.locale);
  const { row } = read;
  return (
    <Section title={w.state}>
      {row.state === 'solved' ? (
        <Form action={at(read, 'closure')} label={w.close}>
          <button type="submit">{w.close}</button>
        </Form>
      ) : null}
      <Form action={at(read, 'reopening')} label={w.reopen}>
        <Field label={w.reason} name="reason" required />
        <button type="submit">{w.reopen}</button>
      </Form>
      <Form action={at(read, 'article')} label={w.promote}>
        <button type="submit">{w.promote}</button>
      </Form>
    </Section>
  );
}

const waits: readonly (readonly [string, Bilingual])[] = [...Object.entries(waitWords), ['nobody', [words('en').resume, words('ja').resume]]];

function Wait({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row } = read;
  return (
    <details>
      <summary>{w.wait_for}</summary>
      <Form action={at(read, 'waits')} label={w.wait_for}>
        <Select
          label={w.wait_for}
          name="waiting_for"
          options={waits
            .filter(([value]) => (value === 'nobody') === (row.state !== 'open') || value !== 'nobody')
            .map(([value, label]) => ({ value, label: speak(label, locale) }))}
        />
        <Field label={w.next_step} name="next_step" value={row.next_step} />
        <Field label={w.due} name="next_due_at" type="datetime-local" />
        <button type="submit">{w.set}</button>
      </Form>
    </details>
  );
}

function Solve({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row } = read;
  return (
    <details>
      <summary>{w.solve}</summary>
      <Form action={at(read, 'solution')} label={w.solve} enctype="multipart/form-data">
        <TextArea label={w.solution} name="solution" required rows={3} />
        <Select
          label={w.cause}
          name="cause_id"
          value={row.cause_id}
          blank="—"
          options={read.causes.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, locale) }))}
        />
        <TextArea label={w.reply_with_rating} name="reply" rows={4} />
        <FilesAlong c={c} read={read} />
        {read.requests.some(({ state }) => state === 'waiting') ? (
          <label>
            <input type="checkbox" name="withdraw_requests" value="yes" /> {w.withdraw_waiting}
          </label>
        ) : null}
        <button type="submit">{w.solve}</button>
      </Form>
    </details>
  );
}
