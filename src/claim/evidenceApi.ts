// /evidence-packs, and /claims/{id}/evidence.
import { createRoute, z } from '@hono/zod-openapi';
import { openFile } from '../attachment/files.ts';
import { jsonOf } from '../catalog/json.ts';
import { says } from '../core/says.ts';
import { locales } from '../core/words.ts';
import { answers, body, DayText, gated, IdParam, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { freezeEvidence, getEvidencePack, listEvidencePacks } from './evidence.ts';
import type { EvidenceSubject } from './evidenceSubject.ts';
import { zipEvidence } from './evidenceZip.tsx';
import { getClaim } from './load.ts';
import type { EvidencePackRow } from './table.ts';

const Id = z.string().min(1).max(64);
const kinds = ['alert', 'cohort', 'investigation', 'claim'] as const;

const Pack = z
  .object({
    id: z.string(),
    fingerprint: z.string(),
    subject_kind: z.enum(kinds),
    subject_id: z.string().nullable(),
    maker_id: z.string(),
    title: z.string(),
    as_of_on: DayText,
    created_by: z.string(),
    created_at: Instant,
  })
  .openapi('EvidencePack');
const PackInFull = Pack.extend({ content: z.unknown() }).openapi('EvidencePackInFull');

const Cohort = z.strictObject({
  model_id: Id,
  hw_rev: z.string().min(1).max(40).nullable().default(null),
  batch_id: Id.nullable().default(null),
  firmware_id: Id.nullable().default(null),
});

/** Either a record, or a cohort. */
export const FreezeEvidence = z
  .strictObject({ subject_kind: z.enum(kinds), subject_id: Id.optional(), maker_id: Id.optional(), cohort: Cohort.optional() })
  .transform((input, context): EvidenceSubject => {
    const { subject_kind, subject_id, maker_id, cohort } = input;
    if (subject_kind === 'cohort' && cohort !== undefined) return { subject_kind, cohort };
    if (subject_kind !== 'cohort' && subject_id !== undefined) return { subject_kind, subject_id, maker_id };
    context.addIssue({
      code: 'custom',
      path: ['subject_id'],
      message: says(['A subject_id, or for subject_kind cohort a cohort', 'subject_id、または subject_kind が cohort のときは cohort を指定してください']),
    });
    return z.NEVER;
  });

const tags = ['Evidence packs'];
const packJson = ({ content: _, ...pack }: EvidencePackRow) => jsonOf(pack);
const Language = z.object({ lang: z.enum(locales).optional() });
const zip = {
  description: 'ZIP with the document, CSV tables and photos',
  content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
};

/** The routes; photos are read from the files under `dataDir` (DATA_DIR). */
export function evidenceApi(dataDir: string) {
  const api = newApi();
  addPackRoutes(api);
  addZipRoute(api, dataDir);
  addClaimRoutes(api);
  return api;
}

type Api = ReturnType<typeof newApi>;

function addPackRoutes(api: Api): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/evidence-packs',
      tags,
      summary: 'Packs, newest first',
      ...gated('claim:read'),
      request: { query: z.object({ subject_kind: z.enum(kinds).optional(), subject_id: Id.optional() }) },
      responses: { 200: answers(pageOf(Pack)), ...problems },
    }),
    async (c) => c.json({ items: (await listEvidencePacks(c.var.ctx, c.req.valid('query'))).map(jsonOf), next_cursor: null }, 200),
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/evidence-packs',
      tags,
      summary: 'Freeze the evidence of today; the same figures give the same pack',
      ...gated('claim:write'),
      request: { body: body(FreezeEvidence) },
      responses: { 201: answers(Pack), ...problems },
    }),
    async (c) => c.json(packJson(await freezeEvidence(c.var.ctx, c.req.valid('json'))), 201),
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/evidence-packs/{id}',
      tags,
      summary: 'The frozen figures',
      ...gated('claim:read'),
      request: { params: IdParam },
      responses: { 200: answers(PackInFull), ...problems },
    }),
    async (c) => {
      const { pack } = await getEvidencePack(c.var.ctx, c.req.valid('param').id);
      return c.json({ ...packJson(pack), content: JSON.parse(pack.content) }, 200);
    },
  );
}

function addZipRoute(api: Api, dataDir: string): void {
  const readPhoto = async (hash: string): Promise<Uint8Array | null> => {
    const file = await openFile(dataDir, hash);
    return file === null ? null : new Uint8Array(await new Response(file).arrayBuffer());
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/evidence-packs/{id}/zip',
      tags,
      summary: 'The pack as a ZIP; the same bytes each time',
      ...gated('claim:read'),
      request: { params: IdParam, query: Language },
      responses: { 200: zip, ...problems },
    }),
    async (c) => {
      const { pack, content } = await getEvidencePack(c.var.ctx, c.req.valid('param').id);
      const locale = c.req.valid('query').lang ?? c.var.locale;
      const bytes = await zipEvidence(pack, content, locale, readPhoto);
      return c.body(bytes, 200, {
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename="evidence-${pack.fingerprint.slice(0, 12)}-${locale}.zip"`,
        ETag: `"${pack.fingerprint}-${locale}"`,
      });
    },
  );
}

function addClaimRoutes(api: Api): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/claims/{id}/evidence',
      tags: ['Claims'],
      summary: 'Packs of a claim, newest first',
      ...gated('claim:read'),
      request: { params: IdParam },
      responses: { 200: answers(pageOf(Pack)), ...problems },
    }),
    async (c) => {
      const claim = await getClaim(c.var.ctx, c.req.valid('param').id);
      return c.json({ items: (await listEvidencePacks(c.var.ctx, { subject_kind: 'claim', subject_id: claim.id })).map(jsonOf), next_cursor: null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/claims/{id}/evidence',
      tags: ['Claims'],
      summary: 'Freeze the evidence for a claim',
      ...gated('claim:write'),
      request: { params: IdParam },
      responses: { 201: answers(Pack), ...problems },
    }),
    async (c) => c.json(packJson(await freezeEvidence(c.var.ctx, { subject_kind: 'claim', subject_id: c.req.valid('param').id })), 201),
  );
}
