// The code trees on a page: what there is, and for those who keep them the forms to add, rename, merge and retire.
import type { z } from 'zod';
import { may } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Badge, type Column, Field, Form, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { CodeChangeInput, MergeCode, NewCodeInput } from './codeApi.ts';
import { addCode, changeCode, getCode, listCodes, mergeCodes, retireCode, type Tree, trees } from './codes.ts';
import { Because } from './inputs.ts';
import { codeOptions, DeskTabs } from './views.tsx';
import { treeLabels, words } from './words.ts';

export const codePages = newPages();

const treeOf = (c: AppContext): Tree => {
  const tree = trees.find((one) => one === c.req.param('tree'));
  if (tree === undefined) throw notFound(['Code tree', 'コード体系']);
  return tree;
};

page(codePages, '/codes/:tree/:id', 'inspection:read', (c) => c.redirect(`/codes/${c.req.param('tree')}`));

page(codePages, '/codes/:tree', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const tree = treeOf(c);
  const rows = await listCodes(c.var.ctx, tree, true);
  const keeper = may(c.var.ctx.actor, 'code:write');
  const options = await codeOptions(c.var.ctx, tree);
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    { head: w.code, cell: (row) => <code>{`${'  '.repeat(row.depth)}${row.code}`}</code> },
    { head: w.name_en, cell: (row) => row.name_en },
    { head: w.name_ja, cell: (row) => row.name_ja },
    { head: w.state, cell: (row) => (row.merged_into_id !== null ? <Badge>{w.merged}</Badge> : row.retired_at !== null ? <Badge>{w.retired}</Badge> : null) },
    ...(keeper
      ? [
          {
            head: w.change,
            cell: (row: Row) =>
              row.retired_at === null ? <CodeForms c={c} tree={tree} row={row} options={options.filter(({ value }) => value !== row.code)} /> : null,
          },
        ]
      : []),
  ];
  return show(
    c,
    { title: speak(treeLabels[tree], c.var.locale), nav: '/returns' },
    <>
      <PageHead title={speak(treeLabels[tree], c.var.locale)} />
      <DeskTabs c={c} current="/codes/symptom" />
      <nav class="tabs" aria-label={w.codes}>
        {trees.map((one) => (
          <a href={`/codes/${one}`} aria-current={one === tree ? 'page' : undefined}>
            {speak(treeLabels[one], c.var.locale)}
          </a>
        ))}
      </nav>
      <Table c={c} caption={speak(treeLabels[tree], c.var.locale)} columns={columns} rows={rows} />
      {keeper ? (
        <Section title={w.add_code}>
          <Form action={`/codes/${tree}`}>
            <Field label={w.code} name="code" required pattern="[A-Za-z0-9_\-]{1,40}" />
            <Field label={w.name_en} name="name_en" required />
            <Field label={w.name_ja} name="name_ja" required />
            <Select label={w.parent} name="parent" blank="—" options={options} />
            <button type="submit" class="primary">
              {w.add_code}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

function CodeForms({
  c,
  tree,
  row,
  options,
}: {
  c: AppContext;
  tree: Tree;
  row: { id: string; code: string; name_en: string; name_ja: string; version: number };
  options: { value: string; label: string }[];
}) {
  const w = words(c.var.locale);
  const base = `/codes/${tree}/${row.id}`;
  return (
    <details>
      <summary>{w.change}</summary>
      <Form action={`${base}/change`} label={w.rename}>
        <Version of={row} />
        <Field label={w.name_en} name="name_en" value={row.name_en} required />
        <Field label={w.name_ja} name="name_ja" value={row.name_ja} required />
        <button type="submit">{w.rename}</button>
      </Form>
      <Form action={`${base}/merge`} label={w.merge}>
        <Select label={w.merge} name="into_id" options={options} required />
        <Field label={w.reason} name="reason" required />
        <button type="submit">{w.merge}</button>
      </Form>
      <Form action={`${base}/retirement`} label={w.retire}>
        <Field label={w.reason} name="reason" required />
        <button type="submit">{w.retire}</button>
      </Form>
    </details>
  );
}

/** A form of the tree: does its deed and shows the tree again. */
function deed<T extends z.ZodType>(path: string, schema: T, run: (c: AppContext, tree: Tree, input: z.output<T>) => Promise<unknown>): void {
  action(codePages, `/codes/:tree${path}`, 'code:write', async (c) => {
    const tree = treeOf(c);
    await run(c, tree, await readForm(c, schema));
    return seeOther(c, `/codes/${tree}`, words(c.var.locale).saved);
  });
}

deed('', NewCodeInput, (c, tree, input) => addCode(c.var.ctx, tree, input));
action(codePages, '/codes/:tree/:id/change', 'code:write', (c) => {
  const [tree, id, w] = [treeOf(c), c.req.param('id') ?? '', words(c.var.locale)];
  const edit: Edit = {
    title: w.rename,
    nav: '/returns',
    path: `/codes/${tree}`,
    fields: [
      ['name_en', w.name_en],
      ['name_ja', w.name_ja],
    ],
    stored: () => getCode(c.var.ctx, tree, id),
  };
  return savingEdit(c, edit, async (version) => {
    await changeCode(c.var.ctx, tree, id, await readForm(c, CodeChangeInput), version);
    return seeOther(c, edit.path, w.saved);
  });
});
deed('/:id/merge', MergeCode, (c, tree, { into_id, reason }) => mergeCodes(c.var.ctx, tree, c.req.param('id') ?? '', into_id, reason));
deed('/:id/retirement', Because, (c, tree, { reason }) => retireCode(c.var.ctx, tree, c.req.param('id') ?? '', reason));
