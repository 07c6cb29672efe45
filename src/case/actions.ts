// What the forms of a case do.
import { z } from 'zod';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, seeOther } from '../web/page.tsx';
import { answerRequest, askOthers, withdrawRequest } from './ask.ts';
import { closeCase, reopenCase, setNextStep, toggleSpam, waitFor } from './course.ts';
import { saveDescription } from './descriptionEdit.ts';
import { readDeskForm, unitNamed } from './forms.ts';
import {
  AnswerRequest,
  AskOthers,
  CancelVisit,
  CommandUnit,
  EscalationFacts,
  FinishVisit,
  LinkUnit,
  LogWork,
  MergeCase,
  PlanVisit,
  SetNextStep,
  TakeOwner,
  WaitFor,
  WithReason,
} from './inputs.ts';
import { mergeCase, unmergeCase } from './merge.ts';
import { classifyMessage } from './message.ts';
import { giveOwner } from './owner.ts';
import { promoteAnswer } from './promote.ts';
import { commandUnit, openAdvanceReplacement } from './remedy.ts';
import { linkUnit, logWork, tryWorkaround, unlinkUnit } from './unit.ts';
import { cancelVisit, finishVisit, planVisit } from './visit.ts';
import { words } from './words.ts';

export const caseActions = newPages();

/** A form under a case that goes back to the case. */
function onCase<T extends z.ZodType>(path: string, schema: T, verb: (ctx: Ctx, id: string, input: z.output<T>) => Promise<unknown>): void {
  action(caseActions, `/cases/:id/${path}`, 'case:write', async (c) => {
    const id = c.req.param('id') ?? '';
    const input = await readDeskForm(c, schema);
    await verb(c.var.ctx, id, input);
    return back(c, id);
  });
}

const back = (c: AppContext, id: string): Response =>
  seeOther(c, c.var.ctx.actor.partner_id === null ? `/cases/${id}` : `/portal/cases/${id}`, words(c.var.locale).saved);

const yes = z.enum(['yes', 'no']).transform((word) => word === 'yes');
const None = z.object({});

onCase('owner', TakeOwner, giveOwner);
action(caseActions, '/cases/:id/description', 'case:write', (c) => {
  const id = c.req.param('id') ?? '';
  return saveDescription(c, id, () => back(c, id));
});
onCase('message-classifications', z.object({ event_id: z.string(), thanks: yes }), classifyMessage);
onCase('waits', WaitFor, waitFor);
onCase('next-step', SetNextStep, setNextStep);
onCase('closure', None, (ctx, id) => closeCase(ctx, id));
onCase('reopening', WithReason, reopenCase);
onCase('spam-mark', WithReason, toggleSpam);
onCase('merge', MergeCase, mergeCase);
onCase('unmerge', WithReason, unmergeCase);
onCase('units', z.object({ unit: z.string().min(1).max(200) }), async (ctx, id, { unit }) => linkUnit(ctx, id, await unitNamed(ctx, unit)));
onCase('unit-removals', LinkUnit, (ctx, id, { unit_id }) => unlinkUnit(ctx, id, unit_id));
onCase('work', LogWork, logWork);
onCase('workarounds', z.object({ workaround_id: z.string(), helped: yes }), tryWorkaround);
onCase('commands', CommandUnit, commandUnit);
onCase('visits', PlanVisit, (ctx, id, input) => planVisit(ctx, id, input));

const AskForm = AskOthers.omit({ facts: true }).extend(EscalationFacts.partial().shape);
onCase('requests', AskForm, (ctx, id, { symptom, reproduction, tried, impact, ...input }) => {
  const facts = EscalationFacts.safeParse({ symptom, reproduction, tried, impact });
  return askOthers(ctx, id, { ...input, ...(facts.success && input.kind === 'escalation' ? { facts: facts.data } : {}) });
});

action(caseActions, '/cases/:id/replacement', 'return:write', async (c) => {
  const { unit_id } = await readDeskForm(c, LinkUnit);
  const { return_id, number } = await openAdvanceReplacement(c.var.ctx, c.req.param('id') ?? '', unit_id);
  return seeOther(c, `/returns/${return_id}`, number);
});

action(caseActions, '/cases/:id/article', 'article:write', async (c) => {
  const article = await promoteAnswer(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, `/articles/${article.id}/edit`, words(c.var.locale).saved);
});

action(caseActions, '/case-requests/:id/answer', 'case:write', async (c) => {
  const request = await answerRequest(c.var.ctx, c.req.param('id') ?? '', (await readDeskForm(c, AnswerRequest)).answer);
  return back(c, request.case_id);
});

action(caseActions, '/case-requests/:id/withdrawal', 'case:write', async (c) => back(c, (await withdrawRequest(c.var.ctx, c.req.param('id') ?? '')).case_id));

const VisitForm = FinishVisit.omit({ parts: true }).extend({ parts: z.string().max(4000).default('') });
action(caseActions, '/visits/:id/result', 'case:write', async (c) => {
  const { parts, ...input } = await readDeskForm(c, VisitForm);
  const visit = await finishVisit(c.var.ctx, c.req.param('id') ?? '', { ...input, parts: partsOf(parts) });
  return back(c, visit.case_id);
});

action(caseActions, '/visits/:id/cancellation', 'case:write', async (c) => {
  const visit = await cancelVisit(c.var.ctx, c.req.param('id') ?? '', await readDeskForm(c, CancelVisit));
  return back(c, visit.case_id);
});

/** `cable × 2`, one a line; without a number it is one. */
const partsOf = (text: string): { name: string; quantity: number }[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 50)
    .map((line) => {
      const [, name = line, quantity = '1'] = /^(.*?)(?:\s*[×x*]\s*(\d{1,3}))?$/u.exec(line) ?? [];
      return { name: name.trim(), quantity: Number(quantity ?? '1') };
    });
