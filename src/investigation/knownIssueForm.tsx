// What a known issue says and how it is recognised, as a form: for a new one, with what the alert behind it tells, and for one that is changed.
import { z } from 'zod';
import { findMeasure } from '../alert/measures.ts';
import { cohortName, type NamedCohort } from '../claim/cohort.ts';
import { invalid } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { codeOptions } from '../returns/views.tsx';
import type { AppContext } from '../web/env.ts';
import { Field, Select, TextArea } from '../web/parts.tsx';
import { words } from './knownIssueWords.ts';
import { signatureName, signatures } from './signatures.ts';
import type { KnownIssueRow } from './table.ts';

export const IssueForm = z.object({
  title_en: z.string(),
  title_ja: z.string(),
  workaround_en: z.string().optional(),
  workaround_ja: z.string().optional(),
  symptom: z.string().optional(),
  failure_mode: z.string().optional(),
  signal: z.string().optional(),
});
type IssueForm = z.output<typeof IssueForm>;
type Given = { readonly [K in keyof IssueForm]?: IssueForm[K] | null };

export async function IssueFields({ c, value }: { c: AppContext; value?: Given | undefined }) {
  const w = words(c.var.locale);
  return (
    <>
      <Field label={w.title_en} name="title_en" value={value?.title_en ?? null} required />
      <Field label={w.title_ja} name="title_ja" value={value?.title_ja ?? null} required />
      <TextArea label={w.workaround_en} name="workaround_en" value={value?.workaround_en ?? null} rows={3} />
      <TextArea label={w.workaround_ja} name="workaround_ja" value={value?.workaround_ja ?? null} rows={3} />
      <Select label={w.symptom} name="symptom" value={value?.symptom} options={await codeOptions(c.var.ctx, 'symptom')} blank="–" />
      <Select label={w.failure_mode} name="failure_mode" value={value?.failure_mode} options={await codeOptions(c.var.ctx, 'failure_mode')} blank="–" />
      <Select label={w.signal} name="signal" value={value?.signal} options={signatureOptions(c)} blank="–" />
    </>
  );
}

const signatureOptions = (c: AppContext) => signatures.map((name) => ({ value: name, label: speak(signatureName(name), c.var.locale) }));

/** The fields as their labels name them, for two edits that met. */
export async function issueFieldNames(c: AppContext) {
  const w = words(c.var.locale);
  return [
    ['title_en', w.title_en],
    ['title_ja', w.title_ja],
    ['workaround_en', w.workaround_en],
    ['workaround_ja', w.workaround_ja],
    ['symptom', w.symptom, await codeOptions(c.var.ctx, 'symptom')],
    ['failure_mode', w.failure_mode, await codeOptions(c.var.ctx, 'failure_mode')],
    ['signal', w.signal, signatureOptions(c)],
  ] as const;
}

/** The form as the verbs want it; what was left empty is none. */
export async function fieldsOf(ctx: Ctx, { symptom, failure_mode, workaround_en, workaround_ja, signal, ...titles }: IssueForm) {
  return {
    ...titles,
    workaround_en: workaround_en ?? null,
    workaround_ja: workaround_ja ?? null,
    signal: signal ?? null,
    symptom_id: await codeId(ctx, 'symptom', symptom),
    failure_mode_id: await codeId(ctx, 'failure_mode', failure_mode),
  };
}

/** And back: codes instead of their ids. */
export async function formOf(ctx: Ctx, row: KnownIssueRow) {
  const { symptom_id, failure_mode_id, ...fields } = row;
  return { ...fields, symptom: await codeCalled(ctx, symptom_id), failure_mode: await codeCalled(ctx, failure_mode_id) };
}

async function codeId(ctx: Ctx, tree: 'symptom' | 'failure_mode', code: string | undefined): Promise<string | null> {
  if (code === undefined) return null;
  const row = await ctx.db.selectFrom('codes').select('id').where('tree', '=', tree).where('code', '=', code).executeTakeFirst();
  if (row === undefined) throw invalid(tree, [`No ${tree.replace('_', ' ')} ${code}`, `コード ${code} が見つかりません`]);
  return row.id;
}

async function codeCalled(ctx: Ctx, id: string | null): Promise<string | null> {
  if (id === null) return null;
  return (await ctx.db.selectFrom('codes').select('code').where('id', '=', id).executeTakeFirst())?.code ?? null;
}

/** What an alert already knows of the issue: where it is, what is seen, and the daily count that shows it. */
export async function toldByAlert(ctx: Ctx, alert_id: string | undefined, cohort: NamedCohort | undefined): Promise<Given | undefined> {
  if (alert_id === undefined || cohort === undefined) return undefined;
  const signal = await ctx.db
    .selectFrom('alerts')
    .innerJoin('signals', 'signals.code', 'alerts.signal')
    .select(['signals.name_en', 'signals.name_ja', 'signals.measure'])
    .where('alerts.id', '=', alert_id)
    .executeTakeFirst();
  if (signal === undefined) return undefined;
  const counted = findMeasure(signal.measure)?.value ?? '';
  const shown = signatures.find((name) => new RegExp(`\\bd\\.${name}\\b`).test(counted));
  return {
    title_en: `${cohortName(cohort, 'en')}: ${signal.name_en}`,
    title_ja: `${cohortName(cohort, 'ja')}: ${signal.name_ja}`,
    ...(shown === undefined ? {} : { signal: shown }),
  };
}
