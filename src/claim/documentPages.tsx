// /documents: the files beside a claim, an exchange, an investigation or a test record, and the form that adds one.
import { z } from 'zod';
import { attachFile, listAttachments } from '../attachment/attach.ts';
import { invalid } from '../core/problem.ts';
import { action, newPages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, Moment, PageHead, Table } from '../web/parts.tsx';
import { parseInput } from '../web/route.ts';
import { words } from './words.ts';

const Of = z.object({ record_kind: z.enum(['claim', 'claim_exchange', 'investigation', 'test_record']), record_id: z.string().max(64) });

/** The pages over the files under `dataDir` (DATA_DIR). The verbs ask for the permission of the record. */
export function documentPages(dataDir: string) {
  const pages = newPages();

  page(pages, '/documents', 'investigation:read', async (c) => {
    const w = words(c.var.locale);
    const of = readQuery(c, Of);
    return show(
      c,
      { title: w.documents },
      <>
        <PageHead title={w.documents} />
        <Table
          c={c}
          caption={w.documents}
          rows={await listAttachments(c.var.ctx, of.record_kind, of.record_id)}
          columns={[
            { head: w.title, cell: (row) => <a href={`/api/v1/attachments/${row.id}`}>{row.name}</a> },
            { head: w.kind, cell: (row) => row.media_type },
            { head: w.by, cell: (row) => row.created_by },
            { head: w.on, cell: (row) => <Moment c={c} at={row.created_at} /> },
          ]}
        />
        <Form action="/documents" enctype="multipart/form-data" label={w.add}>
          <input type="hidden" name="record_kind" value={of.record_kind} />
          <input type="hidden" name="record_id" value={of.record_id} />
          <Field label={w.documents} name="file" type="file" required />
          <button type="submit">{w.add}</button>
        </Form>
      </>,
    );
  });

  action(pages, '/documents', 'investigation:read', async (c) => {
    const { file, ...form } = await c.req.parseBody();
    if (!(file instanceof File)) throw invalid('file', ['Choose a file', 'ファイルを選択してください']);
    const of = parseInput(Of, form);
    await attachFile(c.var.ctx, dataDir, { ...of, name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    return seeOther(c, `/documents?record_kind=${of.record_kind}&record_id=${of.record_id}`, words(c.var.locale).saved);
  });

  return pages;
}
