import { z } from 'zod';
import { InstantText } from '../core/given.ts';

const Id = z.string().min(1).max(64);
const Ids = z.array(Id).max(2000).default([]);
const Line = z.string().trim().min(1).max(200);
const Prose = z.string().trim().min(1).max(20_000);

/** Who is affected: units that match every list that is not empty. At least one must be. */
export const AffectedQuery = z
  .object({ model_ids: Ids, batch_ids: Ids, firmware_ids: Ids, unit_ids: Ids, site_ids: Ids, alert_id: Id.nullable().default(null) })
  .refine(
    (query) =>
      query.alert_id !== null || [query.model_ids, query.batch_ids, query.firmware_ids, query.unit_ids, query.site_ids].some((list) => list.length > 0),
    'Say who is affected',
  );
export type AffectedQuery = z.output<typeof AffectedQuery>;

export const noticeKinds = ['defect', 'firmware', 'incident', 'maintenance', 'other'] as const;

const Text = { subject_en: Line, body_en: Prose, subject_ja: Line, body_ja: Prose };

export const WriteNotice = z.object({
  ...Text,
  kind: z.enum(noticeKinds),
  query: AffectedQuery,
  /** Left out, it is the usual one in the writer's language. */
  checklist: z.array(Line).max(20).optional(),
  starts_at: InstantText.nullable().default(null),
  ends_at: InstantText.nullable().default(null),
});
export type WriteNotice = z.output<typeof WriteNotice>;
export const ChangeNotice = z.object({
  subject_en: Line.optional(),
  body_en: Prose.optional(),
  subject_ja: Line.optional(),
  body_ja: Prose.optional(),
  query: AffectedQuery.optional(),
});
export type ChangeNotice = z.output<typeof ChangeNotice>;
export const FollowNotice = z.object({ ...Text, stage: z.enum(['update', 'resolved']) });
export type FollowNotice = z.output<typeof FollowNotice>;
export const TickItem = z.object({ item: Line });
/** The count the approver saw: another count means the list changed. */
export const ApproveNotice = z.object({ recipients: z.coerce.number().int().min(0) });
export const WithReason = z.object({ reason: z.string().trim().min(1).max(300) });

export const OpenProactive = z.object({ alert_id: Id, unit_ids: z.array(Id).max(2000).default([]), subject: Line, note: Prose });
export type OpenProactive = z.output<typeof OpenProactive>;

export const WriteNews = z.object({
  kind: z.enum(['release', 'firmware', 'maintenance', 'rule', 'other']),
  title_en: Line,
  body_en: Prose,
  title_ja: Line,
  body_ja: Prose,
  confirm_by_at: InstantText.nullable().default(null),
});
export type WriteNews = z.output<typeof WriteNews>;
