// One return on one page: facts, units, shipments, what may be done next, history.
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { reasonWords } from '../stock/reasons.ts';
import { Deed } from '../web/deedForm.tsx';
import { HistoryList } from '../web/deeds.tsx';
import type { AppContext } from '../web/env.ts';
import { Facts, Field, Form, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { listDispositions } from './dispositionQueries.ts';
import { type LegView, listLegViews } from './legQueries.ts';
import { Legs } from './legViews.tsx';
import { isEndedLeg, isOpenUnit, nextLegState, nextReturnState, nextUnitState } from './lifecycle.ts';
import { listUnitsOfReturn, type ReturnView, type UnitOfReturn } from './queries.ts';
import { ReturnBadge, unitColumnsOfReturn } from './views.tsx';
import { dispositionLabels, legStateLabels, typeLabels, unitStateLabels, words } from './words.ts';

export async function ReturnPage({ c, found }: { c: AppContext; found: ReturnView }) {
  const w = words(c.var.locale);
  const { ctx } = c.var;
  const desk = ctx.actor.partner_id === null && may(ctx.actor, 'return:write');
  const [units, legs] = [await listUnitsOfReturn(ctx, found.id), await listLegViews(ctx, found.id)];
  const running = found.state === 'authorised' || found.state === 'open';
  return (
    <>
      <PageHead
        title={found.number}
        sub={
          <>
            <ReturnBadge c={c} state={found.state} /> {speak(typeLabels[found.type], c.var.locale)}
          </>
        }
      >
        {running && desk ? (
          <a class="button" href={`/scan?return_id=${found.id}`}>
            {w.scan_queue}
          </a>
        ) : null}
        {running && desk ? (
          <a class="button" href={`/receipts/new?return_id=${found.id}`}>
            {w.receive}
          </a>
        ) : null}
        <a class="button" href={`/returns/${found.id}/packing-slip`}>
          {w.packing_slip}
        </a>
      </PageHead>
      <Facts
        facts={[
          [w.customer, found.customer_name],
          [w.filed_on, found.filed_on],
          [w.owner, found.owner_name],
          ...(
            [
              [w.ship_to, found.ship_to],
              [w.note, found.note],
              [w.reason, found.rejected_reason],
            ] as const
          ).filter(([, said]) => said !== null),
        ]}
      />
      <Section title={w.units}>
        <Table c={c} caption={w.units} columns={unitColumnsOfReturn(c)} rows={units} />
      </Section>
      <Section title={w.shipments}>
        <Legs c={c} legs={legs} desk={desk} />
      </Section>
      {desk ? await Waiting({ c, found, units }) : null}
      {desk ? <Deeds c={c} found={found} units={units} legs={legs} /> : null}
      {may(ctx.actor, 'history:read') ? await History({ c, found, units }) : null}
    </>
  );
}

/** The forms for what may happen to the return in its state. */
function Deeds({ c, found, units, legs }: { c: AppContext; found: ReturnView; units: readonly UnitOfReturn[]; legs: readonly LegView[] }) {
  const w = words(c.var.locale);
  const base = `/returns/${found.id}`;
  const open = openPartsOf(c, units, legs);
  const untouched =
    units.every(({ state }) => nextUnitState(state, 'cancel') !== null) &&
    legs.every(({ state }) => state === 'cancelled' || nextLegState(state, 'cancel') !== null);
  const fits = { authorise: true, close: open.length === 0, reject: untouched, cancel: untouched };
  const allowed = (event: 'authorise' | 'reject' | 'close' | 'cancel') => fits[event] && nextReturnState(found.state, event) !== null;
  const running = found.state === 'authorised' || found.state === 'open';
  const unitOptions = units.filter(({ state }) => state !== 'cancelled').map((unit) => ({ value: unit.id, label: `${unit.model_code} ${unit.serial}` }));
  const late = units.filter((unit) => unit.state === 'expected').map((unit) => ({ value: unit.id, label: unit.serial }));
  return (
    <Section title={w.deeds}>
      {running && open.length > 0 ? <p class="note">{`${w.before_closing}: ${open.join(' · ')}`}</p> : null}
      <div class="deeds">
        {allowed('authorise') ? <Deed action={`${base}/authorization`} title={w.authorise} primary /> : null}
        {allowed('close') ? <Deed action={`${base}/closure`} title={w.close} primary /> : null}
        {running ? (
          <Deed action={`${base}/outbound`} title={w.request_replacement}>
            <Select label={w.units} name="return_unit_id" options={unitOptions} />
            <Field label={w.model} name="model_code" placeholder={units[0]?.model_code ?? ''} />
            <label class="check">
              <input type="checkbox" name="allow_substitute" value="yes" /> {w.allow_substitute}
            </label>
          </Deed>
        ) : null}
        {running || found.state === 'draft' ? (
          <Deed action={`${base}/units`} title={w.add_unit}>
            <Field label={w.serial} name="serial" required />
            <Field label={w.model_code} name="model_code" />
          </Deed>
        ) : null}
        {running && late.length > 0 ? (
          <Deed action={`${base}/write-off`} title={w.write_off}>
            <Select label={w.units} name="return_unit_id" options={late} />
            <Field label={w.reason} name="reason" required />
          </Deed>
        ) : null}
        {allowed('reject') ? (
          <Deed action={`${base}/rejection`} title={w.reject}>
            <Field label={w.reason} name="reason" required />
          </Deed>
        ) : null}
        {allowed('cancel') ? (
          <Deed action={`${base}/cancellation`} title={w.cancel_return}>
            <Field label={w.reason} name="reason" required />
          </Deed>
        ) : null}
        <Deed action={`${base}/change`} title={w.change}>
          <Version of={found} />
          <TextArea label={w.ship_to} name="ship_to" value={found.ship_to} rows={2} />
          <TextArea label={w.note} name="note" value={found.note} rows={2} />
        </Deed>
      </div>
    </Section>
  );
}

/** What is still open of the return, in words: it closes when nothing is. */
function openPartsOf(c: AppContext, units: readonly UnitOfReturn[], legs: readonly LegView[]): string[] {
  const { locale } = c.var;
  return [
    ...units
      .filter(({ state }) => isOpenUnit(state) && state !== 'dispositioned')
      .map((unit) => `${unit.serial} ${speak(unitStateLabels[unit.state], locale)}`),
    ...legs
      .filter(({ state }) => !isEndedLeg(state))
      .map((leg) => `${words(locale).shipments} ${leg.serial ?? leg.model_code} ${speak(legStateLabels[leg.state], locale)}`),
  ];
}

/** What waits for a second person. */
async function Waiting({ c, found, units }: { c: AppContext; found: ReturnView; units: readonly UnitOfReturn[] }) {
  const w = words(c.var.locale);
  const wishes = (await listDispositions(c.var.ctx, { limit: units.length }, { state: 'requested', return_id: found.id })).items.map((wish) => ({
    return_unit_id: wish.return_unit_id,
    what: speak(dispositionLabels[wish.disposition], c.var.locale),
    serial: wish.serial,
    by: wish.requested_name,
    by_id: wish.requested_by,
  }));
  const writeOffs = units
    .filter((unit) => unit.state === 'expected' && unit.write_off_requested_by !== null)
    .map((unit) => ({
      return_unit_id: unit.id,
      what: w.write_off,
      serial: unit.serial,
      by: unit.write_off_requested_name ?? '',
      by_id: unit.write_off_requested_by,
    }));
  const all = [...wishes, ...writeOffs];
  if (all.length === 0) return null;
  const approver = may(c.var.ctx.actor, 'return:approve');
  return (
    <Section title={w.waits_for_second}>
      {all.map((wish) => (
        <div class="waiting">
          <p>
            <strong>{wish.what}</strong> {wish.serial} {wish.by}
          </p>
          {approver && wish.by_id === c.var.ctx.actor.id ? <p class="note">{w.another_person}</p> : null}
          {approver && wish.by_id !== c.var.ctx.actor.id ? (
            <Form action={`/returns/${found.id}/approval`} label={w.approve}>
              <input type="hidden" name="return_unit_id" value={wish.return_unit_id} />
              <Field label={w.reason} name="reason" />
              <button type="submit">{w.approve}</button>
            </Form>
          ) : null}
          {approver ? (
            <Deed action={`/returns/${found.id}/approval-refusal`} title={w.refuse}>
              <input type="hidden" name="return_unit_id" value={wish.return_unit_id} />
              <Field label={w.reason} name="reason" required />
            </Deed>
          ) : null}
        </div>
      ))}
    </Section>
  );
}

const HISTORY_SHOWN = 50;

async function History({ c, found, units }: { c: AppContext; found: ReturnView; units: readonly UnitOfReturn[] }) {
  const serials = new Map(units.map(({ id, serial }) => [id, serial]));
  const deeds = await c.var.ctx.db
    .selectFrom('history')
    .select(['at', 'actor_name', 'action', 'reason', 'record_id'])
    .where('record_kind', 'in', ['return', 'return_unit'])
    .where('record_id', 'in', [found.id, ...serials.keys()])
    .orderBy('id', 'desc')
    .limit(HISTORY_SHOWN)
    .execute();
  return (
    <Section title={words(c.var.locale).history}>
      <HistoryList
        c={c}
        deeds={deeds.map((deed) => ({
          ...deed,
          subject: units.length > 1 ? serials.get(deed.record_id) : undefined,
          reason: reasonWords(deed.reason, c.var.locale),
        }))}
      />
    </Section>
  );
}
