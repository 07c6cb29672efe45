/** A mail or a webhook call that is to leave the house. `target` is an address or a webhook id; `due_at` null means nothing more will be tried. */
export interface OutboxRow {
  id: string;
  kind: 'mail' | 'webhook';
  target: string;
  topic: string;
  payload: string;
  dedupe_key: string | null;
  created_at: number;
  attempts: number;
  due_at: number | null;
  sent_at: number | null;
  failed_at: number | null;
  last_error: string | null;
}

export interface OutboxTables {
  outbox: OutboxRow;
}
