// /signals/new: a definition is tried over the past before it is added.
import { z } from 'zod';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Select } from '../web/parts.tsx';
import { backtestSignal, type Definition } from './backtest.ts';
import { Backtest, SaveSignal } from './inputs.ts';
import { addSignal } from './saveSignal.ts';
import { BacktestResult, choices } from './signalViews.tsx';
import { START_DISPERSION, START_SHAPE } from './starters.ts';
import { words } from './words.ts';

export const newSignalPage = newPages();

/** What was typed so far: the form comes back as it was left. */
const Typed = Backtest.partial().extend({
  code: z.string().optional(),
  name_en: z.string().optional(),
  name_ja: z.string().optional(),
  prior_per_1000_device_days: SaveSignal.shape.prior_per_1000_device_days,
});

page(newSignalPage, '/signals/new', 'quality:write', async (c) => {
  const w = words(c.var.locale);
  const typed = readQuery(c, Typed);
  const { options, kinds } = choices(c);
  const { measure = options[0]?.value ?? '', kind = 'device', threshold, prior_per_1000_device_days } = typed;
  const tried: Definition | null =
    threshold === undefined ? null : { measure, kind, threshold, prior_per_1000_device_days, dispersion: START_DISPERSION, heterogeneity_shape: START_SHAPE };
  return show(
    c,
    { title: w.new_signal, nav: '/alerts' },
    <>
      <PageHead title={w.new_signal} />
      <Form action="/signals" label={w.new_signal}>
        <Field label={w.code} name="code" value={typed.code ?? null} pattern="[a-z][a-z0-9_]{0,39}" required />
        <Field label={w.name_en} name="name_en" value={typed.name_en ?? null} required />
        <Field label={w.name_ja} name="name_ja" value={typed.name_ja ?? null} required />
        <Select label={w.measure} name="measure" value={measure} options={options} />
        <Field label={w.limit} name="threshold" type="number" step="any" value={threshold ?? null} required />
        <Select label={w.kind} name="kind" value={kind} options={kinds} />
        <Field label={w.prior} name="prior_per_1000_device_days" type="number" step="any" value={prior_per_1000_device_days} />
        <div class="actions">
          <button type="submit" formmethod="get" formaction="/signals/new" formnovalidate>
            {w.backtest}
          </button>
          <button type="submit" class="primary">
            {w.add}
          </button>
        </div>
      </Form>
      {tried === null ? null : <BacktestResult c={c} result={await backtestSignal(c.var.ctx, tried, Backtest.parse({}))} />}
    </>,
  );
});

action(newSignalPage, '/signals', 'quality:write', async (c) => {
  const row = await addSignal(c.var.ctx, await readForm(c, SaveSignal));
  return seeOther(c, `/signals/${row.id}`, words(c.var.locale).done_changed);
});
