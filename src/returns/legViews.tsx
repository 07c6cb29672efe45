// The shipments of a return as a table, each with what may be done with it now.
import type { AppContext } from '../web/env.ts';
import { Badge, type Column, Field, Form, Table } from '../web/parts.tsx';
import type { LegView } from './legQueries.ts';
import { nextLegState } from './lifecycle.ts';
import { LegBadge } from './views.tsx';
import { words } from './words.ts';

export function Legs({ c, legs, desk }: { c: AppContext; legs: readonly LegView[]; desk: boolean }) {
  const w = words(c.var.locale);
  const columns: Column<LegView>[] = [
    { head: w.type, cell: (leg) => (leg.kind === 'replacement' ? w.replacement : w.same_unit) },
    { head: w.model, cell: (leg) => leg.model_code },
    { head: w.serial, cell: (leg) => (leg.unit_id === null ? null : <a href={`/units/${leg.unit_id}`}>{leg.serial}</a>) },
    {
      head: w.state,
      cell: (leg) => (
        <>
          <LegBadge c={c} state={leg.state} />
          {leg.state === 'reserved' && leg.promise !== 'active' ? <Badge tone="bad">{w.promise_gone}</Badge> : null}
        </>
      ),
    },
    { head: w.tracking_no, cell: (leg) => [leg.carrier, leg.tracking_no].filter((part) => part !== null).join(' ') },
    { head: w.ship, cell: (leg) => (desk ? <LegForms c={c} leg={leg} /> : null) },
  ];
  return <Table c={c} caption={w.shipments} columns={columns} rows={legs} />;
}

function LegForms({ c, leg }: { c: AppContext; leg: LegView }) {
  const w = words(c.var.locale);
  const base = `/returns/${leg.return_id}/outbound/${leg.id}`;
  const promised = leg.promise === 'active';
  return (
    <div class="inline-forms">
      {nextLegState(leg.state, 'reserve') !== null && !promised ? (
        <Form action={`${base}/reservation`} label={w.reserve}>
          <button type="submit">{w.reserve}</button>
        </Form>
      ) : null}
      {nextLegState(leg.state, 'ship') !== null && promised ? (
        <Form action={`${base}/shipment`} label={w.ship}>
          <Field label={w.carrier} name="carrier" />
          <Field label={w.tracking_no} name="tracking_no" />
          <button type="submit">{w.ship}</button>
        </Form>
      ) : null}
      {nextLegState(leg.state, 'deliver') !== null ? (
        <Form action={`${base}/delivery`} label={w.deliver}>
          <button type="submit">{w.deliver}</button>
        </Form>
      ) : null}
      {nextLegState(leg.state, 'cancel') !== null ? (
        <Form action={`${base}/cancellation`} label={w.cancel}>
          <Field label={w.reason} name="reason" required />
          <button type="submit">{w.cancel}</button>
        </Form>
      ) : null}
    </div>
  );
}
