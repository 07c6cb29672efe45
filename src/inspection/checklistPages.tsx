// Checklists as text, one step a line: quick to write, easy to compare.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { Because } from '../returns/inputs.ts';
import { Deed } from '../web/deedForm.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { type Column, Field, Form, PageHead, Section, Table, TextArea } from '../web/parts.tsx';
import { changeChecklist, createChecklist, retireChecklist } from './checklist.ts';
import { NewChecklist } from './inputs.ts';
import { type ChecklistView, getChecklist, listChecklists, listSteps } from './queries.ts';
import type { ChecklistStepRow } from './table.ts';
import { words } from './words.ts';

export const checklistPages = newPages();

page(checklistPages, '/checklists', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const columns: Column<ChecklistView>[] = [
    { head: w.checklist, cell: (row) => <a href={`/checklists/${row.id}`}>{speak([row.name_en, row.name_ja], c.var.locale)}</a> },
    { head: w.scope, cell: (row) => [row.maker_code, row.model_code, row.hw_rev].filter((part) => part !== null).join(' ') || w.everything },
  ];
  return show(
    c,
    { title: w.checklists, nav: '/returns' },
    <>
      <PageHead title={w.checklists} />
      <Table c={c} caption={w.checklists} columns={columns} rows={await listChecklists(c.var.ctx)} />
      {may(c.var.ctx.actor, 'code:write') ? (
        <Section title={w.add_checklist}>
          <Form action="/checklists">
            <Field label={w.name_en} name="name_en" required />
            <Field label={w.name_ja} name="name_ja" required />
            <Field label={w.maker_code} name="maker_code" />
            <Field label={w.model_code} name="model_code" />
            <Field label={w.hw_rev} name="hw_rev" />
            <StepsField c={c} steps={[]} />
            <button type="submit" class="primary">
              {w.add_checklist}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

page(checklistPages, '/checklists/:id', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const checklist = await getChecklist(c.var.ctx, c.req.param('id') ?? '');
  const steps = await listSteps(c.var.ctx, checklist.id);
  const title = speak([checklist.name_en, checklist.name_ja], c.var.locale);
  const columns: Column<ChecklistStepRow>[] = [
    { head: w.step, cell: (row) => `${row.position}. ${speak([row.name_en, row.name_ja], c.var.locale)}` },
    { head: w.required, cell: (row) => (row.need === 'required' ? w.required : w.optional) },
    { head: w.range, cell: (row) => (row.kind === 'value' ? `${row.min_value ?? '…'} – ${row.max_value ?? '…'} ${row.value_unit ?? ''}` : w[row.kind]) },
  ];
  const keeper = may(c.var.ctx.actor, 'code:write') && checklist.retired_at === null;
  return show(
    c,
    { title, nav: '/returns' },
    <>
      <PageHead title={title} sub={[checklist.maker_code, checklist.model_code, checklist.hw_rev].filter((part) => part !== null).join(' ') || w.everything} />
      <Table c={c} caption={w.steps} columns={columns} rows={steps} />
      {keeper ? (
        <Section title={w.change}>
          <Form action={`/checklists/${checklist.id}`} label={w.change}>
            <Field label={w.name_en} name="name_en" value={checklist.name_en} required />
            <Field label={w.name_ja} name="name_ja" value={checklist.name_ja} required />
            <StepsField c={c} steps={steps} />
            <button type="submit" class="primary">
              {w.change}
            </button>
          </Form>
        </Section>
      ) : null}
      {keeper ? (
        <Deed action={`/checklists/${checklist.id}/retirement`} title={w.retire}>
          <Field label={w.reason} name="reason" required />
        </Deed>
      ) : null}
    </>,
  );
});

const name = z.string().trim().min(1).max(200);
const ChecklistForm = z.strictObject({
  name_en: name,
  name_ja: name,
  maker_code: z.string().optional(),
  model_code: z.string().optional(),
  hw_rev: z.string().optional(),
  steps: z.string().max(50_000),
});

action(checklistPages, '/checklists', 'code:write', async (c) => {
  const form = await readForm(c, ChecklistForm);
  const { id } = await createChecklist(c.var.ctx, { ...form, steps: readSteps(form.steps) });
  return seeOther(c, `/checklists/${id}`, words(c.var.locale).saved);
});

action(checklistPages, '/checklists/:id', 'code:write', async (c) => {
  const { name_en, name_ja, steps } = await readForm(c, ChecklistForm);
  const { id } = await changeChecklist(c.var.ctx, c.req.param('id') ?? '', { name_en, name_ja, steps: readSteps(steps) });
  return seeOther(c, `/checklists/${id}`, words(c.var.locale).saved);
});

action(checklistPages, '/checklists/:id/retirement', 'code:write', async (c) => {
  await retireChecklist(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/checklists', words(c.var.locale).saved);
});

const StepsField = ({ c, steps }: { c: AppContext; steps: readonly ChecklistStepRow[] }) => (
  <>
    <TextArea label={words(c.var.locale).steps} name="steps" required rows={12} value={steps.map(writeStep).join('\n')} />
    <small>{words(c.var.locale).steps_hint}</small>
  </>
);

const writeStep = (step: ChecklistStepRow): string =>
  [step.kind, step.need, step.name_en, step.name_ja, step.value_unit ?? '', step.min_value ?? '', step.max_value ?? ''].join(' | ').replace(/( \| )+$/, '');

/** One step a line: kind | required/optional | English | Japanese | unit | min | max. Throws `invalid` naming the line. */
export function readSteps(text: string): NewChecklist['steps'] {
  return text
    .replaceAll('｜', '|')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      const [kind, need, name_en, name_ja, value_unit, min_value, max_value] = line.split('|').map((part) => part.trim());
      const step = NewChecklist.shape.steps.element.safeParse({
        kind,
        need,
        name_en,
        name_ja,
        value_unit: value_unit || null,
        min_value: min_value || null,
        max_value: max_value || null,
      });
      if (!step.success) throw invalid('steps', [`Line ${i + 1} is not a step`, `${i + 1}行目を読み取れません`]);
      return step.data;
    });
}
