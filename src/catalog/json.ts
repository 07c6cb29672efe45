// Rows as they leave the product: instants as RFC 3339, everything else as it is.
import { rfc3339 } from '../core/time.ts';

export type Json<Row> = { [K in keyof Row]: K extends `${string}_at` ? (null extends Row[K] ? string | null : string) : Row[K] };

/**
 * Epoch milliseconds in fields that end in `_at` become RFC 3339 text. One object a row and nothing beside it: a page of 500 rows would otherwise leave
 * megabytes of pairs to the garbage collector, which then stops whoever asks next.
 */
export function jsonOf<Row extends object>(row: Row): Json<Row> {
  const json: Record<string, unknown> = {};
  for (const field in row) {
    const value = row[field];
    json[field] = typeof value === 'number' && field.endsWith('_at') ? rfc3339(value) : value;
  }
  return json as Json<Row>; // the mapped type says for each field what the loop does to it
}
