// Visits for a case: those planned and made, and the form that plans one.
import { speak } from '../core/words.ts';
import { Badge, Field, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { at, type Shown } from './actionForm.ts';
import { coverageWords, outcomeWords } from './visitWords.ts';
import { words } from './words.ts';

export function Visits({ c, read }: Shown) {
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
            {visit.state === 'cancelled' ? (
              <>
                <Badge tone="neutral">{w.visit_cancelled}</Badge> {visit.result}
              </>
            ) : null}
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
          {visit.state === 'planned' ? (
            <details>
              <summary>{w.cancel_visit}</summary>
              <Form action={`/visits/${visit.id}/cancellation`} label={w.cancel_visit}>
                <Field label={w.reason} name="reason" required />
                <button type="submit">{w.cancel_visit}</button>
              </Form>
            </details>
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
