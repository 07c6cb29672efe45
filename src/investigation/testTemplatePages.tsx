// /test-templates: the protocols tests follow, and the form that writes or revises one.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { words } from './knownIssueWords.ts';
import { retireTestTemplate, saveTestTemplate, stepsOf } from './test.ts';
import { linesOf, SaveTestTemplate, testKinds } from './testInputs.ts';
import { listTestTemplates } from './testQueries.ts';
import { nameOf } from './testViews.tsx';

export const testTemplatePages = newPages();

page(testTemplatePages, '/test-templates', 'investigation:read', async (c) => {
  const w = words(c.var.locale);
  const writable = may(c.var.ctx.actor, 'investigation:write');
  return show(
    c,
    { title: w.templates, nav: '/investigations' },
    <>
      <PageHead title={w.templates} />
      <Table
        c={c}
        caption={w.templates}
        rows={await listTestTemplates(c.var.ctx)}
        empty={w.templates_wait}
        columns={[
          { head: w.code, cell: (row) => row.code },
          { head: w.revision, cell: (row) => row.revision },
          { head: w.kind, cell: (row) => w[`kind_${row.kind}`] },
          { head: w.title, cell: (row) => nameOf(c, row) },
          {
            head: w.step,
            cell: (row) =>
              stepsOf(row.steps)
                .map((step) => nameOf(c, step))
                .join(', '),
          },
          {
            head: '',
            cell: (row) =>
              writable ? (
                <form method="post" action={`/test-templates/${row.id}/retirement`}>
                  <button type="submit">{w.retire}</button>
                </form>
              ) : (
                ''
              ),
          },
        ]}
      />
      {writable ? (
        <Section title={w.new_template}>
          <Form action="/test-templates">
            <Field label={w.code} name="code" required />
            <Select label={w.kind} name="kind" options={testKinds.map((kind) => ({ value: kind, label: w[`kind_${kind}`] }))} />
            <Field label={w.name_en} name="name_en" required />
            <Field label={w.name_ja} name="name_ja" required />
            <TextArea label={w.method} name="method" rows={3} />
            <TextArea label={w.steps} name="steps" required rows={6} />
            <button type="submit" class="primary">
              {w.save}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(testTemplatePages, '/test-templates', 'investigation:write', async (c) => {
  const { steps, ...form } = await readForm(
    c,
    z.object({ code: z.string(), kind: z.enum(testKinds), name_en: z.string(), name_ja: z.string(), method: z.string().optional(), steps: z.string() }),
  );
  const parsed = SaveTestTemplate.safeParse({ ...form, steps: linesOf(steps).map(stepOfLine) });
  if (!parsed.success) throw invalid('steps', ['A step is not readable', '項目の書式が正しくありません']);
  await saveTestTemplate(c.var.ctx, parsed.data);
  return seeOther(c, '/test-templates', words(c.var.locale).saved);
});

/** `depth | Depth of water | 水深 | mm | 0 | 1`. */
function stepOfLine(line: string) {
  const [code, name_en, name_ja, unit, min, max] = line.split('|').map((part) => part.trim());
  const limit = (text: string | undefined): number | null => (text === undefined || text === '' ? null : Number(text));
  return { code, name_en, name_ja, unit: unit === undefined || unit === '' ? null : unit, min: limit(min), max: limit(max) };
}

action(testTemplatePages, '/test-templates/:id/retirement', 'investigation:write', async (c) => {
  await retireTestTemplate(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/test-templates', words(c.var.locale).saved);
});
