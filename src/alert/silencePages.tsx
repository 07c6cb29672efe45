// Silences: the windows in which nobody is told.
import { may } from '../core/actor.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { AddSilence } from './inputs.ts';
import { signalNames } from './names.tsx';
import { listSilences, liveSignals } from './queries.ts';
import { addSilence, endSilence } from './silence.ts';
import { words } from './words.ts';

export const silencePages = newPages();

page(silencePages, '/silences', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const nameOf = await signalNames(c);
  const live = await liveSignals(c.var.ctx);
  return show(
    c,
    { title: w.silences, nav: '/alerts' },
    <>
      <PageHead title={w.silences} />
      <Table
        c={c}
        caption={w.silences}
        rows={await listSilences(c.var.ctx)}
        columns={[
          { head: w.signal, cell: (row) => (row.signal === null ? w.all : nameOf(row.signal)) },
          { head: w.from_on, cell: (row) => row.from_on },
          { head: w.to_on, cell: (row) => row.to_on },
          { head: w.reason, cell: (row) => row.reason },
          {
            head: '',
            cell: (row) =>
              row.ended_at === null && may(c.var.ctx.actor, 'alert:write') ? (
                <Form action={`/silences/${row.id}/end`}>
                  <button type="submit">{w.end}</button>
                </Form>
              ) : null,
          },
        ]}
      />
      {may(c.var.ctx.actor, 'alert:write') ? (
        <Section title={w.new_silence}>
          <Form action="/silences" label={w.add}>
            <Select label={w.signal} name="signal" blank={w.all} options={live.map(({ code }) => ({ value: code, label: nameOf(code) }))} />
            <Field label={w.from_on} name="from_on" type="date" required />
            <Field label={w.to_on} name="to_on" type="date" required />
            <Field label={w.reason} name="reason" required />
            <button type="submit">{w.add}</button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(silencePages, '/silences', 'alert:write', async (c) => {
  await addSilence(c.var.ctx, await readForm(c, AddSilence));
  return seeOther(c, '/silences', words(c.var.locale).done_changed);
});

action(silencePages, '/silences/:id/end', 'alert:write', async (c) => {
  await endSilence(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/silences', words(c.var.locale).done_changed);
});
