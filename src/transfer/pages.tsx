// Imports for people: upload or paste, say which heading is which, see what every row would do, confirm, undo.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { formatNumber } from '../core/formats.ts';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, type Pages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Facts, Field, Form, Moment, PageHead, Pager, Section, Select, Table, TextArea, type Tone } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { dropDraft, getDraft, importDraft, keepDraft, mapDraft, mappingOf } from './drafts.ts';
import { listExports } from './exportTable.ts';
import type { ImportReport } from './importFile.ts';
import { findKind, type ImportKind } from './kind.ts';
import { getImport, listImports } from './queries.ts';
import { readTable } from './readTable.ts';
import type { ImportDraftRow, ImportRow } from './table.ts';
import { undoImport } from './undoImport.ts';
import { DryRun, KindColumns, MappingForm } from './views.tsx';
import { words } from './words.ts';

const idOf = (c: AppContext): string => c.req.param('id') ?? '';

/** The pages over the kinds the house knows (http/kinds.ts). */
export function transferPages(kinds: readonly ImportKind[]): Pages {
  const pages = newPages();
  page(pages, '/imports', 'import:write', (c) => listView(c, kinds));
  action(pages, '/imports', 'import:write', (c) => begin(c, kinds));
  page(pages, '/imports/drafts/:id', 'import:write', async (c) => draftView(c, kinds, await getDraft(c.var.ctx, idOf(c))));
  action(pages, '/imports/drafts/:id', 'import:write', async (c) => {
    const form = Object.entries(await c.req.parseBody())
      .filter(([, heading]) => heading !== '')
      .map(([column, heading]) => [column, String(heading)]);
    await mapDraft(c.var.ctx, idOf(c), Object.fromEntries(form));
    return c.redirect(`/imports/drafts/${idOf(c)}`, 303);
  });
  action(pages, '/imports/drafts/:id/confirmation', 'import:write', (c) => confirm(c, kinds));
  action(pages, '/imports/drafts/:id/removal', 'import:write', async (c) => {
    await dropDraft(c.var.ctx, idOf(c));
    return seeOther(c, '/imports', words(c.var.locale).discarded);
  });
  page(pages, '/imports/:id', 'import:write', async (c) => importView(c, kinds, await getImport(c.var.ctx, idOf(c))));
  action(pages, '/imports/:id/undo', 'import:write', async (c) => {
    await undoImport(c.var.ctx, kinds, idOf(c));
    return seeOther(c, `/imports/${idOf(c)}`, words(c.var.locale).undone);
  });
  return pages;
}

async function listView(c: AppContext, kinds: readonly ImportKind[], problem?: string) {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { items, next_cursor } = await listImports(ctx, readQuery(c, ListQuery));
  const open = kinds.filter((kind) => may(ctx.actor, kind.permission));
  return show(
    c,
    { title: w.imports, nav: '/imports' },
    <>
      <PageHead title={w.imports} />
      {problem === undefined ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <NewImport c={c} kinds={open} />
      <Table
        c={c}
        caption={w.imports}
        rows={items}
        columns={[
          {
            head: w.at,
            cell: (row: ImportRow) => (
              <a href={`/imports/${row.id}`}>
                <Age c={c} at={row.created_at} />
              </a>
            ),
          },
          { head: w.kind, cell: (row) => kindName(kinds, row.kind, c) },
          { head: w.file_name, cell: (row) => row.file_name },
          { head: w.by, cell: (row) => row.created_by },
          { head: w.create, cell: (row) => formatNumber(row.rows_created, c.var.locale), numeric: true },
          { head: w.update, cell: (row) => formatNumber(row.rows_updated, c.var.locale), numeric: true },
          { head: w.same, cell: (row) => formatNumber(row.rows_same, c.var.locale), numeric: true },
          { head: w.state, cell: (row) => <State c={c} row={row} /> },
        ]}
      />
      <Pager c={c} next_cursor={next_cursor} />
      {may(ctx.actor, 'export:read') ? (
        <Section title={w.exports}>
          <ul class="links">
            {listExports(kinds).map(({ name, label }) => (
              <li>
                <a href={`/api/v1/exports/${name}`} download={`${name}.csv`}>
                  {speak(label, locale)}
                </a>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>,
  );
}

function NewImport({ c, kinds }: { c: AppContext; kinds: readonly ImportKind[] }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Section title={w.new_import}>
      <Form action="/imports" enctype="multipart/form-data" label={w.new_import}>
        <Select
          label={w.kind}
          name="kind"
          value={c.req.query('kind')}
          options={kinds.map((kind) => ({ value: kind.name, label: speak(kind.label, locale) }))}
          required
        />
        <Field label={w.file} name="file" type="file" accept=".csv,.tsv,.txt,text/csv" />
        <TextArea label={w.paste} name="pasted" rows={6} />
        <button type="submit" class="primary">
          {w.try_it}
        </button>
      </Form>
      {kinds.map((kind) => (
        <KindColumns c={c} kind={kind} />
      ))}
    </Section>
  );
}

async function begin(c: AppContext, kinds: readonly ImportKind[]) {
  const form = await c.req.parseBody();
  const kind = findKind(kinds, String(form.kind ?? ''));
  const pasted = typeof form.pasted === 'string' ? form.pasted : '';
  const uploaded = form.file instanceof File && form.file.size > 0 ? form.file : null;
  try {
    if (uploaded === null && pasted.trim() === '') throw new Problem('invalid', [words('en').nothing_given, words('ja').nothing_given]);
    const bytes = uploaded === null ? new TextEncoder().encode(pasted) : new Uint8Array(await uploaded.arrayBuffer());
    const id = await keepDraft(c.var.ctx, { kind: kind.name, file_name: uploaded?.name ?? `${kind.name}.tsv`, bytes });
    return c.redirect(`/imports/drafts/${id}`, 303);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    c.status(error.status);
    return listView(c, kinds, error.detail(c.var.locale));
  }
}

async function draftView(c: AppContext, kinds: readonly ImportKind[], draft: ImportDraftRow, problem?: string) {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const kind = findKind(kinds, draft.kind);
  const { heads } = await readTable(draft.content);
  const tried = await importDraft(ctx, kind, draft, { dry_run: true }).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  const wrong = problem ?? (tried instanceof Problem ? tried.detail(locale) : undefined);
  return show(
    c,
    { title: w.new_import, nav: '/imports', kind: 'wide' },
    <>
      <PageHead title={`${speak(kind.label, locale)}: ${draft.file_name}`}>
        <form method="post" action={`/imports/drafts/${draft.id}/removal`}>
          <button type="submit">{w.discard}</button>
        </form>
      </PageHead>
      {wrong === undefined ? null : (
        <p class="problem" role="alert">
          {wrong}
        </p>
      )}
      <MappingForm c={c} kind={kind} draft={draft} heads={heads} mapping={mappingOf(draft)} />
      {tried instanceof Problem ? null : (
        <>
          <ConfirmForm c={c} draft={draft} report={tried} />
          <DryRun c={c} report={tried} />
        </>
      )}
    </>,
  );
}

function ConfirmForm({ c, draft, report }: { c: AppContext; draft: ImportDraftRow; report: ImportReport }) {
  const w = words(c.var.locale);
  const count = report.rows_created + report.rows_updated;
  if (count === 0)
    return report.rows_failed > 0 ? null : (
      <p class="message" role="status">
        {w.nothing_new}
      </p>
    );
  return (
    <Form action={`/imports/drafts/${draft.id}/confirmation`} label={w.confirm(count)}>
      {report.rows_failed === 0 ? null : (
        <label class="check">
          <input type="checkbox" name="skip_errors" value="true" required /> {w.skip_errors}
        </label>
      )}
      <button type="submit" class="primary">
        {w.confirm(count)}
      </button>
    </Form>
  );
}

async function confirm(c: AppContext, kinds: readonly ImportKind[]) {
  const draft = await getDraft(c.var.ctx, idOf(c));
  const { skip_errors } = z.object({ skip_errors: z.literal('true').optional() }).parse(await c.req.parseBody());
  try {
    const { id } = await importDraft(c.var.ctx, findKind(kinds, draft.kind), draft, { dry_run: false, skip_errors: skip_errors === 'true' });
    return id === null ? seeOther(c, '/imports', words(c.var.locale).nothing_new) : seeOther(c, `/imports/${id}`, words(c.var.locale).imported);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    c.status(error.status);
    return draftView(c, kinds, draft, error.detail(c.var.locale));
  }
}

function importView(c: AppContext, kinds: readonly ImportKind[], row: ImportRow) {
  const w = words(c.var.locale);
  return show(
    c,
    { title: row.file_name, nav: '/imports' },
    <>
      <PageHead title={row.file_name} stored sub={kindName(kinds, row.kind, c)}>
        {row.state === 'confirmed' ? (
          <form method="post" action={`/imports/${row.id}/undo`}>
            <button type="submit">{w.undo}</button>
          </form>
        ) : null}
      </PageHead>
      <Facts
        facts={[
          [w.state, <State c={c} row={row} />],
          [w.create, row.rows_created],
          [w.update, row.rows_updated],
          [w.same, row.rows_same],
          [w.by, row.created_by],
          [w.at, <Moment c={c} at={row.created_at} />],
        ]}
      />
    </>,
  );
}

const kindName = (kinds: readonly ImportKind[], name: string, c: AppContext): string => {
  const kind = kinds.find((one) => one.name === name);
  return kind === undefined ? name : speak(kind.label, c.var.locale);
};

const tones: Record<ImportRow['state'], Tone> = { writing: 'info', confirmed: 'good', failed: 'bad', undoing: 'info', undone: 'neutral' };

function State({ c, row }: { c: AppContext; row: ImportRow }) {
  const w = words(c.var.locale);
  return <Badge tone={tones[row.state]}>{row.state === 'undone' ? w.undone_state : w[row.state]}</Badge>;
}
