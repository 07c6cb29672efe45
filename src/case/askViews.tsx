// Asking others about a case: what was asked of whom, the answers, and the form of the next question.
import { speak } from '../core/words.ts';
import { Badge, Field, Form, Moment, Section, Select, TextArea } from '../web/parts.tsx';
import { at, type Shown } from './actionForm.ts';
import { requestWords, words } from './words.ts';

export function Ask({ c, read }: Shown) {
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
