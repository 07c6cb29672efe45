/** The answer given to one Idempotency-Key of one actor. */
export interface IdempotencyKeyRow {
  actor_id: string;
  idempotency_key: string;
  /** SHA-256 over method, path and body: the same key with another request is refused. */
  fingerprint: string;
  status: number | null;
  content_type: string | null;
  etag: string | null;
  location: string | null;
  body: string | null;
  created_at: number;
}

export interface IdempotencyTables {
  idempotency_keys: IdempotencyKeyRow;
}
