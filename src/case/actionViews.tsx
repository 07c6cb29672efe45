// Everything that can be done with a case, each a small form that works without a script.
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Moment, Section, Select, TextArea } from '../web/parts.tsx';
import type { ReadCase } from './casePage.tsx';
import { caseTypes } from './inputs.ts';
import { isOpen } from './lifecycle.ts';
import { fillTemplate, named } from './rules.ts';
import { coverageWords, outcomeWords, requestWords, typeWords, words } from './words.ts';

interface Shown {
  readonly c: AppContext;
  readonly read: ReadCase;
}

export function CaseActions({ c, read }: Shown) {
  const { row } = read;
  if (row.merged_into_id !== null || row.spam_at !== null) return <Aside c={c} read={read} />;
  return (
    <div class="columns">
      <Owner c={c} read={read} />
      {row.state === 'new' ? null : <Reply c={c} read={read} />}
      <Note c={c} read={read} />
      <Course c={c} read={read} />
      <Describe c={c} read={read} />
      <Ask c={c} read={read} />
      <Visits c={c} read={read} />
      <More c={c} read={read} />
    </div>
  );
}

const at = (read: ReadCase, what: string): string => `/cases/${read.row.id}/${what}`;

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

function Reply({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row, units, templates } = read;
  const chosen = templates.find(({ id }) => id === c.req.query('template'));
  const unit = units[0];
  const text =
    chosen === undefined
      ? ''
      : fillTemplate(row.contact_locale === 'ja' ? chosen.body_ja : chosen.body_en, {
          customer: row.contact_name,
          number: row.number,
          serial: unit?.serial ?? null,
          model: unit?.model_code ?? null,
          agent: c.var.ctx.actor.name,
          subject: row.subject,
        });
  return (
    <Section title={w.reply} id="reply">
      {templates.length === 0 ? null : (
        <form class="row" method="get" action={`/cases/${row.id}#reply`}>
          <Select
            label={w.template}
            name="template"
            value={chosen?.id}
            options={templates.filter(({ type }) => type === null || type === row.type).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <button type="submit">{w.use_template}</button>
        </form>
      )}
      <Form action={at(read, 'messages')} label={w.reply}>
        <input type="hidden" name="visibility" value="public" />
        <TextArea label={w.reply} name="text" value={text} required rows={5} />
        <Select label={w.wait_for} name="waiting_for" blank="—" options={[{ value: 'customer', label: speak(['the customer', '顧客'], locale) }]} />
        <button type="submit">{w.send}</button>
      </Form>
    </Section>
  );
}

function Note({ c, read }: Shown) {
  const w = words(c.var.locale);
  return (
    <Section title={w.note}>
      <p class="hint">{w.note_hint}</p>
      <Form action={at(read, 'messages')} label={w.note}>
        <input type="hidden" name="visibility" value="internal" />
        <TextArea label={w.note} name="text" required rows={3} />
        <button type="submit">{w.add_note}</button>
      </Form>
      <details>
        <summary>{w.customer_said}</summary>
        <Form action={at(read, 'messages')} label={w.customer_said}>
          <input type="hidden" name="visibility" value="public" />
          <input type="hidden" name="from" value="customer" />
          <TextArea label={w.customer_said} name="text" required rows={3} />
          <button type="submit">{w.record}</button>
        </Form>
      </details>
    </Section>
  );
}

function Course({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row } = read;
  if (row.state === 'new') return null;
  if (!isOpen(row.state)) {
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
  const waits = [
    ['customer', ['the customer', '顧客']],
    ['engineering', ['engineering', '技術']],
    ['maker', ['the maker', 'メーカー']],
    ['nobody', [words('en').resume, words('ja').resume]],
  ] as const;
  return (
    <Section title={w.state}>
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
      <Form action={at(read, 'next-step')} label={w.next_step}>
        <Field label={w.next_step} name="next_step" value={row.next_step} required />
        <Field label={w.due} name="next_due_at" type="datetime-local" required />
        <button type="submit">{w.set}</button>
      </Form>
      <details>
        <summary>{w.solve}</summary>
        <Form action={at(read, 'solution')} label={w.solve}>
          <TextArea label={w.solution} name="solution" required rows={3} />
          <Select
            label={w.cause}
            name="cause_id"
            value={row.cause_id}
            blank="—"
            options={read.causes.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, locale) }))}
          />
          <TextArea label={w.reply_with_rating} name="reply" rows={4} />
          <button type="submit">{w.solve}</button>
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
        <summary>{w.category}</summary>
        <Form action={at(read, 'description')} label={w.category}>
          <Select label={w.type} name="type" value={row.type} options={caseTypes.map((value) => ({ value, label: speak(typeWords[value], locale) }))} />
          <Select
            label={w.category}
            name="category_id"
            value={row.category_id}
            blank="—"
            options={read.categories.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, locale) }))}
          />
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

function Ask({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.ask} id="requests">
      {read.requests.map((request) => (
        <div class="request">
          <p>
            <Badge tone={request.state === 'waiting' ? 'warn' : 'good'}>{speak(requestWords[request.kind], locale)}</Badge> {request.asked_of} ·{' '}
            <Moment c={c} at={request.due_at} />
          </p>
          <p class="prose">{request.question}</p>
          {request.answer === null ? null : (
            <p class="prose">
              {w.answer} ({request.answered_by}): {request.answer}
            </p>
          )}
          {request.state === 'waiting' ? (
            <Form action={`/case-requests/${request.id}/answer`} label={w.answer}>
              <TextArea label={w.answer} name="answer" required rows={2} />
              <button type="submit">{w.answer}</button>
            </Form>
          ) : null}
        </div>
      ))}
      <details>
        <summary>{w.ask}</summary>
        <Form action={at(read, 'requests')} label={w.ask}>
          <Select
            label={w.type}
            name="kind"
            options={(['request', 'advice', 'escalation'] as const).map((value) => ({ value, label: speak(requestWords[value], locale) }))}
          />
          <Field label={w.asked_of} name="asked_of" required />
          <TextArea label={w.question} name="question" required rows={3} />
          <Field label={w.due} name="due_at" type="datetime-local" required />
          <fieldset>
            <legend>{w.escalation_facts}</legend>
            <Field label={w.symptom} name="symptom" />
            <Field label={w.reproduction} name="reproduction" />
            <Field label={w.tried} name="tried" />
            <Field label={w.impact} name="impact" />
            <Field label={w.differs} name="differs_because" />
          </fieldset>
          <button type="submit">{w.ask}</button>
        </Form>
      </details>
    </Section>
  );
}

function Visits({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.visits} id="visits">
      {read.visits.map((visit) => (
        <div>
          <p>
            {visit.visit_on} · {speak(coverageWords[visit.coverage], locale)} ({visit.coverage_reason}){' '}
            {visit.fee === null ? '' : `· ${visit.fee} (${visit.fee_agreed_by})`}{' '}
            {visit.outcome === null ? '' : `· ${speak(outcomeWords[visit.outcome], locale)}: ${visit.result}`}
          </p>
          {visit.state === 'planned' ? (
            <Form action={`/visits/${visit.id}/result`} label={w.result}>
              <Select
                label={w.result}
                name="outcome"
                options={(['fixed', 'not_fixed', 'return_needed'] as const).map((value) => ({ value, label: speak(outcomeWords[value], locale) }))}
              />
              <TextArea label={w.result} name="result" required rows={2} />
              <TextArea label={w.parts} name="parts" rows={2} />
              <button type="submit">{w.record}</button>
            </Form>
          ) : null}
        </div>
      ))}
      <details>
        <summary>{w.plan_visit}</summary>
        <Form action={at(read, 'visits')} label={w.plan_visit}>
          <Field label={w.visit_on} name="visit_on" type="date" required />
          <Select
            label={w.coverage}
            name="coverage"
            blank={w.coverage_check}
            options={(['contract', 'own_warranty', 'goodwill', 'paid'] as const).map((value) => ({ value, label: speak(coverageWords[value], locale) }))}
          />
          <Field label={w.reason} name="coverage_reason" />
          <Field label={w.fee} name="fee" type="number" min={0} />
          <Field label={w.agreed_by} name="fee_agreed_by" />
          <button type="submit">{w.plan_visit}</button>
        </Form>
      </details>
    </Section>
  );
}

function More({ c, read }: Shown) {
  const w = words(c.var.locale);
  return (
    <Section title="…">
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
