// The address of the page that is being shown.
import type { AppContext } from './env.ts';

/** Query parameters of the frame, not of the page. */
export const FRAME_PARAMETERS: ReadonlySet<string> = new Set(['lang', 'hide', 'format', 'table']);

/** This page's address with some query parameters changed; null removes one. */
export function withQuery(c: AppContext, changes: Readonly<Record<string, string | null>>): string {
  const url = new URL(c.req.url);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  return url.pathname + url.search;
}
