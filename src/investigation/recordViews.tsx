// Sections of the page of one investigation: the next steps, the proof, related records and the frame (owner, next date, team).
import { listClaims } from '../claim/queries.ts';
import { listStaff } from '../claim/staff.ts';
import { may } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Field, Form, Moment, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { progressOf } from './advance.ts';
import { compareEffectiveness } from './effectiveness.ts';
import { listKnownIssues } from './knownIssueQueries.ts';
import { possibleEvents } from './lifecycle.ts';
import { type InvestigationView, listChecks, listRecurrences } from './queries.ts';
import { gapsBefore } from './rules.ts';
import { listTests } from './testQueries.ts';
import { ComparisonTable, VerdictBadge } from './views.tsx';
import { words } from './words.ts';

/** The next steps with what stands in their way. */
export async function StepSection({ c, view: { investigation: row } }: { c: AppContext; view: InvestigationView }) {
  const w = words(c.var.locale);
  if (!may(c.var.ctx.actor, 'investigation:write')) return null;
  const progress = await progressOf(c.var.ctx, row);
  const checks = (await listChecks(c.var.ctx, row.id)).filter((check) => check.verdict === 'improved');
  const tests = (await listTests(c.var.ctx, { limit: 100 }, { investigation_id: row.id, result: 'pass' })).items;
  const evidence = [
    ...checks.map((check) => ({ value: `effectiveness_check ${check.id}`, label: `${w.improved} ${new Date(check.checked_at).toISOString().slice(0, 10)}` })),
    ...tests.map((test) => ({ value: `test_record ${test.id}`, label: `${test.number} ${test.title}` })),
  ];
  return (
    <Section title={w.next_steps} id="steps">
      {possibleEvents(row.state).map((event) => {
        const gaps = event === 'contain' || event === 'verify' ? [] : gapsBefore(event, progress);
        return (
          <Form action={`/investigations/${row.id}/steps/${event}`} label={w[`step_${event}`]}>
            {gaps.length === 0 ? null : (
              <ul aria-label={w.gate}>
                {gaps.map((gap) => (
                  <li>{speak(gap, c.var.locale)}</li>
                ))}
              </ul>
            )}
            {event === 'contain' ? <TextArea label={w.containment} name="containment" value={row.containment} required rows={2} /> : null}
            {event === 'verify' ? (
              <>
                <TextArea label={w.effectiveness} name="effectiveness" required rows={2} />
                <Select label={w.evidence_record} name="evidence" options={evidence} required />
              </>
            ) : null}
            {event === 'reopen' ? <Field label={w.reason} name="reason" required /> : null}
            <button type="submit" class={event === 'reopen' ? undefined : 'primary'}>
              {w[`step_${event}`]}
            </button>
          </Form>
        );
      })}
    </Section>
  );
}

export async function ProofSection({ c, id, writable }: { c: AppContext; id: string; writable: boolean }) {
  const w = words(c.var.locale);
  const found = await compareEffectiveness(c.var.ctx, id, { kind: 'confirmed' }).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  const checks = await listChecks(c.var.ctx, id);
  const recurred = await listRecurrences(c.var.ctx, id);
  return (
    <Section title={w.proof} id="proof">
      {found instanceof Problem ? <p class="empty">{found.detail(c.var.locale)}</p> : <ComparisonTable found={found} locale={c.var.locale} />}
      {writable && !(found instanceof Problem) ? (
        <form method="post" action={`/investigations/${id}/effectiveness-checks`}>
          <button type="submit">{w.compare}</button>
        </form>
      ) : null}
      {checks.length === 0 ? null : (
        <ul>
          {checks.map((check) => (
            <li>
              <Moment c={c} at={check.checked_at} /> <VerdictBadge verdict={check.verdict} locale={c.var.locale} /> {check.before_failures}/
              {check.before_exposure_days} → {check.after_failures}/{check.after_exposure_days} ({check.checked_by})
            </li>
          ))}
        </ul>
      )}
      {recurred.length === 0 ? null : (
        <Table
          c={c}
          caption={w.expected_failures}
          rows={recurred}
          columns={[
            { head: w.link_unit, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.batch, cell: (row) => row.batch_code ?? '–' },
            { head: w.failures, cell: (row) => row.failed_on ?? '–' },
            { head: w.side, cell: (row) => <Badge tone={row.side === 'after' ? 'bad' : 'neutral'}>{w[`side_${row.side}`]}</Badge> },
          ]}
        />
      )}
    </Section>
  );
}

export async function RelatedSection({ c, id }: { c: AppContext; id: string }) {
  const w = words(c.var.locale);
  const claims = may(c.var.ctx.actor, 'claim:read') ? (await listClaims(c.var.ctx, { limit: 100 }, { investigation_id: id })).items : [];
  const issues = (await listKnownIssues(c.var.ctx, { limit: 100 }, { investigation_id: id })).items;
  const tests = (await listTests(c.var.ctx, { limit: 100 }, { investigation_id: id })).items;
  const lists = [
    [w.claims, claims.map((row) => [`/claims/${row.id}`, `${row.number} ${row.title}`] as const), `/claims/new?investigation_id=${id}`],
    [
      w.known_issues,
      issues.map((row) => [`/known-issues/${row.id}`, `${row.number} ${c.var.locale === 'ja' ? row.title_ja : row.title_en}`] as const),
      `/known-issues/new?investigation_id=${id}`,
    ],
    [w.tests, tests.map((row) => [`/test-records/${row.id}`, `${row.number} ${row.title}`] as const), `/test-records/new?investigation_id=${id}`],
  ] as const;
  return (
    <>
      {lists.map(([title, links, add]) => (
        <Section title={title} aside={<a href={add}>{w.add}</a>}>
          <ul>
            {links.map(([href, label]) => (
              <li>
                <a href={href}>{label}</a>
              </li>
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}

export async function FrameForm({ c, view: { investigation: row, team } }: { c: AppContext; view: InvestigationView }) {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  return (
    <Section title={`${w.owner} · ${w.next_on} · ${w.team}`} id="frame">
      <Form action={`/investigations/${row.id}`}>
        <Version of={row} />
        <Select label={w.owner} name="owner_id" value={row.owner_id} options={staff} blank="–" />
        <Field label={w.next_on} name="next_on" type="date" value={row.next_on} required />
        <Field label={w.next_step} name="next_step" value={row.next_step} />
        <button type="submit">{w.save}</button>
      </Form>
      <ul>
        {team.map((member) => (
          <li>
            {member.name} {member.duty}{' '}
            <form method="post" action={`/investigations/${row.id}/team/removal`}>
              <input type="hidden" name="user_id" value={member.user_id} />
              <button type="submit">{w.remove}</button>
            </form>
          </li>
        ))}
      </ul>
      <Form action={`/investigations/${row.id}/team`}>
        <Select label={w.team} name="user_id" options={staff} />
        <Field label={w.duty} name="duty" />
        <button type="submit">{w.add}</button>
      </Form>
    </Section>
  );
}
