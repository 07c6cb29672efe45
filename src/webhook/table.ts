/** A program elsewhere that wants to be told. `events` is a JSON array of patterns: `return.*`, `alert.raised`, `*`. */
export interface WebhookRow {
  id: string;
  url: string;
  events: string;
  secret: string;
  created_by: string;
  created_at: number;
  disabled_at: number | null;
  version: number;
}

export interface WebhookTables {
  webhooks: WebhookRow;
}
