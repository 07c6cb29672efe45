// Holds on a page: which cohorts may not leave, and who lets them go again.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { Deed } from '../web/deedForm.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { cohortOf } from './cohort.ts';
import { placeHold, releaseHold } from './hold.ts';
import { Because } from './inputs.ts';
import { type HoldView, listHolds } from './queries.ts';
import { StockTabs } from './views.tsx';
import { words } from './words.ts';

export const holdPages = newPages();

const short = z.string().max(64).optional();

function columnsOf(c: AppContext, approver: boolean): Column<HoldView>[] {
  const w = words(c.var.locale);
  return [
    { head: w.cohort, cell: (row) => [row.model_code, row.hw_rev, row.batch_code, row.firmware].filter((part) => part !== null).join(' · ') },
    { head: w.held, cell: (row) => <a href={heldRows(row)}>{row.units_held}</a>, numeric: true },
    { head: w.reason, cell: (row) => row.reason },
    { head: w.state, cell: (row) => (row.state === 'active' ? <Badge tone="bad">{w.active}</Badge> : <Badge>{w.released}</Badge>) },
    {
      head: w.placed,
      cell: (row) => (
        <>
          {row.placed_name} <Age c={c} at={row.placed_at} />
        </>
      ),
    },
    {
      head: w.release,
      cell: (row) =>
        row.state === 'released' ? (
          <>
            {row.released_name}: {row.release_reason}
          </>
        ) : approver ? (
          <Deed action={`/stock/holds/${row.id}/release`} title={w.release}>
            <Field label={w.reason} name="reason" required hint={w.second_person} />
          </Deed>
        ) : (
          w.second_person
        ),
    },
  ];
}

page(holdPages, '/stock/holds', 'stock:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend({ state: z.enum(['active', 'released']).optional(), model_id: short, id: short }));
  const { items, next_cursor } = await listHolds(c.var.ctx, { limit, cursor, sort }, filter);
  const approver = may(c.var.ctx.actor, 'stock:approve');
  return show(
    c,
    { title: w.holds, nav: '/stock' },
    <>
      <PageHead title={w.holds} />
      <StockTabs c={c} current="/stock/holds" />
      <Filters c={c}>
        <Select
          label={w.state}
          name="state"
          value={filter.state}
          blank={w.all}
          options={[
            { value: 'active', label: w.active },
            { value: 'released', label: w.released },
          ]}
        />
      </Filters>
      <Table c={c} caption={w.holds} columns={columnsOf(c, approver)} rows={items} />
      <Pager c={c} next_cursor={next_cursor} />
      {approver || may(c.var.ctx.actor, 'stock:write') ? (
        <Section title={w.place_hold}>
          <Form action="/stock/holds">
            <Field label={w.model} name="model_code" required />
            <Field label={w.hw_rev} name="hw_rev" />
            <Field label={w.batch} name="batch_code" />
            <Field label={w.firmware} name="firmware" />
            <Field label={w.reason} name="reason" required />
            <button type="submit" class="primary">
              {w.place_hold}
            </button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

/** The units on the shelf that the hold reaches. */
function heldRows({ model_id, hw_rev, batch_id, firmware_id }: HoldView): string {
  const cohort = Object.entries({ model_id, location: 'good_stock', hw_rev, batch_id, firmware_id }).filter(
    (part): part is [string, string] => part[1] !== null,
  );
  return `/units?${new URLSearchParams(cohort)}`;
}

const HoldForm = z.strictObject({
  model_code: z.string().max(64),
  hw_rev: short,
  batch_code: short,
  firmware: short,
  reason: z.string().trim().min(1).max(1000),
});

action(holdPages, '/stock/holds', 'stock:read', async (c) => {
  const { reason, ...named } = await readForm(c, HoldForm);
  await placeHold(c.var.ctx, await cohortOf(c.var.ctx, named), { reason });
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});

action(holdPages, '/stock/holds/:id/release', 'stock:approve', async (c) => {
  await releaseHold(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return seeOther(c, '/stock/holds', words(c.var.locale).done);
});
