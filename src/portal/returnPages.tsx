// Sending a unit back on a customer’s behalf.
import { z } from 'zod';
import { unitNamed } from '../case/forms.ts';
import { speak } from '../core/words.ts';
import { fileReturn } from '../returns/file.ts';
import { typeLabels } from '../returns/words.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Select, TextArea } from '../web/parts.tsx';
import { partnerOf } from './partner.ts';
import { words } from './words.ts';

export const portalReturnPages = newPages();

const TYPES = ['advance_replacement', 'return_first', 'repair'] as const;

page(portalReturnPages, '/portal/returns/new', 'return:write', (c) => {
  partnerOf(c);
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.send_back },
    <>
      <PageHead title={w.send_back} />
      <Form action="/portal/returns/new">
        <Field label={w.serial} name="unit" value={c.req.query('unit') ?? null} required />
        <Select label={w.kind} name="type" options={TYPES.map((value) => ({ value, label: speak(typeLabels[value], c.var.locale) }))} />
        <TextArea label={w.trouble} name="reported_text" required />
        <button type="submit">{w.send}</button>
      </Form>
    </>,
  );
});

const FileForm = z.object({
  unit: z.string().min(1).max(200),
  type: z.enum(TYPES),
  reported_text: z.string().trim().min(1).max(4000),
});

action(portalReturnPages, '/portal/returns/new', 'return:write', async (c) => {
  const ctx = partnerOf(c);
  const { unit, type, reported_text } = await readForm(c, FileForm);
  const row = await fileReturn(ctx, { type, units: [{ unit_id: await unitNamed(ctx, unit), reported_text }] });
  return seeOther(c, '/portal', words(c.var.locale).filed_done(row.number));
});
