// What can be done about an alert from its page: those of its cohort only where there is one.
import { may } from '../core/actor.ts';
import { DeedLinks } from '../web/deedForm.tsx';
import type { AppContext } from '../web/env.ts';
import { Field, Form } from '../web/parts.tsx';
import { nextState } from './lifecycle.ts';
import type { NamedAlert } from './queries.ts';
import { words } from './words.ts';

export function AlertActions({ c, alert }: { c: AppContext; alert: NamedAlert }) {
  const w = words(c.var.locale);
  if (!may(c.var.ctx.actor, 'alert:write')) return null;
  const path = `/alerts/${alert.id}`;
  const cohort = new URLSearchParams(
    Object.entries({ model_id: alert.model_id, batch_id: alert.batch_id, firmware_id: alert.firmware_id, hw_rev: alert.hw_rev, alert_id: alert.id }).flatMap(
      ([key, value]): [string, string][] => (value === null ? [] : [[key, value]]),
    ),
  );
  return (
    <div class="actions">
      {nextState(alert.state, 'acknowledge') === null ? null : (
        <Form action={`${path}/acknowledgement`}>
          <button type="submit">{w.acknowledge}</button>
        </Form>
      )}
      <Investigation c={c} alert={alert} cohort={cohort} />
      {alert.model_id === null ? null : <CohortActions c={c} alert={alert} cohort={cohort} />}
      {may(c.var.ctx.actor, 'claim:write') && alert.model_id !== null ? (
        <form method="post" action="/evidence-packs">
          <input type="hidden" name="subject_kind" value="alert" />
          <input type="hidden" name="subject_id" value={alert.id} />
          <button type="submit">{w.evidence_pack}</button>
        </form>
      ) : null}
      {nextState(alert.state, 'resolve') === null ? null : <CloseForm c={c} path={`${path}/resolution`} label={w.resolve} />}
      {nextState(alert.state, 'dismiss') === null ? null : <CloseForm c={c} path={`${path}/dismissal`} label={w.dismiss} />}
    </div>
  );
}

/** The one that looks into it; a new one while none does. */
function Investigation({ c, alert, cohort }: { c: AppContext; alert: NamedAlert; cohort: URLSearchParams }) {
  const active = alert.investigation_id !== null && alert.investigation_state !== 'closed';
  return (
    <>
      {alert.investigation_id === null ? null : (
        <a class="button" href={`/investigations/${alert.investigation_id}`}>
          {alert.investigation_number}
        </a>
      )}
      {active || !may(c.var.ctx.actor, 'investigation:write') ? null : (
        <a class="button" href={`/investigations/new?source_kind=alert&source_id=${alert.id}&${cohort}`}>
          {words(c.var.locale).investigate}
        </a>
      )}
    </>
  );
}

function CohortActions({ c, alert, cohort }: { c: AppContext; alert: NamedAlert; cohort: URLSearchParams }) {
  const w = words(c.var.locale);
  const { actor } = c.var.ctx;
  const links = [
    [true, `/cohorts?${cohort}`, w.cohort],
    [may(actor, 'stock:write') || may(actor, 'stock:approve'), `/cohorts?${cohort}#hold`, w.hold],
    [may(actor, 'investigation:write'), `/known-issues/new?${cohort}`, w.known_issue],
    [may(actor, 'notice:write'), `/notices/new?${cohort}`, w.notice],
    [true, `/at-risk?${cohort}`, w.customers_at_risk],
    [may(actor, 'case:write'), `/proactive-cases/new?alert_id=${alert.id}`, w.proactive],
  ] as const;
  return <DeedLinks links={links} />;
}

const CloseForm = ({ c, path, label }: { c: AppContext; path: string; label: string }) => (
  <details>
    <summary>{label}</summary>
    <Form action={path} label={label}>
      <Field label={words(c.var.locale).reason} name="reason" required />
      <button type="submit">{label}</button>
    </Form>
  </details>
);
