// Writing in a case: the reply to the customer with its templates, the internal note, and what the customer said elsewhere.
import { speak } from '../core/words.ts';
import { Field, Form, Section, Select, TextArea } from '../web/parts.tsx';
import { at, type Shown } from './actionForm.ts';
import { fillTemplate } from './rules.ts';
import { words } from './words.ts';

export function Reply({ c, read }: Shown) {
  const { locale } = c.var;
  const w = words(locale);
  const { row, units, templates } = read;
  const chosen = templates.find(({ id }) => id === c.req.query('template'));
  const unit = units[0];
  const text =
    chosen === undefined
      ? ''
      : fillTemplate(row.contact_locale === 'ja' ? chosen.body_ja : chosen.body_en, {
          customer: row.contact_name,
          number: row.number,
          serial: unit?.serial ?? null,
          model: unit?.model_code ?? null,
          agent: c.var.ctx.actor.name,
          subject: row.subject,
        });
  return (
    <Section title={w.reply} id="reply">
      {templates.length === 0 ? null : (
        <form class="row" method="get" action={`/cases/${row.id}#reply`}>
          <Select
            label={w.template}
            name="template"
            value={chosen?.id}
            options={templates.filter(({ type }) => type === null || type === row.type).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <button type="submit">{w.use_template}</button>
        </form>
      )}
      <Form action={at(read, 'messages')} label={w.reply} enctype="multipart/form-data">
        <input type="hidden" name="visibility" value="public" />
        <TextArea label={w.reply} name="text" value={text} required rows={5} />
        <Select label={w.wait_for} name="waiting_for" blank="—" options={[{ value: 'customer', label: speak(['the customer', '顧客'], locale) }]} />
        <FilesAlong c={c} read={read} />
        <button type="submit">{w.send}</button>
      </Form>
    </Section>
  );
}

/** New files, and public ones that lie beside the case and were not sent yet. */
export function FilesAlong({ c, read }: Shown) {
  const w = words(c.var.locale);
  const sent = new Set(read.events.flatMap(({ facts }) => facts.attachment_ids ?? []));
  const unsent = read.files.filter((file) => file.visibility === 'public' && !sent.has(file.id));
  return (
    <>
      <Field label={w.files_along} name="file" type="file" multiple hint={w.files_along_hint} />
      {unsent.length === 0 ? null : (
        <fieldset>
          <legend>{w.files_shared}</legend>
          {unsent.map((file) => (
            <label>
              <input type="checkbox" name="attachment_ids" value={file.id} /> {file.name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

export function Note({ c, read }: Shown) {
  const w = words(c.var.locale);
  return (
    <Section title={w.note}>
      <p class="hint">{w.note_hint}</p>
      <Form action={at(read, 'messages')} label={w.note}>
        <input type="hidden" name="visibility" value="internal" />
        <TextArea label={w.note} name="text" required rows={3} />
        <button type="submit">{w.add_note}</button>
      </Form>
      <details>
        <summary>{w.customer_said}</summary>
        <Form action={at(read, 'messages')} label={w.customer_said}>
          <input type="hidden" name="visibility" value="public" />
          <input type="hidden" name="from" value="customer" />
          <TextArea label={w.customer_said} name="text" required rows={3} />
          <button type="submit">{w.record}</button>
        </Form>
      </details>
    </Section>
  );
}
