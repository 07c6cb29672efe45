// Forms of the bench that carry files: the steps of a checklist with their photos, and photos and files beside a returned unit. They work without script.
import { z } from 'zod';
import { attachFile, cleanAndKeep, type KeptFile } from '../attachment/attach.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { verdicts } from '../returns/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, type Pages, readFields, seeOther } from '../web/page.tsx';
import { parseInput } from '../web/route.ts';
import type { StepAnswer } from './inputs.ts';
import { giveVerdict, recordSteps } from './inspect.ts';
import { getInspection, type InspectionView, listAnswers, listSteps } from './queries.ts';
import { words } from './words.ts';

/** Files in one go: the photos of one unit, not an archive. */
const MOST_FILES = 20;

export function uploadPages(dataDir: string): Pages {
  const pages = newPages();

  action(pages, '/inspections/:id/steps', 'inspection:write', async (c) => {
    const inspection = await saveSteps(c, dataDir);
    return seeOther(c, `/return-units/${inspection.return_unit_id}`, words(c.var.locale).saved);
  });

  action(pages, '/inspections/:id/verdict', 'inspection:write', async (c) => {
    // Kept even when the verdict is refused: nobody measures twice.
    const inspection = await saveSteps(c, dataDir);
    const form = Object.entries(await c.req.parseBody()).filter(([name]) => !name.includes(':'));
    const { footage_erased, ...input } = readFields(VerdictForm, Object.fromEntries(form));
    await giveVerdict(c.var.ctx, inspection.id, { ...input, footage_erased: footage_erased === 'yes' });
    return seeOther(c, `/return-units/${inspection.return_unit_id}`, words(c.var.locale).done);
  });

  action(pages, '/return-units/:id/files', 'return:write', async (c) => {
    const id = c.req.param('id') ?? '';
    const { file } = await c.req.parseBody({ all: true });
    const files = (Array.isArray(file) ? file : [file]).filter((one) => one instanceof File).filter(({ size }) => size > 0);
    if (files.length === 0 || files.length > MOST_FILES)
      throw new Problem('invalid', [`Choose 1 to ${MOST_FILES} files`, `ファイルを1〜${MOST_FILES}件選択してください`], {
        errors: [{ path: 'file', message: ['Required', '必須です'] }],
      });
    for (const one of files) await attachFile(c.var.ctx, dataDir, { record_kind: 'return_unit', record_id: id, name: one.name, bytes: await bytesOf(one) });
    return seeOther(c, `/return-units/${id}`, words(c.var.locale).saved);
  });

  return pages;
}

const code = z.string().max(64).optional();
const VerdictForm = z.strictObject({
  verdict: z.enum(verdicts).optional(),
  reproduced_symptom: code,
  failure_mode: code,
  component: code,
  cause: code,
  note: z.string().trim().max(4000).optional(),
  footage_erased: z.literal('yes').optional(),
});

/** Records the steps that stand in the form, with their photos. */
async function saveSteps(c: AppContext, dataDir: string): Promise<InspectionView> {
  const inspection = await getInspection(c.var.ctx, c.req.param('id') ?? '');
  const { answers, files, rest_ok } = await readSteps(c);
  if (rest_ok) answers.push(...(await restOk(c.var.ctx, inspection, answers)));
  const photos = new Map<string, KeptFile>();
  for (const [step_id, file] of files) photos.set(step_id, await cleanAndKeep(dataDir, { name: file.name, bytes: await bytesOf(file) }));
  if (answers.length > 0 || photos.size > 0) await recordSteps(c.var.ctx, inspection.id, answers, undefined, photos);
  return inspection;
}

const Result = z.enum(['ok', 'ng', 'skipped']);
const Value = z.coerce.number();

/** `result:<step>`, `value:<step>`, `note:<step>` and the file `photo:<step>`, for each step that was answered; `rest_ok` answers the others. */
async function readSteps(c: AppContext): Promise<{ answers: StepAnswer[]; files: Map<string, File>; rest_ok: boolean }> {
  const answers = new Map<string, StepAnswer>();
  const files = new Map<string, File>();
  const form = await c.req.parseBody();
  for (const [name, value] of Object.entries(form)) {
    const [field, step_id = ''] = name.split(':', 2);
    if (value instanceof File) {
      if (value.size > 0) files.set(step_id, value);
      continue;
    }
    if (typeof value !== 'string' || value === '') continue;
    const answer = answers.get(step_id) ?? { step_id };
    if (field === 'result') answers.set(step_id, { ...answer, result: parsed(Result, value, name) });
    else if (field === 'value') answers.set(step_id, { ...answer, value: parsed(Value, value, name) });
    else if (field === 'note') answers.set(step_id, { ...answer, note: value });
  }
  const given = [...answers.values()].filter((answer) => answer.result !== undefined || answer.value !== undefined || files.has(answer.step_id));
  return { answers: given, files, rest_ok: form.rest_ok !== undefined };
}

/** Required checks that nobody has answered yet, each as in order. */
async function restOk(ctx: Ctx, inspection: InspectionView, answers: readonly StepAnswer[]): Promise<StepAnswer[]> {
  const answered = new Set([...(await listAnswers(ctx, inspection.id)), ...answers].map(({ step_id }) => step_id));
  const steps = await listSteps(ctx, inspection.checklist_id);
  const open = steps.filter(({ id, kind, need }) => kind === 'check' && need === 'required' && !answered.has(id));
  return open.map(({ id }) => ({ step_id: id, result: 'ok' }));
}

const parsed = <T extends z.ZodType>(schema: T, value: string, path: string): z.output<T> =>
  parseInput(z.object({ [path]: schema }), { [path]: value })[path] as z.output<T>;

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
