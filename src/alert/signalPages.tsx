// Pages of quality staff: signal definitions with their back-test, silences, and how early the alerts came.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, Num, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { backtestSignal } from './backtest.ts';
import { AddSilence, Backtest, ChangeSignal, SaveSignal } from './inputs.ts';
import { listLeads, listMissed } from './leads.ts';
import { measures } from './measures.ts';
import { getSignal, listSignals, listSilences } from './queries.ts';
import { addSignal, changeSignal } from './saveSignal.ts';
import { addSilence, endSilence } from './silence.ts';
import { ensureSignals } from './starters.ts';
import { kindWords, words } from './words.ts';

export const signalPages = newPages();

page(signalPages, '/signals', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const ja = c.var.locale === 'ja';
  await ensureSignals(c.var.ctx);
  return show(
    c,
    { title: w.signals, nav: '/alerts' },
    <>
      <PageHead title={w.signals} />
      <Table
        c={c}
        caption={w.signals}
        rows={await listSignals(c.var.ctx)}
        columns={[
          { head: w.signal, cell: (row) => <a href={`/signals/${row.id}`}>{ja ? row.name_ja : row.name_en}</a> },
          { head: w.kind, cell: (row) => kindWords(c.var.locale)[row.kind] },
          { head: w.measure, cell: (row) => row.measure },
          { head: w.limit, numeric: true, cell: (row) => row.threshold },
          { head: w.state, cell: (row) => (row.retired_at === null ? '' : w.retired) },
        ]}
      />
      {may(c.var.ctx.actor, 'quality:write') ? <NewSignal c={c} /> : null}
    </>,
  );
});

/** The page of the new signal offers its back-test; the next scan counts the past by it. */
function NewSignal({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  const { options, kinds } = choices(c);
  return (
    <Section title={w.new_signal}>
      <Form action="/signals" label={w.new_signal}>
        <Field label={w.code} name="code" pattern="[a-z][a-z0-9_]{0,39}" required />
        <Field label={w.name_en} name="name_en" required />
        <Field label={w.name_ja} name="name_ja" required />
        <Select label={w.measure} name="measure" options={options} />
        <Field label={w.limit} name="threshold" type="number" step="any" required />
        <Select label={w.kind} name="kind" options={kinds} />
        <Field label={w.prior} name="prior_per_1000_device_days" type="number" step="any" value={0.5} />
        <button type="submit">{w.add}</button>
      </Form>
    </Section>
  );
}

const choices = (c: AppContext) => ({
  options: measures.map(({ code, label }) => ({ value: code, label: c.var.locale === 'ja' ? label[1] : label[0] })),
  kinds: (['device', 'network'] as const).map((value) => ({ value, label: kindWords(c.var.locale)[value] })),
});

action(signalPages, '/signals', 'quality:write', async (c) => {
  const row = await addSignal(c.var.ctx, await readForm(c, SaveSignal));
  return seeOther(c, `/signals/${row.id}`, words(c.var.locale).done_changed);
});

page(signalPages, '/signals/:id', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const ja = c.var.locale === 'ja';
  const row = await getSignal(c.var.ctx, c.req.param('id') ?? '');
  const tried = readQuery(c, Backtest.partial());
  const result = tried.threshold === undefined ? null : await backtestSignal(c.var.ctx, row, Backtest.parse(tried));
  const { options, kinds } = choices(c);
  return show(
    c,
    { title: ja ? row.name_ja : row.name_en, nav: '/alerts' },
    <>
      <PageHead title={ja ? row.name_ja : row.name_en} sub={row.code} />
      <form class="filters" method="get">
        <Select label={w.measure} name="measure" value={tried.measure ?? row.measure} options={options} />
        <Field label={w.limit} name="threshold" type="number" step="any" value={tried.threshold ?? row.threshold} required />
        <Select label={w.kind} name="kind" value={tried.kind ?? row.kind} options={kinds} />
        <button type="submit">{w.backtest}</button>
      </form>
      {result === null ? null : (
        <Section title={w.would_raise(result.alerts.length, result.from_on, result.to_on)}>
          <Table
            c={c}
            caption={w.backtest}
            rows={result.alerts}
            columns={[
              { head: w.raised_on, cell: (alert) => alert.raised_on },
              { head: w.model, cell: (alert) => alert.model_code },
              { head: w.started_on, cell: (alert) => alert.started_on },
              { head: w.observed, numeric: true, cell: (alert) => <Num value={alert.observed} locale={c.var.locale} /> },
              { head: w.expected, numeric: true, cell: (alert) => <Num value={alert.expected} digits={1} locale={c.var.locale} /> },
            ]}
          />
        </Section>
      )}
      {may(c.var.ctx.actor, 'quality:write') ? (
        <Form action={`/signals/${row.id}`} label={w.save}>
          <Version of={row} />
          <input type="hidden" name="measure" value={tried.measure ?? row.measure} />
          <input type="hidden" name="threshold" value={String(tried.threshold ?? row.threshold)} />
          <input type="hidden" name="kind" value={tried.kind ?? row.kind} />
          <button type="submit">{w.save}</button>
        </Form>
      ) : null}
    </>,
  );
});

action(signalPages, '/signals/:id', 'quality:write', async (c) => {
  const id = c.req.param('id') ?? '';
  const w = words(c.var.locale);
  const edit: Edit = {
    title: w.save,
    nav: '/alerts',
    path: `/signals/${id}`,
    fields: [
      ['measure', w.measure],
      ['threshold', w.threshold],
      ['kind', w.kind],
    ],
    stored: () => getSignal(c.var.ctx, id),
  };
  return savingEdit(c, edit, async (version) => {
    await changeSignal(c.var.ctx, id, await readForm(c, ChangeSignal), version);
    return seeOther(c, edit.path, w.done_changed);
  });
});

page(signalPages, '/silences', 'alert:read', async (c) => {
  const w = words(c.var.locale);
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
          { head: w.signal, cell: (row) => row.signal ?? w.all },
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
        <Form action="/silences" label={w.add}>
          <Field label={w.signal} name="signal" />
          <Field label={w.from_on} name="from_on" type="date" required />
          <Field label={w.to_on} name="to_on" type="date" required />
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.add}</button>
        </Form>
      ) : null}
    </>,
  );
});

action(signalPages, '/silences', 'alert:write', async (c) => {
  await addSilence(c.var.ctx, await readForm(c, AddSilence));
  return seeOther(c, '/silences', words(c.var.locale).done_changed);
});

action(signalPages, '/silences/:id/end', 'alert:write', async (c) => {
  await endSilence(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/silences', words(c.var.locale).done_changed);
});

page(signalPages, '/lead-times', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, z.object({ model_id: z.string().max(64).optional() }));
  const [leads, missed] = await Promise.all([listLeads(c.var.ctx, query.model_id), listMissed(c.var.ctx)]);
  return show(
    c,
    { title: w.scoreboard, nav: '/alerts' },
    <>
      <PageHead title={w.scoreboard} />
      <Table
        c={c}
        caption={w.scoreboard}
        rows={leads}
        columns={[
          { head: w.model, cell: (row) => <a href={`/alerts/${row.id}`}>{row.model_code}</a> },
          { head: w.signal, cell: (row) => row.signal },
          { head: w.raised_on, cell: (row) => row.raised_on },
          { head: w.lead_report, numeric: true, cell: (row) => row.lead_report ?? w.not_yet },
          { head: w.lead_return, numeric: true, cell: (row) => row.lead_return ?? w.not_yet },
        ]}
      />
      <Section title={w.missed}>
        <Table
          c={c}
          caption={w.missed}
          rows={missed}
          columns={[
            { head: w.model, cell: (row) => row.model_code },
            { head: w.returns, numeric: true, cell: (row) => row.returns },
            { head: w.first_return_on, cell: (row) => row.first_return_on },
            { head: w.why_missed, cell: (row) => w[row.why] },
          ]}
        />
      </Section>
    </>,
  );
});
