// /evidence-packs: one click makes a pack; its page prints, and is the document of the ZIP.
import { z } from 'zod';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { PageHead, Table } from '../web/parts.tsx';
import { parseInput } from '../web/route.ts';
import { freezeEvidence, getEvidencePack, listEvidencePacks } from './evidence.ts';
import { FreezeEvidence } from './evidenceApi.ts';
import { EvidenceDocument } from './evidenceView.tsx';
import { words } from './evidenceWords.ts';

export const evidencePages = newPages();

page(evidencePages, '/evidence-packs', 'claim:read', async (c) => {
  const w = words(c.var.locale);
  const rows = await listEvidencePacks(
    c.var.ctx,
    readQuery(c, z.object({ subject_kind: z.enum(['alert', 'cohort', 'investigation', 'claim']).optional(), subject_id: z.string().max(64).optional() })),
  );
  return show(
    c,
    { title: w.packs, nav: '/claims' },
    <>
      <PageHead title={w.packs} />
      <Table
        c={c}
        caption={w.packs}
        rows={rows}
        columns={[
          { head: w.as_of, cell: (row) => row.as_of_on },
          { head: w.evidence, cell: (row) => <a href={`/evidence-packs/${row.id}`}>{row.title}</a> },
          { head: w.fingerprint, cell: (row) => <code>{row.fingerprint.slice(0, 12)}</code> },
          { head: w.made_by, cell: (row) => row.created_by },
        ]}
      />
    </>,
  );
});

const SubjectForm = z.object({
  subject_kind: z.string(),
  subject_id: z.string().optional(),
  maker_id: z.string().optional(),
  model_id: z.string().optional(),
  hw_rev: z.string().optional(),
  batch_id: z.string().optional(),
  firmware_id: z.string().optional(),
});

action(evidencePages, '/evidence-packs', 'claim:write', async (c) => {
  const { model_id, hw_rev, batch_id, firmware_id, ...subject } = await readForm(c, SubjectForm);
  const cohort = model_id === undefined ? {} : { cohort: { model_id, hw_rev: hw_rev ?? null, batch_id: batch_id ?? null, firmware_id: firmware_id ?? null } };
  const pack = await freezeEvidence(c.var.ctx, parseInput(FreezeEvidence, { ...subject, ...cohort }));
  return seeOther(c, `/evidence-packs/${pack.id}`);
});

page(evidencePages, '/evidence-packs/:id', 'claim:read', async (c) => {
  const w = words(c.var.locale);
  const { pack, content } = await getEvidencePack(c.var.ctx, c.req.param('id') ?? '');
  const other = c.var.locale === 'ja' ? 'en' : 'ja';
  return show(
    c,
    { title: `${w.evidence} ${content.subject.title}`, nav: '/claims', kind: 'print' },
    <>
      <p class="screen-only">
        <a href={`/api/v1/evidence-packs/${pack.id}/zip?lang=${c.var.locale}`} download="">
          {w.zip}
        </a>{' '}
        ·{' '}
        <a href={`/evidence-packs/${pack.id}?lang=${other}`} lang={other}>
          {other === 'ja' ? '日本語' : 'English'}
        </a>
      </p>
      <EvidenceDocument pack={pack} content={content} locale={c.var.locale} photoPath={(photo) => `/api/v1/attachments/${photo.attachment_id}`} />
    </>,
  );
});
