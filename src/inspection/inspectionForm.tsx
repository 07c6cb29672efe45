// The form of a running inspection: its checklist, and the verdict that ends it.
import { speak } from '../core/words.ts';
import { codeOptions, optionsOf } from '../returns/views.tsx';
import { verdictLabels } from '../returns/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { Picture } from './files.tsx';
import { getChecklist, type InspectionView, listAnswers, listSteps } from './queries.ts';
import { rangeOf } from './recordPage.tsx';
import type { ChecklistStepRow, InspectionStepRow } from './table.ts';
import { words } from './words.ts';

export async function InspectionForm({ c, inspection }: { c: AppContext; inspection: InspectionView }) {
  const w = words(c.var.locale);
  const { ctx } = c.var;
  const checklist = inspection.checklist_id === null ? null : await getChecklist(ctx, inspection.checklist_id);
  const answers = new Map((await listAnswers(ctx, inspection.id)).map((answer) => [answer.step_id, answer]));
  const steps = (await listSteps(ctx, inspection.checklist_id)).map((step) => ({ step, answer: answers.get(step.id) }));
  const trees = [
    ['reproduced_symptom', w.reproduced, 'symptom'],
    ['failure_mode', w.failure_mode, 'failure_mode'],
    ['component', w.component, 'component'],
    ['cause', w.cause, 'cause'],
  ] as const;
  const choices = [];
  for (const [name, label, tree] of trees) choices.push(<Select label={label} name={name} blank="—" options={await codeOptions(ctx, tree)} />);
  return (
    <Section title={checklist === null ? w.none : speak([checklist.name_en, checklist.name_ja], c.var.locale)}>
      {/* One form: whoever ends the inspection has not to think of saving its steps first. */}
      <Form action={`/inspections/${inspection.id}/verdict`} label={w.checklist} enctype="multipart/form-data">
        <ol class="steps">
          {steps.map((line) => (
            <Step c={c} line={line} />
          ))}
        </ol>
        <div class="row">
          <button type="submit" formaction={`/inspections/${inspection.id}/steps`} formnovalidate>
            {w.save_steps}
          </button>
          <button type="submit" formaction={`/inspections/${inspection.id}/steps`} formnovalidate name="rest_ok" value="yes" data-shortcut="o">
            {w.rest_ok}
          </button>
        </div>
        <div data-first>
          <Select label={w.verdict} name="verdict" options={optionsOf(c, verdictLabels)} blank={w.choose} required />
        </div>
        {choices}
        <TextArea label={w.note} name="note" rows={3} />
        <label class="check">
          <input type="checkbox" name="footage_erased" value="yes" /> {w.footage}
        </label>
        <button type="submit" class="primary">
          {w.give_verdict}
        </button>
      </Form>
    </Section>
  );
}

interface Line {
  readonly step: ChecklistStepRow;
  readonly answer: InspectionStepRow | undefined;
}

/** One step, to be answered with a thumb: its words above, its answer below. */
function Step({ c, line }: { c: AppContext; line: Line }) {
  const w = words(c.var.locale);
  const { step, answer } = line;
  return (
    <li>
      <div>
        {speak([step.name_en, step.name_ja], c.var.locale)} <span class="quiet">{rangeOf(step)}</span>{' '}
        {step.need === 'required' ? <Badge tone="info">{w.required}</Badge> : null}{' '}
        {answer === undefined ? null : <Badge tone={answer.result === 'ok' ? 'good' : answer.result === 'ng' ? 'bad' : 'neutral'}>{w[answer.result]}</Badge>}
      </div>
      <StepInput c={c} line={line} />
    </li>
  );
}

function StepInput({ c, line: { step, answer } }: { c: AppContext; line: Line }) {
  const w = words(c.var.locale);
  const label = speak([step.name_en, step.name_ja], c.var.locale);
  switch (step.kind) {
    case 'value':
      return <input type="number" step="any" name={`value:${step.id}`} value={answer?.value ?? undefined} aria-label={label} />;
    case 'photo':
      return (
        <>
          {answer?.attachment_id == null ? null : (
            <a href={`/api/v1/attachments/${answer.attachment_id}`}>
              <Picture id={answer.attachment_id} name={label} />
            </a>
          )}
          <input type="file" name={`photo:${step.id}`} accept="image/jpeg,image/png,image/webp" capture="environment" aria-label={`${label}: ${w.photo}`} />
        </>
      );
    case 'check':
      return (
        <fieldset class="choice" aria-label={label}>
          {(['ok', 'ng', 'skipped'] as const).map((result) => (
            <label>
              <input type="radio" name={`result:${step.id}`} value={result} checked={answer?.result === result} /> {w[result]}
            </label>
          ))}
        </fieldset>
      );
  }
}
