// Photos and files as the bench shows them: pictures in small, everything else by name.
import type { AttachmentRow } from '../attachment/table.ts';
import type { AppContext } from '../web/env.ts';
import { Field, Form } from '../web/parts.tsx';
import { words } from './words.ts';

export const Files = ({ rows }: { rows: readonly Pick<AttachmentRow, 'id' | 'name' | 'media_type'>[] }) =>
  rows.length === 0 ? null : (
    <ul class="files">
      {rows.map((row) => (
        <li>
          <a href={`/api/v1/attachments/${row.id}`}>{row.media_type.startsWith('image/') ? <Picture id={row.id} name={row.name} /> : row.name}</a>
        </li>
      ))}
    </ul>
  );

/** Its box is known before it is loaded, so that nothing jumps. */
export const Picture = ({ id, name }: { id: string; name: string }) => (
  <img class="thumb" src={`/api/v1/attachments/${id}`} alt={name} width={160} height={120} loading="lazy" />
);

/** What the upload takes, for the file chooser; the bytes decide (attachment/clean.ts). */
const ACCEPTED = 'image/jpeg,image/png,image/webp,application/pdf,video/mp4,video/webm,video/quicktime,text/plain,.csv';

export function UploadForm({ c, return_unit_id }: { c: AppContext; return_unit_id: string }) {
  const w = words(c.var.locale);
  return (
    <Form action={`/return-units/${return_unit_id}/files`} enctype="multipart/form-data" label={w.add_files}>
      <Field label={w.add_files} name="file" type="file" required multiple hint={w.file_limits} accept={ACCEPTED} />
      <button type="submit">{w.add_files}</button>
    </Form>
  );
}
