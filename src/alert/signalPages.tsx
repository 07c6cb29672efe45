// Pages of quality staff: the budget of false alerts, and signal definitions with their back-test.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, formatNumber, Num, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { type Backtested, backtestSignal } from './backtest.ts';
import { findBudget, setBudget } from './budget.ts';
import { Backtest, ChangeSignal, SaveSignal, SetBudget } from './inputs.ts';
import { findMeasure, measures } from './measures.ts';
import { getSignal, listSignals } from './queries.ts';
import { addSignal, changeSignal } from './saveSignal.ts';
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
          { head: w.measure, cell: (row) => measureName(c, row.measure) },
          { head: w.limit, numeric: true, cell: (row) => row.threshold },
          { head: w.state, cell: (row) => (row.retired_at === null ? '' : w.retired) },
        ]}
      />
      {may(c.var.ctx.actor, 'quality:write') ? (
        <>
          <Section title={w.budget_title}>
            <Form action="/alert-budget" label={w.budget_title}>
              <Field label={w.budget_field} name="false_alerts_per_1000_model_months" type="number" step="any" value={await findBudget(c.var.ctx)} required />
              <button type="submit">{w.set}</button>
            </Form>
          </Section>
          <NewSignal c={c} />
        </>
      ) : null}
    </>,
  );
});

action(signalPages, '/alert-budget', 'quality:write', async (c) => {
  await setBudget(c.var.ctx, await readForm(c, SetBudget));
  return seeOther(c, '/signals', words(c.var.locale).done_changed);
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

function measureName(c: AppContext, code: string): string {
  const label = findMeasure(code)?.label;
  return label === undefined ? code : label[c.var.locale === 'ja' ? 1 : 0];
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
          <p>{w.tried(formatNumber(result.episodes, c.var.locale), formatNumber(result.device_days, c.var.locale))}</p>
          {result.alerts.length === 0 ? null : <BacktestTable c={c} result={result} />}
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

function BacktestTable({ c, result }: { c: AppContext; result: Backtested }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.backtest}
      rows={result.alerts}
      columns={[
        { head: w.raised_on, cell: (alert) => alert.raised_on },
        { head: w.model, cell: (alert) => <a href={`/catalog/models/${alert.model_id}`}>{alert.model_code}</a> },
        { head: w.started_on, cell: (alert) => alert.started_on },
        { head: w.observed, numeric: true, cell: (alert) => <Num value={alert.observed} locale={c.var.locale} /> },
        { head: w.expected, numeric: true, cell: (alert) => <Num value={alert.expected} digits={1} locale={c.var.locale} /> },
      ]}
    />
  );
}

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
