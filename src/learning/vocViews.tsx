// Reviews of bad ratings: who is to look, what they answered apart from each other, what both agreed on.
import type { AppContext } from '../web/env.ts';
import { Badge, Form, Section, Select, TextArea } from '../web/parts.tsx';
import type { listUnreviewed, ReadReview } from './voc.ts';
import { words } from './words.ts';

interface AssignShown {
  readonly c: AppContext;
  readonly row: Awaited<ReturnType<typeof listUnreviewed>>[number];
  readonly people: readonly { readonly value: string; readonly label: string }[];
}

export function AssignForm({ c, row, people }: AssignShown) {
  const w = words(c.var.locale);
  // Nobody reviews what is said of their own case.
  const readers = people.filter(({ value }) => value !== row.owner_id);
  return (
    <Form action="/learning/voc" label={row.number}>
      <p>
        <a href={`/cases/${row.id}`}>{row.number}</a> {row.subject} <Badge tone="bad">{row.rating} / 5</Badge>
      </p>
      <input type="hidden" name="case_id" value={row.id} />
      <Select label={w.first_reviewer} name="first_reviewer_id" options={readers} />
      <Select label={w.second_reviewer} name="second_reviewer_id" value={readers[1]?.value} options={readers} />
      <button type="submit">{w.assign}</button>
    </Form>
  );
}

export function Review({ c, row }: { c: AppContext; row: ReadReview }) {
  const w = words(c.var.locale);
  return (
    <Section title={`${row.number} ${row.subject}`} aside={<a href={`/cases/${row.case_id}`}>{row.number}</a>}>
      <p>
        <Badge tone="bad">{row.rating} / 5</Badge> <Badge>{w[row.state]}</Badge> {row.comment}
      </p>
      {row.answers.map((answer) => (
        <p>
          {answer.name}: {w[answer.reason]} · {answer.avoidable === 'yes' ? w.avoidable : w.unavoidable} · {answer.comment}
        </p>
      ))}
      {row.state === 'reviewing' && [row.first_reviewer_id, row.second_reviewer_id].includes(c.var.ctx.actor.id) && row.answers.length === 0 ? (
        <AnswerForm c={c} row={row} />
      ) : null}
      {row.state === 'to_agree' ? (
        <Form action={`/learning/voc/${row.id}/policy`} label={w.policy}>
          <TextArea label={w.policy} name="policy" required />
          <button type="submit">{w.agree}</button>
        </Form>
      ) : null}
      {row.policy === null ? null : (
        <p class="prose">
          {w.policy}: {row.policy}
        </p>
      )}
    </Section>
  );
}

function AnswerForm({ c, row }: { c: AppContext; row: ReadReview }) {
  const w = words(c.var.locale);
  const reasons = (['product', 'response_speed', 'response_content', 'policy', 'other'] as const).map((value) => ({ value, label: w[value] }));
  return (
    <Form action={`/learning/voc/${row.id}/answers`} label={w.answer}>
      <Select label={w.why} name="reason" options={reasons} />
      <Select
        label={w.avoidable}
        name="avoidable"
        options={[
          { value: 'yes', label: w.avoidable },
          { value: 'no', label: w.unavoidable },
        ]}
      />
      <TextArea label={w.answer} name="comment" required />
      <button type="submit">{w.answer}</button>
    </Form>
  );
}
