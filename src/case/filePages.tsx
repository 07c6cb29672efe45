// Files beside a case: what staff adds is for staff unless it is shared on purpose, what a partner adds is for both.
import { z } from 'zod';
import { attachFile, attachKept, cleanAndKeep, listAttachments } from '../attachment/attach.ts';
import type { AttachmentRow } from '../attachment/table.ts';
import { invalid } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, type Pages, readForm, seeOther } from '../web/page.tsx';
import { Badge, Field, Form, Moment, Section, Select, Table } from '../web/parts.tsx';
import { solveCase } from './course.ts';
import { SolveCase, WriteMessage } from './inputs.ts';
import { writeMessage } from './message.ts';
import { getCase } from './queries.ts';
import { words } from './words.ts';

/** The form over the files under `dataDir` (DATA_DIR), for the case's page and the portal's. */
export function caseFilePages(dataDir: string): Pages {
  const pages = newPages();
  const Upload = z.object({ file: z.array(z.instanceof(File)).or(z.instanceof(File)).optional(), visibility: z.enum(['public', 'internal']).optional() });
  action(pages, '/cases/:id/files', 'case:write', async (c) => {
    const { ctx } = c.var;
    const row = await getCase(ctx, c.req.param('id') ?? '');
    const { file = [], visibility } = await readForm(c, Upload);
    const files = [file].flat().filter(({ size }) => size > 0);
    if (files.length === 0) throw invalid('file', ['Choose a file', 'ファイルを選択してください']);
    for (const one of files)
      await attachFile(ctx, dataDir, { record_kind: 'case', record_id: row.id, visibility, name: one.name, bytes: new Uint8Array(await one.arrayBuffer()) });
    return seeOther(c, ctx.actor.partner_id === null ? `/cases/${row.id}#files` : `/portal/cases/${row.id}#files`);
  });
  action(pages, '/cases/:id/messages', 'case:write', async (c) => {
    const { file, attachment_ids, ...message } = await readForm(c, MessageForm);
    return replyWith(c, dataDir, { file, attachment_ids }, (ctx, id, along) => writeMessage(ctx, id, { ...message, ...along }));
  });
  action(pages, '/cases/:id/solution', 'case:write', async (c) => {
    const { file, attachment_ids, ...solution } = await readForm(c, SolutionForm);
    return replyWith(c, dataDir, { file, attachment_ids }, (ctx, id, along) => solveCase(ctx, id, { ...solution, ...along }));
  });
  return pages;
}

/** New files, and some that lie beside the case already. */
const Along = z.object({
  file: z.array(z.instanceof(File)).or(z.instanceof(File)).default([]),
  attachment_ids: z
    .string()
    .transform((id) => [id])
    .or(z.array(z.string()))
    .default([]),
});
const MessageForm = WriteMessage.extend(Along.shape);
const SolutionForm = SolveCase.extend({
  ...Along.shape,
  withdraw_requests: z
    .literal('yes')
    .transform(() => true)
    .optional(),
});

/** What `write` says to the customer, and the new files, are one: neither is kept without the other. */
async function replyWith(
  c: AppContext,
  dataDir: string,
  { file, attachment_ids }: z.output<typeof Along>,
  write: (ctx: Ctx, case_id: string, along: { attachment_ids?: string[] }) => Promise<unknown>,
): Promise<Response> {
  const { ctx, locale } = c.var;
  const { id } = await getCase(ctx, c.req.param('id') ?? '');
  const given = [file].flat().filter(({ size }) => size > 0);
  const kept = await Promise.all(given.map(async (one) => cleanAndKeep(dataDir, { name: one.name, bytes: new Uint8Array(await one.arrayBuffer()) })));
  await transaction(ctx, async (ctx) => {
    const ids = [...attachment_ids];
    for (const one of kept) ids.push((await attachKept(ctx, { record_kind: 'case', record_id: id, visibility: 'public' }, one)).id);
    await write(ctx, id, ids.length === 0 ? {} : { attachment_ids: ids });
  });
  return seeOther(c, ctx.actor.partner_id === null ? `/cases/${id}` : `/portal/cases/${id}`, words(locale).saved);
}

export const listCaseFiles = (c: AppContext, case_id: string): Promise<AttachmentRow[]> => listAttachments(c.var.ctx, 'case', case_id);

export function CaseFiles({ c, case_id, files }: { c: AppContext; case_id: string; files: readonly AttachmentRow[] }) {
  const w = words(c.var.locale);
  const staff = c.var.ctx.actor.partner_id === null;
  return (
    <Section title={w.files} id="files">
      <Table
        c={c}
        caption={w.files}
        rows={files}
        columns={[
          { head: w.file, cell: (row) => <a href={`/api/v1/attachments/${row.id}`}>{row.name}</a> },
          ...(staff
            ? [{ head: w.seen_by, cell: (row: AttachmentRow) => <Badge tone={row.visibility === 'public' ? 'info' : 'neutral'}>{w[row.visibility]}</Badge> }]
            : []),
          { head: w.added_by, cell: (row) => row.created_by },
          { head: w.added_on, cell: (row) => <Moment c={c} at={row.created_at} /> },
        ]}
      />
      <Form action={`/cases/${case_id}/files`} enctype="multipart/form-data" label={w.add_file}>
        <Field label={w.file} name="file" type="file" required multiple />
        {staff ? (
          <Select
            label={w.seen_by}
            name="visibility"
            value="internal"
            options={[
              { value: 'internal', label: w.internal },
              { value: 'public', label: w.public },
            ]}
          />
        ) : null}
        <button type="submit">{w.add_file}</button>
      </Form>
    </Section>
  );
}
