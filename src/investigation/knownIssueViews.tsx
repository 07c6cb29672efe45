// What staff see of a known issue: how it is recognised, how many it affects, and the returns and cases it may explain.
import { cohortName } from '../claim/cohort.ts';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { MatchDecision } from '../inspection/qualityPart.tsx';
import type { AppContext } from '../web/env.ts';
import { Facts, Field, Form, Num, Section, Table } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { cohortQuery } from './cohort.ts';
import { formOf, IssueFields } from './knownIssueForm.tsx';
import type { viewKnownIssue } from './knownIssueQueries.ts';
import { words } from './knownIssueWords.ts';
import { possibleKnownIssueEvents } from './lifecycle.ts';
import { signatureName } from './signatures.ts';

type KnownIssueView = Awaited<ReturnType<typeof viewKnownIssue>>;

export async function StaffPart({ c, view: { issue, cohorts, affected, matches } }: { c: AppContext; view: KnownIssueView }) {
  const w = words(c.var.locale);
  const counts = [
    ['reported', w.reported],
    ['suggested', w.suggested],
    ['in_service', w.in_service],
    ['with_signature', w.with_signature],
    ['silent', w.silent],
  ] as const;
  return (
    <>
      {issue.investigation_id === null ? null : (
        <p>
          <a href={`/investigations/${issue.investigation_id}`}>{w.investigation}</a>
        </p>
      )}
      <Section title={w.recognised_by}>
        <Facts
          facts={[
            [w.symptom, await codeName(c, issue.symptom_id)],
            [w.failure_mode, await codeName(c, issue.failure_mode_id)],
            [w.signal, issue.signal === null ? '–' : speak(signatureName(issue.signal), c.var.locale)],
          ]}
        />
      </Section>
      <Section title={w.affected}>
        <Facts facts={counts.map(([key, label]) => [label, <Num value={affected[key]} locale={c.var.locale} />] as const)} />
      </Section>
      <Section title={w.cohorts}>
        <ul>
          {cohorts.map((cohort) => (
            <li>
              <a href={`/cohorts?${cohortQuery(cohort)}`}>{cohortName(cohort, c.var.locale)}</a>
            </li>
          ))}
        </ul>
      </Section>
      <MatchTable c={c} id={issue.id} matches={matches} />
      {may(c.var.ctx.actor, 'investigation:write') ? <ChangeForm c={c} issue={issue} /> : null}
      {may(c.var.ctx.actor, 'investigation:write') ? (
        <Section title={w.state}>
          {possibleKnownIssueEvents(issue.state).map((event) => (
            <Form action={`/known-issues/${issue.id}/decision`} label={w[event]}>
              {event === 'fix' ? <Field label={w.fixed_in} name="fixed_in" required /> : null}
              <button type="submit" name="event" value={event}>
                {w[event]}
              </button>
            </Form>
          ))}
        </Section>
      ) : null}
    </>
  );
}

async function ChangeForm({ c, issue }: { c: AppContext; issue: KnownIssueView['issue'] }) {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.change}</summary>
      <Form action={`/known-issues/${issue.id}`} label={w.change}>
        <Version of={issue} />
        <IssueFields c={c} value={await formOf(c.var.ctx, issue)} />
        <button type="submit">{w.save}</button>
      </Form>
    </details>
  );
}

function MatchTable({ c, id, matches }: { c: AppContext; id: string; matches: KnownIssueView['matches'] }) {
  const w = words(c.var.locale);
  const why = (text: string): string => {
    const reasons: string[] = JSON.parse(text);
    return reasons.map((reason) => w[`why_${reason}` as 'why_cohort'] ?? reason).join(', ');
  };
  return (
    <Section title={w.matches} id="matches">
      <Table
        c={c}
        caption={w.matches}
        rows={matches}
        columns={[
          {
            head: w.record,
            cell: (row) => (
              <a
                href={row.record_kind === 'case' ? `/cases/${row.record_id}` : `/returns/${row.return_id ?? ''}`}
              >{`${w[row.record_kind]} ${row.number ?? ''}`}</a>
            ),
          },
          { head: w.unit, cell: (row) => (row.unit_id === null ? '–' : <a href={`/units/${row.unit_id}`}>{row.serial}</a>) },
          { head: w.why, cell: (row) => why(row.why) },
          { head: w.state, cell: (row) => w[row.state] },
          {
            head: '',
            cell: (row) => (row.state === 'suggested' ? <MatchDecision c={c} issue_id={id} record={row} /> : ''),
          },
        ]}
      />
    </Section>
  );
}

async function codeName(c: AppContext, id: string | null): Promise<string> {
  const code = await c.var.ctx.db
    .selectFrom('codes')
    .select(['name_en', 'name_ja'])
    .where('id', '=', id ?? '')
    .executeTakeFirst();
  return code === undefined ? '–' : speak([code.name_en, code.name_ja], c.var.locale);
}
