// Pages of quality staff: the budget of false alerts, and signal definitions with their back-test.
import { may } from '../core/actor.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { backtestSignal } from './backtest.ts';
import { findBudget, setBudget } from './budget.ts';
import { Backtest, ChangeSignal, SetBudget } from './inputs.ts';
import { findMeasure, symbolOf } from './measures.ts';
import { newSignalPage } from './newSignalPage.tsx';
import { getSignal, listSignals } from './queries.ts';
import { changeSignal } from './saveSignal.ts';
import { BacktestResult, choices } from './signalViews.tsx';
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
      <PageHead title={w.signals}>
        {may(c.var.ctx.actor, 'quality:write') ? (
          <a class="button primary" href="/signals/new">
            {w.new_signal}
          </a>
        ) : null}
      </PageHead>
      <Table
        c={c}
        caption={w.signals}
        rows={await listSignals(c.var.ctx)}
        columns={[
          { head: w.signal, cell: (row) => <a href={`/signals/${row.id}`}>{ja ? row.name_ja : row.name_en}</a> },
          { head: w.kind, cell: (row) => kindWords(c.var.locale)[row.kind] },
          { head: w.measure, cell: (row) => measureName(c, row.measure) },
          { head: w.limit, numeric: true, cell: (row) => `${row.threshold} ${symbolOf(findMeasure(row.measure))}` },
          { head: w.state, cell: (row) => (row.retired_at === null ? '' : w.retired) },
        ]}
      />
      {may(c.var.ctx.actor, 'quality:write') ? (
        <Section title={w.budget_title}>
          <Form action="/alert-budget" label={w.budget_title}>
            <Field label={w.budget_field} name="false_alerts_per_1000_model_months" type="number" step="any" value={await findBudget(c.var.ctx)} required />
            <button type="submit">{w.set}</button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(signalPages, '/alert-budget', 'quality:write', async (c) => {
  await setBudget(c.var.ctx, await readForm(c, SetBudget));
  return seeOther(c, '/signals', words(c.var.locale).done_changed);
});

function measureName(c: AppContext, code: string): string {
  const label = findMeasure(code)?.label;
  return label === undefined ? code : label[c.var.locale === 'ja' ? 1 : 0];
}

// Before /signals/:id, which would match it.
signalPages.route('/', newSignalPage);

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
      <PageHead title={ja ? row.name_ja : row.name_en} sub={row.retired_at === null ? row.code : `${row.code} ${w.retired}`} />
      <form class="filters" method="get">
        <Select label={w.measure} name="measure" value={tried.measure ?? row.measure} options={options} />
        <Field label={w.limit} name="threshold" type="number" step="any" value={tried.threshold ?? row.threshold} required />
        <Select label={w.kind} name="kind" value={tried.kind ?? row.kind} options={kinds} />
        <button type="submit">{w.backtest}</button>
      </form>
      {result === null ? null : <BacktestResult c={c} result={result} />}
      {may(c.var.ctx.actor, 'quality:write') ? (
        <div class="actions">
          <Form action={`/signals/${row.id}`} label={w.save}>
            <Version of={row} />
            <input type="hidden" name="measure" value={tried.measure ?? row.measure} />
            <input type="hidden" name="threshold" value={String(tried.threshold ?? row.threshold)} />
            <input type="hidden" name="kind" value={tried.kind ?? row.kind} />
            <button type="submit">{w.save}</button>
          </Form>
          <Form action={`/signals/${row.id}/${row.retired_at === null ? 'retirement' : 'return'}`}>
            <button type="submit">{row.retired_at === null ? w.retire : w.use_again}</button>
          </Form>
        </div>
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

for (const [path, retired] of [
  ['retirement', true],
  ['return', false],
] as const)
  action(signalPages, `/signals/:id/${path}`, 'quality:write', async (c) => {
    const { id } = await changeSignal(c.var.ctx, c.req.param('id') ?? '', { retired });
    return seeOther(c, `/signals/${id}`, words(c.var.locale).done_changed);
  });
