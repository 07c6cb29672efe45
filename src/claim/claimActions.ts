// What the forms on a claim’s page do.
import { z } from 'zod';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, readForm, seeOther } from '../web/page.tsx';
import { parseInput } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { answerClaim } from './answer.ts';
import { AnswerFields, answerOf } from './answerForm.tsx';
import { addLines, changeClaim } from './create.ts';
import { addExchange, decideCounter, endDeadline } from './exchange.ts';
import {
  AcknowledgeClaim,
  AddExchange,
  AgreeClaim,
  ChangeClaim,
  CloseClaim,
  ConcedeLines,
  DecideCounter,
  ReasonInput,
  ReceiveFromMaker,
  RenegotiateClaim,
  SendUnits,
  SettleClaim,
  SubmitClaim,
} from './inputs.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from './negotiate.ts';
import { viewClaim } from './queries.ts';
import { concedeLines, settleClaim } from './settle.ts';
import { receiveFromMaker, sendUnits } from './shipment.ts';
import { listStaff } from './staff.ts';
import { unitsCalled } from './unitsCalled.ts';
import { words } from './words.ts';

export const claimActions = newPages();
const idOf = (c: AppContext): string => c.req.param('id') ?? '';
const back = (c: AppContext): Response => seeOther(c, `/claims/${idOf(c)}`, words(c.var.locale).saved);
/** The lines ticked; none named means all the step can be about. */
const Ticked = z.union([z.string().transform((id) => [id]), z.array(z.string())]).optional();

action(claimActions, '/claims/:id', 'claim:write', async (c) => {
  const w = words(c.var.locale);
  const edit: Edit = {
    title: w.claims,
    nav: '/claims',
    path: `/claims/${idOf(c)}`,
    fields: [
      ['owner_id', w.owner, (await listStaff(c.var.ctx)).map(({ id, name }) => ({ value: id, label: name }))],
      ['next_on', w.next_on],
      ['maker_rma', w.maker_rma],
    ],
    stored: async () => (await viewClaim(c.var.ctx, idOf(c))).claim,
  };
  return savingEdit(c, edit, async (version) => {
    await changeClaim(c.var.ctx, idOf(c), await readForm(c, ChangeClaim), version);
    return back(c);
  });
});
action(claimActions, '/claims/:id/lines', 'claim:write', async (c) => {
  const { serials, amount } = await readForm(c, z.object({ serials: z.string(), amount: z.coerce.number().min(0).optional() }));
  const { claim } = await viewClaim(c.var.ctx, idOf(c));
  const unit_ids = await unitsCalled(c.var.ctx, claim.maker_id, serials);
  await addLines(c.var.ctx, claim.id, { lines: unit_ids.map((unit_id) => ({ unit_id, return_unit_id: null, claimed_amount: amount ?? null })) });
  return back(c);
});
action(claimActions, '/claims/:id/exchanges', 'claim:write', async (c) => {
  const { amount, currency, ...form } = await readForm(
    c,
    z.object({
      direction: z.string(),
      kind: z.string(),
      text: z.string(),
      exchanged_on: z.string().optional(),
      due_on: z.string().optional(),
      amount: z.coerce.number().optional(),
      currency: z.string().optional(),
    }),
  );
  await addExchange(
    c.var.ctx,
    idOf(c),
    parseInput(AddExchange, {
      ...form,
      ...(form.kind === 'counter_claim'
        ? { counter_claim: { statement: form.text, amount: amount ?? null, currency: amount === undefined ? null : (currency ?? null) } }
        : {}),
    }),
  );
  return back(c);
});
action(claimActions, '/claims/:id/counters/:counter_id', 'claim:write', async (c) => {
  await decideCounter(c.var.ctx, idOf(c), c.req.param('counter_id') ?? '', await readForm(c, DecideCounter));
  return back(c);
});
action(claimActions, '/claims/:id/deadlines/:deadline_id', 'claim:write', async (c) => {
  await endDeadline(c.var.ctx, idOf(c), c.req.param('deadline_id') ?? '', { met_on: today(c.var.ctx) });
  return back(c);
});
action(claimActions, '/claims/:id/steps/submit', 'claim:write', async (c) => {
  await submitClaim(c.var.ctx, idOf(c), await readForm(c, SubmitClaim));
  return back(c);
});
action(claimActions, '/claims/:id/steps/review', 'claim:write', async (c) => {
  await acknowledgeClaim(c.var.ctx, idOf(c), await readForm(c, AcknowledgeClaim));
  return back(c);
});
action(claimActions, '/claims/:id/steps/renegotiate', 'claim:write', async (c) => {
  await renegotiateClaim(c.var.ctx, idOf(c), await readForm(c, RenegotiateClaim));
  return back(c);
});
action(claimActions, '/claims/:id/steps/agree', 'claim:write', async (c) => {
  await agreeClaim(c.var.ctx, idOf(c), await readForm(c, AgreeClaim));
  return back(c);
});
action(claimActions, '/claims/:id/steps/close', 'claim:write', async (c) => {
  await closeClaim(c.var.ctx, idOf(c), await readForm(c, CloseClaim));
  return back(c);
});
action(claimActions, '/claims/:id/steps/withdraw', 'claim:write', async (c) => {
  await withdrawClaim(c.var.ctx, idOf(c), await readForm(c, ReasonInput));
  return back(c);
});
action(claimActions, '/claims/:id/steps/answer', 'claim:write', async (c) => {
  await answerClaim(c.var.ctx, idOf(c), answerOf(await readForm(c, AnswerFields)));
  return back(c);
});
action(claimActions, '/claims/:id/steps/settle', 'claim:write', async (c) => {
  const { amount, ...form } = await readForm(
    c,
    z.object({
      amount: z.coerce.number().optional(),
      currency: z.string().optional(),
      reference: z.string().optional(),
      note: z.string().optional(),
      settled_on: z.string().optional(),
      line_ids: Ticked,
    }),
  );
  const { currency: _, ...withoutCurrency } = form;
  await settleClaim(c.var.ctx, idOf(c), parseInput(SettleClaim, amount === undefined ? withoutCurrency : { ...form, amount }));
  return back(c);
});
action(claimActions, '/claims/:id/steps/concede', 'claim:write', async (c) => {
  const { reason, line_ids } = await readForm(c, z.object({ reason: z.string().default(''), line_ids: Ticked }));
  const { lines } = await viewClaim(c.var.ctx, idOf(c));
  const refused = lines.filter((line) => line.state === 'refused').map((line) => line.id);
  await concedeLines(c.var.ctx, idOf(c), parseInput(ConcedeLines, { reason, line_ids: line_ids ?? refused }));
  return back(c);
});
action(claimActions, '/claims/:id/steps/send', 'claim:write', async (c) => {
  await sendUnits(c.var.ctx, idOf(c), parseInput(SendUnits, await readForm(c, z.looseObject({ line_ids: Ticked }))));
  return back(c);
});
action(claimActions, '/claims/:id/steps/receive', 'claim:write', async (c) => {
  await receiveFromMaker(c.var.ctx, idOf(c), await readForm(c, ReceiveFromMaker));
  return back(c);
});
