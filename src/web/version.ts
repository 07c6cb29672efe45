// ETag and If-Match over the `version` of a record.
import { Problem } from '../core/problem.ts';
import type { AppContext } from './env.ts';

/** The version the caller expects, or undefined when it sent no If-Match. Throws `malformed` for anything but `"<number>"`. */
export function expectedVersion(c: AppContext): number | undefined {
  const header = c.req.header('If-Match');
  if (header === undefined || header === '*') return undefined;
  const match = /^(?:W\/)?"(\d+)"$/.exec(header);
  if (match === null) throw new Problem('malformed', ['If-Match must be the ETag of the record', 'If-Match にはレコードの ETag を指定してください']);
  return Number(match[1]);
}

export const setETag = (c: AppContext, version: number): void => c.header('ETag', `"${version}"`);

/** Throws 412 when the record has moved on since the caller read it. */
export function refuseStale(record: { readonly version: number }, expected: number | undefined): void {
  if (expected !== undefined && expected !== record.version) {
    throw new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこのレコードを更新しました']);
  }
}
