// /test-records: the list, starting a test, and recording its values and conclusion.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Facts, Field, Filters, Form, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { ListQuery, parseInput } from '../web/route.ts';
import { words } from './knownIssueWords.ts';
import { concludeTest, recordValue, startTest } from './test.ts';
import { ConcludeTest, linesOf, RecordValue, StartTest } from './testInputs.ts';
import { listTests, listTestTemplates, viewTest } from './testQueries.ts';
import { limitsOf, nameOf, ResultBadge, ValueForm } from './testViews.tsx';

export const testPages = newPages();

page(testPages, '/test-records', 'investigation:read', async (c) => {
  const w = words(c.var.locale);
  const Filter = z.object({
    state: z.enum(['running', 'done']).optional(),
    result: z.enum(['pass', 'fail']).optional(),
    investigation_id: z.string().optional(),
  });
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend(Filter.shape));
  const { items, next_cursor } = await listTests(c.var.ctx, { limit, cursor, sort }, filter);
  return show(
    c,
    { title: w.tests, nav: '/investigations' },
    <>
      <PageHead title={w.tests}>
        <a class="button" href="/test-templates">
          {w.templates}
        </a>
        {may(c.var.ctx.actor, 'investigation:write') ? (
          <a class="button primary" href="/test-records/new">
            {w.new_test}
          </a>
        ) : null}
      </PageHead>
      <Filters c={c}>
        <Select
          label={w.result}
          name="result"
          value={filter.result}
          options={[
            { value: 'pass', label: w.pass },
            { value: 'fail', label: w.fail },
          ]}
          blank="–"
        />
      </Filters>
      <Table
        c={c}
        caption={w.tests}
        rows={items}
        columns={[
          { head: w.number, sort: 'number', cell: (row) => <a href={`/test-records/${row.id}`}>{row.number}</a> },
          { head: w.title, cell: (row) => row.title },
          { head: w.template, cell: (row) => `${row.template_code} r${row.template_revision} ${nameOf(c, row)}` },
          { head: w.result, cell: (row) => <ResultBadge c={c} result={row.result} /> },
          { head: w.tested_on, cell: (row) => row.tested_on ?? '–' },
          { head: w.updated, sort: 'updated_at', cell: (row) => <Age c={c} at={row.updated_at} /> },
        ]}
      />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

page(testPages, '/test-records/new', 'investigation:write', async (c) => {
  const w = words(c.var.locale);
  const templates = (await listTestTemplates(c.var.ctx)).map((row) => ({ value: row.id, label: `${row.code} r${row.revision} ${nameOf(c, row)}` }));
  return show(
    c,
    { title: w.new_test, nav: '/investigations' },
    <>
      <PageHead title={w.new_test} />
      {templates.length === 0 ? (
        <p class="empty">
          {w.templates_wait} <a href="/test-templates">{w.templates}</a>
        </p>
      ) : (
        <Form action="/test-records">
          {c.req.query('investigation_id') === undefined ? null : <input type="hidden" name="investigation_id" value={c.req.query('investigation_id')} />}
          <Select label={w.template} name="template_id" options={templates} required />
          <Field label={w.title} name="title" required />
          <TextArea label={w.conditions} name="conditions" rows={2} />
          <TextArea label={w.serials} name="serials" required rows={6} />
          <button type="submit" class="primary">
            {w.new_test}
          </button>
        </Form>
      )}
    </>,
  );
});

action(testPages, '/test-records', 'investigation:write', async (c) => {
  const { serials, ...form } = await readForm(
    c,
    z.object({ template_id: z.string(), investigation_id: z.string().optional(), title: z.string(), conditions: z.string().optional(), serials: z.string() }),
  );
  const row = await startTest(c.var.ctx, parseInput(StartTest, { ...form, serials: linesOf(serials) }));
  return seeOther(c, `/test-records/${row.id}`, words(c.var.locale).saved);
});

page(testPages, '/test-records/:id', 'investigation:read', async (c) => {
  const w = words(c.var.locale);
  const { record, template, steps, samples, values } = await viewTest(c.var.ctx, c.req.param('id') ?? '');
  const writable = record.state === 'running' && may(c.var.ctx.actor, 'investigation:write');
  const rows = samples.flatMap((sample) =>
    steps.map((step) => ({ sample, step, value: values.find((one) => one.sample_id === sample.id && one.step_code === step.code) })),
  );
  return show(
    c,
    { title: `${record.number} ${record.title}`, nav: '/investigations' },
    <>
      <PageHead title={`${record.number} ${record.title}`} sub={<ResultBadge c={c} result={record.result} />}>
        <a class="button" href={`/documents?record_kind=test_record&record_id=${record.id}`}>
          {w.documents}
        </a>
      </PageHead>
      <TestFacts c={c} record={record} template={template} />
      <Table
        c={c}
        caption={w.steps}
        rows={rows}
        columns={[
          { head: w.sample, cell: ({ sample }) => (sample.unit_id === null ? sample.serial : <a href={`/units/${sample.unit_id}`}>{sample.serial}</a>) },
          { head: w.step, cell: ({ step }) => nameOf(c, step) },
          { head: w.limits, cell: ({ step }) => limitsOf(step) },
          {
            head: w.value,
            numeric: true,
            cell: ({ value, step }) =>
              value === undefined ? '–' : `${value.value ?? ''} ${value.value === null ? '' : (step.unit ?? '')} ${value.observation ?? ''}`,
          },
          { head: w.result, cell: ({ value }) => (value === undefined ? '' : <ResultBadge c={c} result={value.result} />) },
          { head: '', cell: ({ sample, step }) => (writable ? <ValueForm c={c} id={record.id} sample_id={sample.id} step={step} /> : '') },
        ]}
      />
      {writable ? (
        <Section title={w.conclude}>
          <Form action={`/test-records/${record.id}/conclusion`}>
            <TextArea label={w.conclusion} name="conclusion" required rows={3} />
            <button type="submit" name="result" value="pass">
              {w.pass}
            </button>
            <button type="submit" name="result" value="fail">
              {w.fail}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

function TestFacts({ c, record, template }: { c: AppContext } & Pick<Awaited<ReturnType<typeof viewTest>>, 'record' | 'template'>) {
  const w = words(c.var.locale);
  const { investigation_id } = record;
  return (
    <Facts
      facts={[
        ...(investigation_id === null ? [] : [[w.investigation, <a href={`/investigations/${investigation_id}`}>{w.investigation}</a>] as const]),
        [w.template, `${template.code} r${template.revision} ${nameOf(c, template)}`],
        [w.method, template.method ?? '–'],
        [w.conditions, record.conditions ?? '–'],
        [w.tested_by, record.tested_by],
        [w.tested_on, record.tested_on ?? '–'],
        [w.conclusion, record.conclusion ?? '–'],
      ]}
    />
  );
}

action(testPages, '/test-records/:id/values', 'investigation:write', async (c) => {
  const { value, ...form } = await readForm(
    c,
    z.object({
      sample_id: z.string(),
      step_code: z.string(),
      value: z.coerce.number().optional(),
      observation: z.string().optional(),
      result: z.enum(['pass', 'fail']).optional(),
    }),
  );
  if (value === undefined && form.observation === undefined) throw invalid('value', ['A value or an observation', '値または所見を入力してください']);
  await recordValue(c.var.ctx, c.req.param('id') ?? '', parseInput(RecordValue, { ...form, value: value ?? null }));
  return seeOther(c, `/test-records/${c.req.param('id') ?? ''}`, words(c.var.locale).saved);
});

action(testPages, '/test-records/:id/conclusion', 'investigation:write', async (c) => {
  await concludeTest(c.var.ctx, c.req.param('id') ?? '', await readForm(c, ConcludeTest));
  return seeOther(c, `/test-records/${c.req.param('id') ?? ''}`, words(c.var.locale).saved);
});
