// Rows as they leave the product: instants as RFC 3339, everything else as it is.
import { rfc3339 } from '../core/time.ts';

export type Json<Row> = { [K in keyof Row]: K extends `${string}_at` ? (null extends Row[K] ? string | null : string) : Row[K] };

/** Epoch milliseconds in fields that end in `_at` become RFC 3339 text. */
export const jsonOf = <Row extends object>(row: Row): Json<Row> =>
  // The mapped type says for each field what the loop does to it.
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, field.endsWith('_at') && typeof value === 'number' ? rfc3339(value) : value]),
  ) as Json<Row>;
