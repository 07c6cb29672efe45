// What is done about it: containment, permanent actions with their cut-in, and the same for sister models.
import { checkCohort } from '../claim/cohort.ts';
import { defaultOwner, getStaff } from '../claim/staff.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { identifierKey } from '../core/identifier.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { difference, remember } from '../history/remember.ts';
import type { AddAction, ChangeAction, CutInInput, FinishAction } from './inputs.ts';
import { type ActionEvent, type ActionState, nextActionState } from './lifecycle.ts';
import { loadOpenInvestigation, saveInvestigation } from './load.ts';
import type { ActionCutInRow, InvestigationActionRow } from './table.ts';
import { actionStateName } from './words.ts';

export async function addAction(ctx: Ctx, investigation_id: string, input: AddAction): Promise<InvestigationActionRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const investigation = await loadOpenInvestigation(ctx, investigation_id);
    const { cut_ins, owner_id = investigation.owner_id ?? defaultOwner(ctx), ...fields } = input;
    if (owner_id === null) throw invalid('owner_id', ['An action needs an owner', '対策には担当者が必要です']);
    await getStaff(ctx, owner_id);
    if (fields.kind === 'horizontal' && fields.model_id === null) throw invalid('model_id', ['Which sister model?', '横展開先の機種を指定してください']);
    if (fields.model_id !== null) await checkCohort(ctx, { model_id: fields.model_id, hw_rev: null, batch_id: null, firmware_id: null }, 'action');
    const row: InvestigationActionRow = {
      id: newId(ctx.now),
      investigation_id,
      ...fields,
      owner_id,
      state: 'open',
      outcome: null,
      done_on: null,
      reminded_on: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('investigation_actions').values(row).execute();
    await writeCutIns(ctx, row, cut_ins);
    await saveInvestigation(ctx, investigation, {});
    await remember(ctx, {
      action: 'investigation.action_added',
      record_kind: 'investigation',
      record_id: investigation_id,
      change: { id: row.id, ...input, owner_id },
    });
    return row;
  });
}

export async function changeAction(
  ctx: Ctx,
  investigation_id: string,
  action_id: string,
  input: ChangeAction,
  version?: number,
): Promise<InvestigationActionRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const investigation = await loadOpenInvestigation(ctx, investigation_id);
    const before = await loadAction(ctx, investigation_id, action_id, version);
    const { cut_ins, ...sent } = input;
    if (sent.owner_id !== undefined) await getStaff(ctx, sent.owner_id);
    const fields = {
      title: sent.title ?? before.title,
      owner_id: sent.owner_id ?? before.owner_id,
      due_on: sent.due_on ?? before.due_on,
      reminded_on: sent.due_on === undefined ? before.reminded_on : null,
    };
    const after = await saveAction(ctx, before, fields);
    if (cut_ins !== undefined) {
      await ctx.db.deleteFrom('action_cut_ins').where('action_id', '=', action_id).execute();
      await writeCutIns(ctx, after, cut_ins);
    }
    await saveInvestigation(ctx, investigation, {});
    await remember(ctx, {
      action: 'investigation.action_changed',
      record_kind: 'investigation',
      record_id: investigation_id,
      change: { id: action_id, ...difference(before, fields), ...(cut_ins === undefined ? {} : { cut_ins }) },
    });
    return after;
  });
}

/** Done, dropped (with the reason) or taken up again. Throws `conflict` when its state does not allow it, `invalid` for a done day to come. */
export async function decideAction(
  ctx: Ctx,
  investigation_id: string,
  action_id: string,
  event: ActionEvent,
  input: FinishAction,
): Promise<InvestigationActionRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const investigation = await loadOpenInvestigation(ctx, investigation_id);
    const before = await loadAction(ctx, investigation_id, action_id);
    const state = nextActionState(before.state, event);
    if (state === null) throw notNow(before.state);
    if (state === 'open' && ['implemented', 'verified'].includes(investigation.state))
      throw new Problem('conflict', ['Reopen the investigation first', '先に調査を再開してください']);
    const done_on = state === 'done' ? (input.done_on ?? today(ctx)) : null;
    if (done_on !== null && done_on > today(ctx)) throw invalid('done_on', ['That day is still to come', '未来の日付です']);
    const after = await saveAction(ctx, before, { state, done_on, outcome: state === 'open' ? null : input.outcome });
    await saveInvestigation(ctx, investigation, {});
    await remember(ctx, {
      action: `investigation.action_${PARTICIPLE[event]}`,
      record_kind: 'investigation',
      record_id: investigation_id,
      reason: input.outcome,
      change: { id: action_id, state: [before.state, state], done_on },
    });
    return after;
  });
}

const PARTICIPLE = { finish: 'finished', drop: 'dropped', resume: 'resumed' } as const;

async function writeCutIns(ctx: Ctx, action: InvestigationActionRow, cutIns: readonly CutInInput[]): Promise<void> {
  if (cutIns.length > 0 && action.kind === 'containment')
    throw invalid('cut_ins', ['Only a lasting action has a cut-in', '切替点は恒久対策と横展開にのみ設定できます']);
  for (const [i, cutIn] of cutIns.entries()) {
    await checkCohort(ctx, { model_id: cutIn.model_id, hw_rev: null, batch_id: cutIn.batch_id, firmware_id: cutIn.firmware_id }, `cut_ins.${i}`);
    await ctx.db
      .insertInto('action_cut_ins')
      .values({ id: newId(ctx.now), action_id: action.id, ...cutInFields(cutIn, `cut_ins.${i}`) })
      .execute();
  }
}

/** Only the field the kind asks for is kept. */
function cutInFields({ model_id, kind, ...cutIn }: CutInInput, path: string): Omit<ActionCutInRow, 'id' | 'action_id'> {
  const wanted = { batch: cutIn.batch_id, serial_range: cutIn.serial_from, hw_rev: cutIn.hw_rev, firmware: cutIn.firmware_id }[kind];
  if (wanted === null) throw invalid(path, ['Say from where on the action holds', 'どこから適用されるかを指定してください']);
  const none = { batch_id: null, serial_from_key: null, serial_to_key: null, hw_rev: null, firmware_id: null };
  switch (kind) {
    case 'batch':
      return { ...none, model_id, kind, batch_id: wanted };
    case 'firmware':
      return { ...none, model_id, kind, firmware_id: wanted };
    case 'hw_rev':
      return { ...none, model_id, kind, hw_rev: wanted };
    case 'serial_range':
      return {
        ...none,
        model_id,
        kind,
        serial_from_key: identifierKey(wanted),
        serial_to_key: cutIn.serial_to === null ? null : identifierKey(cutIn.serial_to),
      };
    default:
      return kind satisfies never;
  }
}

async function loadAction(ctx: Ctx, investigation_id: string, id: string, version?: number): Promise<InvestigationActionRow> {
  const row = await ctx.db
    .selectFrom('investigation_actions')
    .selectAll()
    .where('id', '=', id)
    .where('investigation_id', '=', investigation_id)
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Action', '対策']);
  if (version !== undefined && version !== row.version) throw stale();
  return row;
}

const saveAction = (ctx: Ctx, before: InvestigationActionRow, set: Partial<InvestigationActionRow>): Promise<InvestigationActionRow> =>
  saveVersioned(ctx, 'investigation_actions', before, set, stale);

const stale = () => new Problem('stale', ['Someone else changed this action in the meantime', '他の人がこの対策を更新しました']);

function notNow(state: ActionState): Problem {
  const [en, ja] = actionStateName(state);
  return new Problem('conflict', [`The action is ${en}`, `この対策は現在の状態(${ja})では変更できません`]);
}
