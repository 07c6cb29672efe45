// Everything that can be done with a case, each a small form that works without a script.
import { speak } from '../core/words.ts';
import { Field, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { at, type Shown } from './actionForm.ts';
import { Ask } from './askViews.tsx';
import { Course } from './courseViews.tsx';
import { descriptionVersion } from './descriptionEdit.ts';
import { caseTypes } from './inputs.ts';
import { Note, Reply } from './messageViews.tsx';
import { named } from './rules.ts';
import { Visits } from './visitViews.tsx';
import { typeWords, words } from './words.ts';

const laidAside = ({ row }: Shown['read']): boolean => row.merged_into_id !== null || row.spam_at !== null;

/** Under what was said: the answer, and the note nobody outside sees. */
export const Talk = ({ c, read }: Shown) =>
  laidAside(read) ? null : (
    <>
      {read.row.state === 'new' ? null : <Reply c={c} read={read} />}
      <Note c={c} read={read} />
    </>
  );

/** Whose it is and where it stands; of a case laid aside, the way back. */
export const Standing = ({ c, read }: Shown) =>
  laidAside(read) ? (
    <Aside c={c} read={read} />
  ) : (
    <>
      <Owner c={c} read={read} />
      <Course c={c} read={read} />
    </>
  );

/** What else can be done. */
export const MoreActions = ({ c, read }: Shown) =>
  laidAside(read) ? null : (
    <div class="columns">
      <Describe c={c} read={read} />
      <Ask c={c} read={read} />
      <Visits c={c} read={read} />
      <More c={c} read={read} />
    </div>
  );

function Owner({ c, read }: Shown) {
  const w = words(c.var.locale);
  const fresh = read.row.owner_id === null;
  return (
    <Section title={w.owner}>
      {fresh ? (
        <Form action={at(read, 'owner')} label={w.take}>
          <button type="submit">{w.take}</button>
        </Form>
      ) : null}
      <details open={fresh}>
        <summary>{w.hand_on}</summary>
        <Form action={at(read, 'owner')} label={w.hand_on}>
          <Select
            label={w.owner}
            name="owner_id"
            required
            blank="—"
            options={read.owners.filter(({ id }) => id !== read.row.owner_id).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <Field label={w.reason} name="reason" required={!fresh} />
          <TextArea label={w.summary} name="summary" required={!fresh} rows={3} />
          <Field label={w.next_step} name="next_step" />
          <Field label={w.due} name="next_due_at" type="datetime-local" />
          <button type="submit">{w.hand_on}</button>
        </Form>
      </details>
    </Section>
  );
}

function Describe({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row } = read;
  return (
    <Section title={w.case}>
      <details>
        <summary>{w.describe}</summary>
        <Form action={at(read, 'description')} label={w.describe}>
          <Version of={{ version: descriptionVersion(row) }} />
          <Select label={w.type} name="type" value={row.type} options={caseTypes.map((value) => ({ value, label: speak(typeWords[value], locale) }))} />
          <Select
            label={w.category}
            name="category_id"
            value={row.category_id}
            blank="—"
            options={read.categories.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, locale) }))}
          />
          <Field label={w.subject} name="subject" value={row.subject} required />
          <Field label={w.customer_code} name="customer" value={read.customer?.code ?? null} />
          <Field label={w.contact_name} name="contact_name" value={row.contact_name} />
          <Field label={w.contact_email} name="contact_email" type="email" value={row.contact_email} />
          <Field label={w.since} name="since_text" value={row.since_text} />
          <TextArea label={w.tried} name="tried_text" value={row.tried_text} rows={2} />
          <button type="submit">{w.set}</button>
        </Form>
      </details>
      <ul>
        {read.units.map((unit) => (
          <li>
            {unit.model_code} <a href={`/units/${unit.id}`}>{unit.serial}</a>
            <form class="row" method="post" action={at(read, 'unit-removals')}>
              <input type="hidden" name="unit_id" value={unit.id} />
              <button class="quiet" type="submit">
                {w.unlink}
              </button>
            </form>
          </li>
        ))}
      </ul>
      <Form action={at(read, 'units')} label={w.link_unit}>
        <Field label={w.serial_or_id} name="unit" required />
        <button type="submit">{w.link_unit}</button>
      </Form>
    </Section>
  );
}

function More({ c, read }: Shown) {
  const w = words(c.var.locale);
  return (
    <Section title={w.more}>
      <Form action={at(read, 'work')} label={w.work}>
        <Field label={w.work} name="minutes" type="number" min={1} max={1440} required />
        <button type="submit">{w.record}</button>
      </Form>
      <details>
        <summary>{w.merge}</summary>
        <Form action={at(read, 'merge')} label={w.merge}>
          <Field label={w.merge_into} name="into_id" required placeholder="C-000123" />
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.merge}</button>
        </Form>
      </details>
      <details>
        <summary>{w.spam}</summary>
        <Form action={at(read, 'spam-mark')} label={w.spam}>
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.spam}</button>
        </Form>
      </details>
    </Section>
  );
}

function Aside({ c, read }: Shown) {
  const w = words(c.var.locale);
  const merged = read.row.merged_into_id !== null;
  return (
    <Form action={at(read, merged ? 'unmerge' : 'spam-mark')} label={merged ? w.unmerge : w.no_spam}>
      <Field label={w.reason} name="reason" required />
      <button type="submit">{merged ? w.unmerge : w.no_spam}</button>
    </Form>
  );
}
