// The forms on the page of one investigation that change its frame, scope, causes, actions and proof. Its steps are in stepForms.
import { z } from 'zod';
import { getCohortOf } from '../claim/cohort.ts';
import { listStaff } from '../claim/staff.ts';
import { identifierKey } from '../core/identifier.ts';
import { invalid } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, readForm, seeOther } from '../web/page.tsx';
import { parseInput } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { addAction, decideAction } from './action.ts';
import { addCause, decideCause } from './cause.ts';
import { addMember, changeInvestigation, removeMember } from './change.ts';
import { checkEffectiveness } from './effectiveness.ts';
import { AddAction, AddCause, ChangeInvestigation, DecideCause, FinishAction, LinkInput, linkKinds, MemberInput } from './inputs.ts';
import { actionEvents } from './lifecycle.ts';
import { addCohort, linkRecord, removeCohort, unlinkRecord } from './link.ts';
import { getInvestigation } from './load.ts';
import { words } from './words.ts';

export const recordForms = newPages();
export const idOf = (c: AppContext): string => c.req.param('id') ?? '';
export const back = (c: AppContext): Response => seeOther(c, `/investigations/${idOf(c)}`, words(c.var.locale).saved);

action(recordForms, '/investigations/:id', 'investigation:write', async (c) => {
  const w = words(c.var.locale);
  const edit: Edit = {
    title: w.investigations,
    nav: '/investigations',
    path: `/investigations/${idOf(c)}`,
    fields: [
      ['owner_id', w.owner, (await listStaff(c.var.ctx)).map(({ id, name }) => ({ value: id, label: name }))],
      ['next_on', w.next_on],
      ['next_step', w.next_step],
    ],
    stored: () => getInvestigation(c.var.ctx, idOf(c)),
  };
  return savingEdit(c, edit, async (version) => {
    await changeInvestigation(c.var.ctx, idOf(c), await readForm(c, ChangeInvestigation), version);
    return back(c);
  });
});
action(recordForms, '/investigations/:id/team', 'investigation:write', async (c) => {
  await addMember(c.var.ctx, idOf(c), await readForm(c, MemberInput));
  return back(c);
});
action(recordForms, '/investigations/:id/team/removal', 'investigation:write', async (c) => {
  await removeMember(c.var.ctx, idOf(c), (await readForm(c, z.object({ user_id: z.string() }))).user_id);
  return back(c);
});
action(recordForms, '/investigations/:id/causes', 'investigation:write', async (c) => {
  await addCause(c.var.ctx, idOf(c), await readForm(c, AddCause));
  return back(c);
});
action(recordForms, '/investigations/:id/causes/:cause_id', 'investigation:write', async (c) => {
  await decideCause(c.var.ctx, idOf(c), c.req.param('cause_id') ?? '', await readForm(c, DecideCause));
  return back(c);
});
action(recordForms, '/investigations/:id/effectiveness-checks', 'investigation:write', async (c) => {
  await checkEffectiveness(c.var.ctx, idOf(c), { kind: 'confirmed' });
  return back(c);
});
action(recordForms, '/investigations/:id/links/removal', 'investigation:write', async (c) => {
  await unlinkRecord(c.var.ctx, idOf(c), await readForm(c, LinkInput));
  return back(c);
});
action(recordForms, '/investigations/:id/cohorts/removal', 'investigation:write', async (c) => {
  await removeCohort(c.var.ctx, idOf(c), (await readForm(c, z.object({ cohort_id: z.string() }))).cohort_id);
  return back(c);
});

const CohortForm = z.object({ model_code: z.string(), hw_rev: z.string().optional(), batch_code: z.string().optional(), firmware_code: z.string().optional() });
action(recordForms, '/investigations/:id/cohorts', 'investigation:write', async (c) => {
  await addCohort(c.var.ctx, idOf(c), await getCohortOf(c.var.ctx, await readForm(c, CohortForm)));
  return back(c);
});

action(recordForms, '/investigations/:id/links', 'investigation:write', async (c) => {
  const { kind, record } = await readForm(c, z.object({ kind: z.enum(linkKinds), record: z.string().max(100) }));
  await linkRecord(c.var.ctx, idOf(c), { kind, record_id: await idCalled(c.var.ctx, kind, record) });
  return back(c);
});

/** People type a serial, a number or a code; programs an id. */
async function idCalled(ctx: Ctx, kind: (typeof linkKinds)[number], text: string): Promise<string> {
  const found =
    kind === 'unit'
      ? await ctx.db.selectFrom('units').select('id').where('serial_key', '=', identifierKey(text)).where('merged_into_id', 'is', null).limit(2).execute()
      : kind === 'case'
        ? await ctx.db.selectFrom('cases').select('id').where('number', '=', text).execute()
        : kind === 'failure_mode'
          ? await ctx.db.selectFrom('codes').select('id').where('tree', '=', 'failure_mode').where('code', '=', text).execute()
          : [];
  if (found.length > 1) throw invalid('record', ['Several units have this serial: use its page', '同じシリアルの個体が複数あります']);
  return found[0]?.id ?? text;
}

const ActionForm = AddAction.omit({ cut_ins: true, model_id: true }).extend({
  model_code: z.string().optional(),
  cut_in_kind: z.enum(['batch', 'serial_range', 'hw_rev', 'firmware']).optional(),
  cut_in_from: z.string().max(100).optional(),
  cut_in_to: z.string().max(100).optional(),
});
action(recordForms, '/investigations/:id/actions', 'investigation:write', async (c) => {
  const { model_code, cut_in_kind, cut_in_from, cut_in_to, ...form } = await readForm(c, ActionForm.strip());
  const cohort =
    model_code === undefined
      ? null
      : await getCohortOf(c.var.ctx, {
          model_code,
          ...(cut_in_kind === 'batch' ? { batch_code: cut_in_from } : cut_in_kind === 'firmware' ? { firmware_code: cut_in_from } : {}),
        });
  const cut_ins =
    cohort === null || cut_in_kind === undefined
      ? []
      : [
          {
            model_id: cohort.model_id,
            kind: cut_in_kind,
            batch_id: cohort.batch_id,
            firmware_id: cohort.firmware_id,
            hw_rev: cut_in_kind === 'hw_rev' ? cut_in_from : null,
            serial_from: cut_in_kind === 'serial_range' ? cut_in_from : null,
            serial_to: cut_in_to ?? null,
          },
        ];
  await addAction(c.var.ctx, idOf(c), parseInput(AddAction, { ...form, model_id: cohort?.model_id ?? null, cut_ins }));
  return back(c);
});

action(recordForms, '/investigations/:id/actions/:action_id', 'investigation:write', async (c) => {
  const { event, ...form } = await readForm(c, FinishAction.extend({ event: z.enum(actionEvents) }));
  await decideAction(c.var.ctx, idOf(c), c.req.param('action_id') ?? '', event, form);
  return back(c);
});
