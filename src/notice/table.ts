import type { Locale } from '../core/words.ts';
import type { NoticeState } from './lifecycle.ts';

export interface NoticeRow {
  id: string;
  number: string;
  kind: 'defect' | 'firmware' | 'incident' | 'maintenance' | 'other';
  state: NoticeState;
  stage: 'first' | 'update' | 'resolved';
  follows_id: string | null;
  subject_en: string;
  body_en: string;
  subject_ja: string;
  body_ja: string;
  /** JSON of `AffectedQuery`: who is affected. */
  query: string;
  /** JSON array of `{ item, done_by }`. */
  checklist: string;
  starts_at: number | null;
  ends_at: number | null;
  recipients_approved: number | null;
  created_by: string;
  created_by_name: string;
  approved_by: string | null;
  approved_by_name: string | null;
  approved_at: number | null;
  sent_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface NoticeRecipientRow {
  notice_id: string;
  /** The address in lower case, or `customer:<id>` where none is known. */
  contact_key: string;
  email: string | null;
  name: string;
  locale: Locale;
  customer_id: string | null;
  partner_id: string | null;
  units: number;
  state: 'listed' | 'queued' | 'no_address' | 'left_out';
  /** The dedupe key of its mail: whether that left the house is in the outbox. */
  outbox_key: string | null;
  reason: string | null;
  updated_at: number;
}

export interface NoticeUnitRow {
  notice_id: string;
  unit_id: string;
  contact_key: string;
  partner_id: string | null;
}

/** News for support itself. */
export interface NewsRow {
  id: string;
  kind: 'release' | 'firmware' | 'maintenance' | 'rule' | 'other';
  title_en: string;
  body_en: string;
  title_ja: string;
  body_ja: string;
  confirm_by_at: number | null;
  created_by: string;
  created_by_name: string;
  created_at: number;
  withdrawn_at: number | null;
}

export interface NewsReadingRow {
  news_id: string;
  user_id: string;
  read_at: number;
}

export interface NoticeTables {
  notices: NoticeRow;
  notice_recipients: NoticeRecipientRow;
  notice_units: NoticeUnitRow;
  news: NewsRow;
  news_readings: NewsReadingRow;
}
