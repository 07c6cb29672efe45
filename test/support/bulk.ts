// A bulk action as a person does it: the preview of the selected rows, its confirmation, and the way back.
import { type Caller, doneCookieOf } from './app.ts';

export const bulkPreview = (caller: Caller, list: string, deed: string, ids: readonly string[], fields: Record<string, string> = {}): Promise<Response> => {
  const query = new URLSearchParams({ deed, back: list, ...fields });
  for (const id of ids) query.append('id', id);
  return caller.get(`/bulk${list}?${query}`);
};

/** Presses the button of the preview. */
export const bulkConfirm = (caller: Caller, list: string, page: string): Promise<Response> => {
  const fields: [string, string][] = [...page.slice(page.lastIndexOf('method="post"')).matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  );
  return caller.post(`/bulk${list}`, new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
};

/** Previews and confirms; gives what the list then says, and where it takes the action back. */
export async function bulkDone(
  caller: Caller,
  list: string,
  deed: string,
  ids: readonly string[],
  fields: Record<string, string> = {},
): Promise<{ page: string; undo: string | null }> {
  const answer = await bulkConfirm(caller, list, await (await bulkPreview(caller, list, deed, ids, fields)).text());
  const page = await (await caller.get(list, doneCookieOf(answer))).text();
  return { page, undo: /action="([^"]*\/undo)"/.exec(page)?.[1] ?? null };
}
