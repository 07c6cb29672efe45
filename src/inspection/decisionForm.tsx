// The decision on a unit that came in: what may be decided now, and why the rest may not.
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { NFF_LIMIT } from '../returns/disposition.ts';
import type { ReturnUnitView } from '../returns/queries.ts';
import { countNoFaultFound, refusalsOf } from '../returns/refusals.ts';
import { optionsOf } from '../returns/views.tsx';
import { dispositionLabels } from '../returns/words.ts';
import type { AppContext } from '../web/env.ts';
import { Field, Form, Select } from '../web/parts.tsx';
import { words } from './words.ts';

/** What may be decided now; beside it, what may not and why, so that nobody has to try. */
export async function DecisionForm({ c, unit }: { c: AppContext; unit: ReturnUnitView }) {
  const w = words(c.var.locale);
  const open = unit.state === 'received' || unit.state === 'inspecting' || (unit.state === 'expected' && unit.type === 'no_return_needed');
  if (!open || !may(c.var.ctx.actor, 'return:write')) return null;
  const override = may(c.var.ctx.actor, 'inspection:override');
  const refusals = await refusalsOf(c.var.ctx, unit, override);
  const labelled = optionsOf(c, dispositionLabels).filter(({ value }) => (value === 'not_returned') === (unit.state === 'expected'));
  const possible = labelled.filter(({ value }) => !refusals.has(value));
  const restock = possible.some(({ value }) => value === 'restock');
  return (
    <>
      {possible.length === 0 ? null : (
        <Form action={`/return-units/${unit.id}/dispositions`} label={w.decide}>
          <Select label={w.disposition} name="disposition" options={possible} blank={w.choose} required />
          {restock ? (
            <Select
              label={`${w.condition} (${speak(dispositionLabels.restock, c.var.locale)})`}
              name="condition"
              options={[
                { value: 'verified', label: w.verified },
                { value: 'refurbished', label: w.refurbished },
              ]}
            />
          ) : null}
          <Field label={w.reason} name="reason" />
          {override && restock && (await countNoFaultFound(c.var.ctx, unit.unit_id)) >= NFF_LIMIT ? <Field label={w.override} name="override_reason" /> : null}
          <button type="submit" class="primary">
            {w.decide}
          </button>
        </Form>
      )}
      {refusals.size === 0 ? null : (
        <details>
          <summary>{w.not_now}</summary>
          <ul>
            {labelled.flatMap(({ value, label }) => {
              const why = refusals.get(value);
              return why === undefined ? [] : [<li>{`${label}: ${speak(why, c.var.locale)}`}</li>];
            })}
          </ul>
        </details>
      )}
    </>
  );
}
