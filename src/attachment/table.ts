export type Visibility = 'public' | 'internal';

/** A file beside a record. Its bytes lie under DATA_DIR by their hash. `partner_id` is that of the record it belongs to. */
export interface AttachmentRow {
  id: string;
  record_kind: string;
  record_id: string;
  partner_id: string | null;
  /** `internal`: for staff alone, whoever may see the record. It never changes. */
  visibility: Visibility;
  name: string;
  media_type: string;
  size_bytes: number;
  sha256: string;
  created_by: string;
  created_at: number;
  removed_at: number | null;
}

export interface AttachmentTables {
  attachments: AttachmentRow;
}
