// The forms that take an investigation a step on, from containment to closing, and back when it is reopened.
import { z } from 'zod';
import { action, newPages, readForm } from '../web/page.tsx';
import { parseInput } from '../web/route.ts';
import { closeInvestigation, confirmCauses, containInvestigation, implementActions, reopenInvestigation, verifyInvestigation } from './advance.ts';
import { Contain, ReasonInput, Verify } from './inputs.ts';
import { back, idOf } from './recordForms.ts';

export const stepForms = newPages();

action(stepForms, '/investigations/:id/steps/contain', 'investigation:write', async (c) => {
  await containInvestigation(c.var.ctx, idOf(c), await readForm(c, Contain));
  return back(c);
});
action(stepForms, '/investigations/:id/steps/confirm_causes', 'investigation:write', async (c) => {
  await confirmCauses(c.var.ctx, idOf(c));
  return back(c);
});
action(stepForms, '/investigations/:id/steps/implement', 'investigation:write', async (c) => {
  await implementActions(c.var.ctx, idOf(c));
  return back(c);
});
action(stepForms, '/investigations/:id/steps/close', 'investigation:write', async (c) => {
  await closeInvestigation(c.var.ctx, idOf(c));
  return back(c);
});
action(stepForms, '/investigations/:id/steps/reopen', 'investigation:write', async (c) => {
  await reopenInvestigation(c.var.ctx, idOf(c), await readForm(c, ReasonInput));
  return back(c);
});
action(stepForms, '/investigations/:id/steps/verify', 'investigation:write', async (c) => {
  const { effectiveness, evidence } = await readForm(c, z.object({ effectiveness: z.string(), evidence: z.string() }));
  const [evidence_kind, evidence_id] = evidence.split(' ');
  await verifyInvestigation(c.var.ctx, idOf(c), parseInput(Verify, { effectiveness, evidence_kind, evidence_id }));
  return back(c);
});
