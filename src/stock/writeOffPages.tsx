// Stock given up: what waits for a second person, what was scrapped or lost, and the form that asks.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { conditionLabels, locationLabels } from '../ledger/words.ts';
import { conditions, locations } from '../unit/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, type Column, Field, Filters, Form, Moment, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { approveGivingUp, refuseGivingUp, requestGivingUp, reverseGivingUp } from './giveUp.ts';
import { Because } from './inputs.ts';
import { listWriteOffs, type WriteOffView } from './queries.ts';
import { reasonWords } from './reasons.ts';
import { conditionName, optionsOf, placeName, StockTabs } from './views.tsx';
import { words, writeOffLabels } from './words.ts';
import { writeOffStates } from './writeOffApi.ts';

export const writeOffPages = newPages();

const PATH = '/stock/write-offs';
const short = z.string().max(64).optional();

page(writeOffPages, PATH, 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(
    c,
    ListQuery.extend({ state: z.enum(writeOffStates).optional(), model_id: short, unit_id: short, id: short }),
  );
  const { items, next_cursor } = await listWriteOffs(c.var.ctx, { limit, cursor, sort }, filter);
  return show(
    c,
    { title: w.write_offs, nav: '/stock' },
    <>
      <PageHead title={w.write_offs} />
      <StockTabs c={c} current={PATH} />
      <Filters c={c}>
        <Select label={w.state} name="state" value={filter.state} blank={w.all} options={optionsOf(c, writeOffLabels)} />
      </Filters>
      <Table c={c} caption={w.write_offs} columns={columns(c)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
      {may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.give_up}>
          <RequestForm c={c} />
        </Section>
      ) : null}
    </>,
  );
});

const columns = (c: AppContext): Column<WriteOffView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.at, cell: (row) => <Moment c={c} at={row.requested_at} /> },
    {
      head: w.state,
      cell: (row) => (
        <Badge tone={row.state === 'requested' ? 'warn' : row.state === 'posted' ? 'good' : 'neutral'}>{speak(writeOffLabels[row.state], c.var.locale)}</Badge>
      ),
    },
    { head: w.model, cell: (row) => <a href={`/stock/models/${row.model_id}`}>{row.model_code}</a> },
    { head: w.serial, cell: (row) => (row.unit_id === null ? null : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
    { head: w.quantity, cell: (row) => row.quantity, numeric: true },
    { head: w.from, cell: (row) => `${placeName(c, row.location)} (${conditionName(c, row.condition)})` },
    { head: w.to, cell: (row) => placeName(c, row.kind) },
    { head: w.reason, cell: (row) => [row.reason, reasonWords(row.ended_reason, c.var.locale)].filter((part) => part !== null).join(' / ') },
    { head: w.actor, cell: (row) => [row.requested_name, row.approved_name].filter((name) => name !== null).join(' / ') },
    { head: w.decide, cell: (row) => <Decision c={c} row={row} /> },
  ];
};

function Decision({ c, row }: { c: AppContext; row: WriteOffView }) {
  const w = words(c.var.locale);
  const { actor } = c.var.ctx;
  const reason = <Field label={w.reason} name="reason" required />;
  if (row.state === 'posted' && may(actor, 'stock:approve'))
    return (
      <Form action={`${PATH}/${row.id}/reversal`} label={w.reverse}>
        {reason}
        <button type="submit">{w.reverse}</button>
      </Form>
    );
  if (row.state !== 'requested') return null;
  return (
    <>
      {may(actor, 'stock:approve') && row.requested_by !== actor.id ? (
        <Form action={`${PATH}/${row.id}/approval`} label={w.approve}>
          <button type="submit" class="primary">
            {w.approve}
          </button>
        </Form>
      ) : (
        <p>{w.needs_second_person}</p>
      )}
      {may(actor, 'stock:write') ? (
        <Form action={`${PATH}/${row.id}/approval-refusal`} label={w.withdraw}>
          {reason}
          <button type="submit">{w.withdraw}</button>
        </Form>
      ) : null}
    </>
  );
}

function RequestForm({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  const kinds = optionsOf(c, { scrapped: locationLabels.scrapped, lost: locationLabels.lost });
  return (
    <Form action={PATH}>
      <Select label={w.to} name="kind" required options={kinds} />
      <Field label={w.serial} name="serial" hint={w.move_hint} />
      <Field label={w.model} name="model_code" />
      <Field label={w.quantity} name="quantity" type="number" min={1} />
      <Select label={w.from} name="location" blank="—" options={optionsOf(c, locationLabels)} />
      <Select label={w.condition} name="condition" blank="—" options={optionsOf(c, conditionLabels)} />
      <Field label={w.reason} name="reason" required />
      <button type="submit" class="primary">
        {w.give_up}
      </button>
    </Form>
  );
}

const RequestInput = z.strictObject({
  kind: z.enum(['scrapped', 'lost']),
  serial: z.string().max(200).optional(),
  model_code: short,
  quantity: z.coerce.number().int().min(1).max(1_000_000).optional(),
  location: z.enum(locations).optional(),
  condition: z.enum(conditions).optional(),
  reason: z.string().trim().min(1).max(1000),
});

const back = (c: AppContext) => seeOther(c, PATH, words(c.var.locale).done);

action(writeOffPages, PATH, 'stock:write', async (c) => {
  await requestGivingUp(c.var.ctx, await readForm(c, RequestInput));
  return back(c);
});

action(writeOffPages, `${PATH}/:id/approval`, 'stock:approve', async (c) => {
  await approveGivingUp(c.var.ctx, c.req.param('id') ?? '');
  return back(c);
});

action(writeOffPages, `${PATH}/:id/approval-refusal`, 'stock:write', async (c) => {
  await refuseGivingUp(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return back(c);
});

action(writeOffPages, `${PATH}/:id/reversal`, 'stock:approve', async (c) => {
  await reverseGivingUp(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return back(c);
});
