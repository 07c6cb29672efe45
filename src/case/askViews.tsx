// Asking others about a case: what was asked of whom, the answers, and the form of the next question.
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, Field, Form, Moment, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { at, type Shown } from './actionForm.ts';
import { requestStateWords, requestWords } from './askWords.ts';
import type { listAskedOf } from './queries.ts';
import { words } from './words.ts';

const requestTones = { waiting: 'warn', answered: 'good', withdrawn: 'neutral' } as const;

type Asked = Awaited<ReturnType<typeof listAskedOf>>;

/** What others want to know of the reader; nothing when nobody asks. */
export const AskedOfMe = ({ c, asked }: { c: AppContext; asked: Asked }) =>
  asked.length === 0 ? null : (
    <Section title={`${words(c.var.locale).asked_of_me} (${asked.length})`} id="asked">
      <AskedTable c={c} asked={asked} />
    </Section>
  );

export function AskedTable({ c, asked }: { c: AppContext; asked: Asked }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Table
      c={c}
      caption={w.asked_of_me}
      rows={asked}
      empty={w.asked_nothing}
      columns={[
        {
          head: w.case,
          cell: (row) => (
            <a href={`/cases/${row.id}#requests`}>
              {row.number} {row.subject}
            </a>
          ),
        },
        { head: w.type, cell: (row) => speak(requestWords[row.kind], locale) },
        { head: w.question, cell: (row) => row.question },
        { head: w.asked_by, cell: (row) => row.asked_by },
        { head: w.due, cell: (row) => <Age c={c} at={row.due_at} /> },
      ]}
    />
  );
}

export function Ask({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.ask} id="requests">
      {read.requests.map((request) => (
        <div class="request">
          <p>
            {speak(requestWords[request.kind], locale)} → {request.asked_of}{' '}
            <Badge tone={requestTones[request.state]}>{speak(requestStateWords[request.state], locale)}</Badge> {w.due}: <Moment c={c} at={request.due_at} />
          </p>
          <p class="prose">{request.question}</p>
          {request.answer === null ? null : (
            <p class="prose">
              {w.answer} ({request.answered_by}): {request.answer}
            </p>
          )}
          {request.state === 'waiting' ? (
            <>
              <Form action={`/case-requests/${request.id}/answer`} label={w.answer}>
                <TextArea label={w.answer} name="answer" required rows={2} />
                <button type="submit">{w.answer}</button>
              </Form>
              <form class="row" method="post" action={`/case-requests/${request.id}/withdrawal`}>
                <button class="quiet" type="submit">
                  {w.withdraw}
                </button>
              </form>
            </>
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
          <Select label={w.asked_person} name="asked_user_id" blank="—" options={read.owners.map(({ id, name }) => ({ value: id, label: name }))} />
          <Field label={w.asked_of} name="asked_of" hint={w.asked_of_hint} />
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
