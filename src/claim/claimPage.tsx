// One claim on one page: where it stands, what was said, and the form for each step that is possible now.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Badge, Facts, Field, Form, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { answerClaim } from './answer.ts';
import { StepForms } from './claimForms.tsx';
import { addLines, changeClaim } from './create.ts';
import { listEvidencePacks } from './evidence.ts';
import { addExchange, decideCounter, endDeadline } from './exchange.ts';
import {
  AcknowledgeClaim,
  AddExchange,
  AgreeClaim,
  AnswerClaim,
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
import { formatAmount } from './money.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from './negotiate.ts';
import { parsed } from './parsed.ts';
import { viewClaim } from './queries.ts';
import { concedeLines, settleClaim } from './settle.ts';
import { receiveFromMaker, sendUnits } from './shipment.ts';
import { listStaff } from './staff.ts';
import { unitsCalled } from './unitsCalled.ts';
import { ClaimStateBadge } from './views.tsx';
import { words } from './words.ts';

export const claimPage = newPages();
export type ClaimView = Awaited<ReturnType<typeof viewClaim>>;
const idOf = (c: AppContext): string => c.req.param('id') ?? '';
const back = (c: AppContext): Response => seeOther(c, `/claims/${idOf(c)}`, words(c.var.locale).saved);
const listed = z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]);

page(claimPage, '/claims/:id', 'claim:read', async (c) => {
  const view = await viewClaim(c.var.ctx, idOf(c));
  const { claim } = view;
  const writable = may(c.var.ctx.actor, 'claim:write') && claim.state !== 'closed';
  const w = words(c.var.locale);
  const packs = await listEvidencePacks(c.var.ctx, { subject_kind: 'claim', subject_id: claim.id });
  return show(
    c,
    { title: `${claim.number} ${claim.title}`, nav: '/claims' },
    <>
      <PageHead title={`${claim.number} ${claim.title}`} sub={<ClaimStateBadge c={c} state={claim.state} />}>
        <a class="button" href={`/documents?record_kind=claim&record_id=${claim.id}`}>
          {w.documents}
        </a>
        {may(c.var.ctx.actor, 'claim:write') ? (
          <form method="post" action="/evidence-packs">
            <input type="hidden" name="subject_kind" value="claim" />
            <input type="hidden" name="subject_id" value={claim.id} />
            <button type="submit">{w.evidence}</button>
          </form>
        ) : null}
      </PageHead>
      <Facts
        facts={[
          [w.maker, claim.maker_name],
          [w.remedy, w[`remedy_${claim.remedy}`]],
          [w.owner, claim.owner_name ?? <Badge tone="bad">–</Badge>],
          [w.next_on, claim.next_on ?? <Badge tone="bad">–</Badge>],
          [w.maker_rma, claim.maker_rma ?? '–'],
          [w.submitted_on, claim.submitted_on ?? '–'],
          [w.answered_on, claim.answered_on ?? '–'],
          [w.settled_on, claim.settled_on ?? '–'],
          ...(view.investigation === null
            ? []
            : [
                [
                  w.investigation,
                  <a href={`/investigations/${view.investigation.id}`}>
                    {view.investigation.number} {view.investigation.title}
                  </a>,
                ] as const,
              ]),
        ]}
      />
      <p class="statement">{claim.statement}</p>
      <Lines c={c} view={view} />
      {writable ? <StepForms c={c} view={view} /> : null}
      <Deadlines c={c} view={view} writable={writable} />
      <Exchanges c={c} view={view} writable={writable} />
      <Money c={c} view={view} writable={writable} />
      <Section title={w.evidence}>
        <ul>
          {packs.map((pack) => (
            <li>
              <a href={`/evidence-packs/${pack.id}`}>
                {pack.as_of_on} <code>{pack.fingerprint.slice(0, 12)}</code>
              </a>
            </li>
          ))}
        </ul>
      </Section>
      {writable ? <Frame c={c} view={view} /> : null}
    </>,
  );
});

const Lines = ({ c, view: { claim, lines } }: { c: AppContext; view: ClaimView }) => {
  const w = words(c.var.locale);
  const money = (minor: number | null): string => (minor === null || claim.currency === null ? '' : formatAmount(minor, claim.currency, c.var.locale));
  return (
    <Section title={`${w.lines} (${lines.length})`} id="lines">
      <Table
        c={c}
        caption={w.lines}
        rows={lines}
        columns={[
          { head: w.unit, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
          { head: w.batch, cell: (row) => `${row.model_code} ${row.batch_code ?? ''}` },
          {
            head: w.state,
            cell: (row) => (
              <>
                {w[row.state]} {row.reason === null ? '' : `: ${row.reason}`}
              </>
            ),
          },
          { head: w.claimed, numeric: true, cell: (row) => money(row.claimed_minor) },
          { head: w.accepted, numeric: true, cell: (row) => money(row.accepted_minor) },
          { head: w.settled, numeric: true, cell: (row) => money(row.settled_minor) },
          { head: w.sent, cell: (row) => row.sent_on ?? '' },
          { head: w.returned, cell: (row) => (row.returned_on === null ? '' : `${row.returned_on} ${row.outcome === null ? '' : w[row.outcome]}`) },
          { head: w.successor, cell: (row) => (row.successor_id === null ? '' : <a href={`/units/${row.successor_id}`}>{row.successor_serial}</a>) },
        ]}
      />
    </Section>
  );
};

const Deadlines = ({ c, view: { claim, deadlines }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const day = today(c.var.ctx);
  return (
    <Section title={w.deadlines} id="deadlines">
      <Table
        c={c}
        caption={w.deadlines}
        rows={deadlines}
        columns={[
          { head: w.kind, cell: (row) => `${w[`side_${row.side}`]}: ${w[`deadline_${row.what}`]}` },
          {
            head: w.due_on,
            cell: (row) =>
              row.met_on === null && row.dropped_at === null && row.due_on < day ? (
                <Badge tone="bad">
                  {row.due_on} {w.overdue}
                </Badge>
              ) : (
                row.due_on
              ),
          },
          {
            head: w.met_on,
            cell: (row) =>
              row.met_on ??
              (row.dropped_at === null ? (
                writable ? (
                  <form method="post" action={`/claims/${claim.id}/deadlines/${row.id}`}>
                    <button type="submit">{w.met_on}</button>
                  </form>
                ) : (
                  ''
                )
              ) : (
                w.dropped
              )),
          },
        ]}
      />
    </Section>
  );
};

const Exchanges = ({ c, view: { claim, exchanges }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const kinds = (['question', 'reply', 'report', 'counter_claim'] as const).map((kind) => ({ value: kind, label: w[`kind_${kind}`] }));
  return (
    <Section title={w.exchanges} id="exchanges">
      <Table
        c={c}
        caption={w.exchanges}
        rows={exchanges}
        columns={[
          { head: w.on, cell: (row) => row.exchanged_on },
          { head: w.direction, cell: (row) => w[row.direction] },
          { head: w.kind, cell: (row) => w[`kind_${row.kind}`] },
          { head: w.text, cell: (row) => row.text },
          { head: w.by, cell: (row) => row.created_by },
          { head: w.documents, cell: (row) => <a href={`/documents?record_kind=claim_exchange&record_id=${row.id}`}>{w.documents}</a> },
        ]}
      />
      {writable && claim.state !== 'draft' ? (
        <details>
          <summary>{w.add}</summary>
          <Form action={`/claims/${claim.id}/exchanges`}>
            <Select
              label={w.direction}
              name="direction"
              options={[
                { value: 'from_maker', label: w.from_maker },
                { value: 'to_maker', label: w.to_maker },
              ]}
            />
            <Select label={w.kind} name="kind" options={kinds} />
            <Field label={w.on} name="exchanged_on" type="date" />
            <TextArea label={w.text} name="text" required rows={3} />
            <Field label={w.due_on} name="due_on" type="date" />
            <Field label={`${w.kind_counter_claim}: ${w.amount}`} name="amount" type="number" step="any" min={0} />
            <Field label={w.currency} name="currency" />
            <button type="submit">{w.add}</button>
          </Form>
        </details>
      ) : null}
    </Section>
  );
};

const Money = ({ c, view: { claim, counters, settlements }, writable }: { c: AppContext; view: ClaimView; writable: boolean }) => {
  const w = words(c.var.locale);
  const money = (minor: number | null, currency: string | null): string =>
    minor === null || currency === null ? '–' : formatAmount(minor, currency, c.var.locale);
  return (
    <>
      {counters.length === 0 ? null : (
        <Section title={w.counters}>
          <Table
            c={c}
            caption={w.counters}
            rows={counters}
            columns={[
              { head: w.text, cell: (row) => row.statement },
              { head: w.amount, numeric: true, cell: (row) => money(row.amount_minor, row.currency) },
              {
                head: w.state,
                cell: (row) =>
                  row.state === 'open' && writable ? (
                    <Form action={`/claims/${claim.id}/counters/${row.id}`}>
                      <Field label={w.reason} name="reason" required />
                      <button type="submit" name="state" value="accepted">
                        {w.accept}
                      </button>
                      <button type="submit" name="state" value="refused">
                        {w.refuse}
                      </button>
                    </Form>
                  ) : (
                    `${row.state === 'accepted' ? w.accept : row.state === 'refused' ? w.refuse : ''} ${row.reason ?? ''}`
                  ),
              },
            ]}
          />
        </Section>
      )}
      {settlements.length === 0 ? null : (
        <Section title={w.settlements}>
          <Table
            c={c}
            caption={w.settlements}
            rows={settlements}
            columns={[
              { head: w.on, cell: (row) => row.settled_on },
              { head: w.remedy, cell: (row) => w[`remedy_${row.remedy}`] },
              { head: w.amount, numeric: true, cell: (row) => money(row.amount_minor, row.currency) },
              { head: w.reference, cell: (row) => row.reference ?? '' },
              { head: w.note, cell: (row) => row.note ?? '' },
            ]}
          />
        </Section>
      )}
    </>
  );
};

async function Frame({ c, view: { claim } }: { c: AppContext; view: ClaimView }) {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  return (
    <Section title={`${w.owner} · ${w.next_on}`} id="frame">
      <Form action={`/claims/${claim.id}`}>
        <Select label={w.owner} name="owner_id" value={claim.owner_id} options={staff} />
        <Field label={w.next_on} name="next_on" type="date" value={claim.next_on} required />
        <Field label={w.maker_rma} name="maker_rma" value={claim.maker_rma} />
        <button type="submit">{w.save}</button>
      </Form>
    </Section>
  );
}

action(claimPage, '/claims/:id', 'claim:write', async (c) => {
  await changeClaim(c.var.ctx, idOf(c), await readForm(c, ChangeClaim));
  return back(c);
});
action(claimPage, '/claims/:id/lines', 'claim:write', async (c) => {
  const { serials, amount } = await readForm(c, z.object({ serials: z.string(), amount: z.coerce.number().min(0).optional() }));
  const { claim } = await viewClaim(c.var.ctx, idOf(c));
  const unit_ids = await unitsCalled(c.var.ctx, claim.maker_id, serials);
  await addLines(c.var.ctx, claim.id, { lines: unit_ids.map((unit_id) => ({ unit_id, return_unit_id: null, claimed_amount: amount ?? null })) });
  return back(c);
});
action(claimPage, '/claims/:id/exchanges', 'claim:write', async (c) => {
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
    parsed(AddExchange, {
      ...form,
      ...(form.kind === 'counter_claim'
        ? { counter_claim: { statement: form.text, amount: amount ?? null, currency: amount === undefined ? null : (currency ?? null) } }
        : {}),
    }),
  );
  return back(c);
});
action(claimPage, '/claims/:id/counters/:counter_id', 'claim:write', async (c) => {
  await decideCounter(c.var.ctx, idOf(c), c.req.param('counter_id') ?? '', await readForm(c, DecideCounter));
  return back(c);
});
action(claimPage, '/claims/:id/deadlines/:deadline_id', 'claim:write', async (c) => {
  await endDeadline(c.var.ctx, idOf(c), c.req.param('deadline_id') ?? '', { met_on: today(c.var.ctx) });
  return back(c);
});
action(claimPage, '/claims/:id/steps/submit', 'claim:write', async (c) => {
  await submitClaim(c.var.ctx, idOf(c), await readForm(c, SubmitClaim));
  return back(c);
});
action(claimPage, '/claims/:id/steps/review', 'claim:write', async (c) => {
  await acknowledgeClaim(c.var.ctx, idOf(c), await readForm(c, AcknowledgeClaim));
  return back(c);
});
action(claimPage, '/claims/:id/steps/renegotiate', 'claim:write', async (c) => {
  await renegotiateClaim(c.var.ctx, idOf(c), await readForm(c, RenegotiateClaim));
  return back(c);
});
action(claimPage, '/claims/:id/steps/agree', 'claim:write', async (c) => {
  await agreeClaim(c.var.ctx, idOf(c), await readForm(c, AgreeClaim));
  return back(c);
});
action(claimPage, '/claims/:id/steps/close', 'claim:write', async (c) => {
  await closeClaim(c.var.ctx, idOf(c), await readForm(c, CloseClaim));
  return back(c);
});
action(claimPage, '/claims/:id/steps/withdraw', 'claim:write', async (c) => {
  await withdrawClaim(c.var.ctx, idOf(c), await readForm(c, ReasonInput));
  return back(c);
});
action(claimPage, '/claims/:id/steps/answer', 'claim:write', async (c) => {
  const { accepted, ...form } = await readForm(
    c,
    z.object({ text: z.string(), answered_on: z.string().optional(), rest: z.string(), rest_reason: z.string().optional(), accepted: listed }),
  );
  await answerClaim(c.var.ctx, idOf(c), parsed(AnswerClaim, { ...form, lines: accepted.map((line_id) => ({ line_id, accepted: true })) }));
  return back(c);
});
action(claimPage, '/claims/:id/steps/settle', 'claim:write', async (c) => {
  const { amount, ...form } = await readForm(
    c,
    z.object({
      amount: z.coerce.number().optional(),
      currency: z.string().optional(),
      reference: z.string().optional(),
      note: z.string().optional(),
      settled_on: z.string().optional(),
    }),
  );
  await settleClaim(
    c.var.ctx,
    idOf(c),
    parsed(SettleClaim, amount === undefined ? { reference: form.reference, note: form.note, settled_on: form.settled_on } : { ...form, amount }),
  );
  return back(c);
});
action(claimPage, '/claims/:id/steps/concede', 'claim:write', async (c) => {
  const { reason } = await readForm(c, ReasonInput);
  const { lines } = await viewClaim(c.var.ctx, idOf(c));
  await concedeLines(c.var.ctx, idOf(c), parsed(ConcedeLines, { reason, line_ids: lines.filter((line) => line.state === 'refused').map((line) => line.id) }));
  return back(c);
});
action(claimPage, '/claims/:id/steps/send', 'claim:write', async (c) => {
  await sendUnits(c.var.ctx, idOf(c), await readForm(c, SendUnits.omit({ line_ids: true })));
  return back(c);
});
action(claimPage, '/claims/:id/steps/receive', 'claim:write', async (c) => {
  await receiveFromMaker(c.var.ctx, idOf(c), await readForm(c, ReceiveFromMaker));
  return back(c);
});
