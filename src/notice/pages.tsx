// Notices: the list, and the form for a new one. One notice, and news for support, have their own files.
import { z } from 'zod';
import { speak } from '../core/words.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Form, PageHead, Pager, Select, Table, TextArea } from '../web/parts.tsx';
import { noticeKinds, WriteNotice } from './inputs.ts';
import { newsPages } from './newsPages.tsx';
import { noticePage } from './noticePage.tsx';
import { proactivePage } from './proactivePage.tsx';
import { listNotices } from './queries.ts';
import { usualChecklist } from './rules.ts';
import { subjectOf, Texts, toneOf } from './views.tsx';
import { kindWords, stageWords, stateWords, words } from './words.ts';
import { writeNotice } from './write.ts';

export const noticePages = newPages();

page(noticePages, '/notices', 'notice:read', async (c) => {
  if (c.var.ctx.actor.partner_id !== null) return seeOther(c, '/portal/notices');
  const { locale } = c.var;
  const w = words(locale);
  const found = await listNotices(c.var.ctx, {}, { limit: 50, ...readQuery(c, z.object({ cursor: z.string().optional(), sort: z.string().optional() })) });
  return show(
    c,
    { title: w.notices, nav: '/notices' },
    <>
      <PageHead title={w.notices}>
        <a class="button primary" href="/notices/new">
          {w.write}
        </a>
        <a href="/news">{w.news}</a>
      </PageHead>
      <Table
        c={c}
        caption={w.notices}
        rows={found.items}
        columns={[
          { head: w.number, cell: (row) => <a href={`/notices/${row.id}`}>{row.number}</a> },
          { head: w.subject, cell: (row) => subjectOf(row, c) },
          { head: w.kind, cell: (row) => `${speak(kindWords[row.kind], locale)} · ${speak(stageWords[row.stage], locale)}` },
          { head: w.state, cell: (row) => <Badge tone={toneOf(row)}>{speak(stateWords[row.state], locale)}</Badge> },
          { head: w.sent, cell: (row) => (row.sent_at === null ? '—' : <Age c={c} at={row.sent_at} />) },
        ]}
      />
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

page(noticePages, '/notices/new', 'notice:write', async (c) => {
  const { locale, ctx } = c.var;
  const w = words(locale);
  const models = await ctx.db.selectFrom('models').select(['id', 'code']).orderBy('code').limit(3000).execute();
  const firmwares = await ctx.db
    .selectFrom('firmwares')
    .innerJoin('models', 'models.id', 'firmwares.model_id')
    .select(['firmwares.id', 'firmwares.code', 'models.code as model_code'])
    .orderBy('models.code')
    .orderBy('firmwares.code')
    .limit(5000)
    .execute();
  return show(
    c,
    { title: w.write, nav: '/notices' },
    <>
      <PageHead title={w.write} />
      <Form action="/notices/new">
        <Select label={w.kind} name="kind" options={noticeKinds.map((value) => ({ value, label: speak(kindWords[value], locale) }))} />
        <fieldset>
          <legend>{w.affected}</legend>
          <Select
            label={w.models}
            name="model_id"
            blank="—"
            value={c.req.query('model_id')}
            options={models.map(({ id, code }) => ({ value: id, label: code }))}
          />
          <Field label={w.batch} name="batch_codes" />
          <Select
            label={w.firmware}
            name="firmware_id"
            blank="—"
            options={firmwares.map(({ id, code, model_code }) => ({ value: id, label: `${model_code} ${code}` }))}
          />
        </fieldset>
        <Texts c={c} />
        <TextArea label={`${w.checklist} (${w.checklist_hint})`} name="checklist" rows={3} value={usualChecklist(c.var.locale).join('\n')} />
        <button type="submit">{w.write}</button>
      </Form>
    </>,
  );
});

const NoticeForm = WriteNotice.omit({ query: true, checklist: true }).extend({
  model_id: z.string().optional(),
  firmware_id: z.string().optional(),
  batch_codes: z.string().max(2000).default(''),
  checklist: z.string().default(''),
});

action(noticePages, '/notices/new', 'notice:write', async (c) => {
  const { model_id, firmware_id, batch_codes, checklist, ...input } = await readForm(c, NoticeForm);
  const codes = batch_codes.split(/[\s,、]+/u).filter((code) => code !== '');
  const batches = codes.length === 0 ? [] : await c.var.ctx.db.selectFrom('batches').select('id').where('code', 'in', codes).execute();
  const query = {
    model_ids: model_id === undefined ? [] : [model_id],
    firmware_ids: firmware_id === undefined ? [] : [firmware_id],
    batch_ids: codes.length > 0 && batches.length === 0 ? ['none'] : batches.map(({ id }) => id),
  };
  const items = checklist
    .split('\n')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const row = await writeNotice(
    c.var.ctx,
    WriteNotice.shape.query.safeParse(query).success
      ? { ...input, query: WriteNotice.shape.query.parse(query), checklist: items }
      : WriteNotice.parse({ ...input, query, checklist: items }),
  );
  return seeOther(c, `/notices/${row.id}`, words(c.var.locale).saved);
});

for (const part of [noticePage, newsPages, proactivePage]) noticePages.route('/', part);
