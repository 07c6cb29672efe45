// Parts of the investigation pages.
import type { NamedCohort } from '../claim/cohort.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Num, Select, type Tone } from '../web/parts.tsx';
import type { Effectiveness } from './effectiveness.ts';
import type { InvestigationState } from './lifecycle.ts';
import type { ProblemNumbers } from './numbers.ts';
import type { InvestigationCauseRow } from './table.ts';
import { words } from './words.ts';

const tones: Record<InvestigationState, Tone> = {
  open: 'bad',
  contained: 'warn',
  cause_confirmed: 'warn',
  implemented: 'info',
  verified: 'good',
  closed: 'neutral',
  reopened: 'bad',
};

export const StateBadge = ({ state, locale }: { state: InvestigationState; locale: Locale }) => (
  <Badge tone={tones[state]}>{words(locale)[`state_${state}`]}</Badge>
);

/** The numbers frozen at opening beside those of today. */
export function NumbersTable({ frozen, live, locale }: { frozen: ProblemNumbers; live: ProblemNumbers; locale: Locale }) {
  const w = words(locale);
  const counts = [
    ['units', w.units],
    ['in_service', w.in_service],
    ['customers', w.customers],
    ['exposure_days', w.exposure_days],
    ['returned', w.returned],
    ['confirmed', w.confirmed],
    ['nff', w.nff],
    ['untriaged', w.untriaged],
    ['cases', w.linked_cases],
    ['alerts', w.linked_alerts],
  ] as const;
  return (
    <div class="table" tabindex={0} role="region" aria-label={w.numbers}>
      <table>
        <caption class="hidden">{w.numbers}</caption>
        <thead>
          <tr>
            <th scope="col">{w.numbers}</th>
            <th scope="col" class="number">
              {w.at_opening}
              <br />
              <small>{frozen.as_of_on}</small>
            </th>
            <th scope="col" class="number">
              {w.now}
              <br />
              <small>{live.as_of_on}</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map(([key, label]) => (
            <tr>
              <th scope="row">{label}</th>
              <td class="number">
                <Num value={frozen[key]} locale={locale} />
              </td>
              <td class="number">
                <Num value={live[key]} locale={locale} />
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">{w.rate}</th>
            <td class="number">
              <Rate numbers={frozen} locale={locale} />
            </td>
            <td class="number">
              <Rate numbers={live} locale={locale} />
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

export const Rate = ({ numbers, locale }: { numbers: ProblemNumbers; locale: Locale }) => (
  <>
    <Num value={numbers.rate_per_1000_device_months} digits={3} locale={locale} />
    {numbers.ci_low === null || numbers.ci_high === null ? null : (
      <small>
        {' '}
        [<Num value={numbers.ci_low} digits={3} locale={locale} /> – <Num value={numbers.ci_high} digits={3} locale={locale} />]
      </small>
    )}
  </>
);

/** One five-why tree, its branches indented, with the forms to decide each. */
export function CauseTree({
  c,
  id,
  branch,
  causes,
  writable,
}: {
  c: AppContext;
  id: string;
  branch: InvestigationCauseRow['branch'];
  causes: readonly InvestigationCauseRow[];
  writable: boolean;
}) {
  const w = words(c.var.locale);
  const own = causes.filter((cause) => cause.branch === branch);
  const options = own.map((cause) => ({ value: cause.id, label: cause.statement }));
  return (
    <div>
      <h3>{w[branch]}</h3>
      <CauseList c={c} id={id} causes={own} parent_id={null} writable={writable} />
      {writable ? (
        <Form action={`/investigations/${id}/causes`} label={w[branch]}>
          <input type="hidden" name="branch" value={branch} />
          <Field label={w.why} name="statement" required />
          {options.length === 0 ? null : <Select label={w.under} name="parent_id" options={options} blank={w.root} />}
          <button type="submit">{w.add}</button>
        </Form>
      ) : null}
    </div>
  );
}

function CauseList({
  c,
  id,
  causes,
  parent_id,
  writable,
}: {
  c: AppContext;
  id: string;
  causes: readonly InvestigationCauseRow[];
  parent_id: string | null;
  writable: boolean;
}) {
  const w = words(c.var.locale);
  const here = causes.filter((cause) => cause.parent_id === parent_id);
  if (here.length === 0) return null;
  const state = { supposed: w.supposed, confirmed: w.cause_confirmed, ruled_out: w.ruled_out };
  return (
    <ul class="whys">
      {here.map((cause) => (
        <li>
          {cause.statement} <Badge tone={cause.state === 'confirmed' ? 'good' : 'neutral'}>{state[cause.state]}</Badge>
          {cause.evidence === null ? null : (
            <p class="sub">
              {w.evidence}: {cause.evidence} ({cause.decided_by})
            </p>
          )}
          {writable && cause.state === 'supposed' ? (
            <details>
              <summary>
                {w.confirm} / {w.rule_out}
              </summary>
              <Form action={`/investigations/${id}/causes/${cause.id}`}>
                <Field label={w.evidence} name="evidence" required />
                <button type="submit" name="state" value="confirmed">
                  {w.confirm}
                </button>
                <button type="submit" name="state" value="ruled_out">
                  {w.rule_out}
                </button>
              </Form>
            </details>
          ) : null}
          <CauseList c={c} id={id} causes={causes} parent_id={cause.id} writable={writable} />
        </li>
      ))}
    </ul>
  );
}

/** Before and after the cut-in at each age, and what the exact test says. */
export function ComparisonTable({ found, locale }: { found: Effectiveness; locale: Locale }) {
  const w = words(locale);
  return (
    <>
      <p>
        <VerdictBadge verdict={found.verdict} locale={locale} /> {w.ratio}: <Num value={found.ratio} digits={2} locale={locale} /> [
        <Num value={found.ratio_low} digits={2} locale={locale} /> –{' '}
        {found.ratio_high === null ? '∞' : <Num value={found.ratio_high} digits={2} locale={locale} />}], p ={' '}
        <Num value={found.p_value} digits={4} locale={locale} />
      </p>
      <div class="table" tabindex={0} role="region" aria-label={w.proof}>
        <table>
          <caption class="hidden">{w.proof}</caption>
          <thead>
            <tr>
              <th scope="col">{w.age}</th>
              <th scope="col" class="number">
                {w.before}: {w.failures}
              </th>
              <th scope="col" class="number">
                {w.before}: {w.exposure_days}
              </th>
              <th scope="col" class="number">
                {w.after}: {w.failures}
              </th>
              <th scope="col" class="number">
                {w.after}: {w.exposure_days}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.bands.map((band) => (
              <tr>
                <th scope="row">{band.code}</th>
                {[band.before_failures, band.before_days, band.after_failures, band.after_days].map((value) => (
                  <td class="number">
                    <Num value={value} locale={locale} />
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">Σ</th>
              {[found.before_failures, found.before_exposure_days, found.after_failures, found.after_exposure_days].map((value) => (
                <td class="number">
                  <Num value={value} locale={locale} />
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      <p class="sub">
        {w.method_note} {w.e_value}: <Num value={found.e_better} digits={1} locale={locale} /> / <Num value={found.e_worse} digits={1} locale={locale} />.{' '}
        {w.side_unknown}: {found.unknown_failures} / <Num value={found.unknown_exposure_days} locale={locale} />
      </p>
    </>
  );
}

export const VerdictBadge = ({ verdict, locale }: { verdict: Effectiveness['verdict']; locale: Locale }) => (
  <Badge tone={verdict === 'improved' ? 'good' : verdict === 'worse' ? 'bad' : 'neutral'}>{words(locale)[verdict]}</Badge>
);

/** The fields of a cohort, by the codes people know; filled in with `value`. */
export const CohortFields = ({ locale, required = true, value }: { locale: Locale; required?: boolean; value?: NamedCohort | undefined }) => {
  const w = words(locale);
  return (
    <>
      <Field label={w.model} name="model_code" required={required} value={value?.model_code ?? null} />
      <Field label={w.hw_rev} name="hw_rev" value={value?.hw_rev ?? null} />
      <Field label={w.batch} name="batch_code" value={value?.batch_code ?? null} />
      <Field label={w.firmware} name="firmware_code" value={value?.firmware_code ?? null} />
    </>
  );
};
