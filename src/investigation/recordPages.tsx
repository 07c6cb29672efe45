// One investigation on one page, in the order of an 8D, with the form for each step where it belongs.
import { z } from 'zod';
import { getCohortOf } from '../claim/cohort.ts';
import { parsed } from '../claim/parsed.ts';
import { listClaims } from '../claim/queries.ts';
import { listStaff } from '../claim/staff.ts';
import { may } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import { invalid, Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Badge, Facts, Field, Form, Moment, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { addAction, decideAction } from './action.ts';
import { ActionSection } from './actionViews.tsx';
import { closeInvestigation, confirmCauses, containInvestigation, implementActions, progressOf, reopenInvestigation, verifyInvestigation } from './advance.ts';
import { addCause, decideCause } from './cause.ts';
import { addMember, changeInvestigation, removeMember } from './change.ts';
import { checkEffectiveness, compareEffectiveness } from './effectiveness.ts';
import {
  AddAction,
  AddCause,
  ChangeInvestigation,
  Contain,
  DecideCause,
  FinishAction,
  LinkInput,
  linkKinds,
  MemberInput,
  ReasonInput,
  Verify,
} from './inputs.ts';
import { listKnownIssues } from './knownIssueQueries.ts';
import { actionEvents, possibleEvents } from './lifecycle.ts';
import { addCohort, linkRecord, removeCohort, unlinkRecord } from './link.ts';
import { type InvestigationView, listChecks, listRecurrences, viewInvestigation } from './queries.ts';
import { gapsBefore } from './rules.ts';
import { listTests } from './testQueries.ts';
import { CauseTree, CohortFields, ComparisonTable, NumbersTable, StateBadge, VerdictBadge } from './views.tsx';
import { words } from './words.ts';

export const recordPages = newPages();
const idOf = (c: AppContext): string => c.req.param('id') ?? '';
const back = (c: AppContext, part = ''): Response => seeOther(c, `/investigations/${idOf(c)}`, words(c.var.locale).saved + part);

page(recordPages, '/investigations/:id', 'investigation:read', async (c) => {
  const view = await viewInvestigation(c.var.ctx, idOf(c));
  const { investigation: row } = view;
  const writable = may(c.var.ctx.actor, 'investigation:write') && row.state !== 'closed';
  const w = words(c.var.locale);
  return show(
    c,
    { title: `${row.number} ${row.title}`, nav: '/investigations' },
    <>
      <PageHead title={`${row.number} ${row.title}`} sub={<StateBadge state={row.state} locale={c.var.locale} />}>
        <a class="button" href={`/at-risk?investigation_id=${row.id}`}>
          {w.at_risk}
        </a>
        <a class="button" href={`/documents?record_kind=investigation&record_id=${row.id}`}>
          {w.documents}
        </a>
        {may(c.var.ctx.actor, 'claim:write') ? (
          <form method="post" action="/evidence-packs">
            <input type="hidden" name="subject_kind" value="investigation" />
            <input type="hidden" name="subject_id" value={row.id} />
            <button type="submit">{w.evidence_pack}</button>
          </form>
        ) : null}
      </PageHead>
      <Facts
        facts={[
          [w.owner, row.owner_name ?? <Badge tone="bad">{w.no_owner}</Badge>],
          [w.next_on, row.next_on === null ? <Badge tone="bad">{w.no_next_date}</Badge> : `${row.next_on} ${row.next_step ?? ''}`],
          [w.source, w[`source_${row.source_kind}`]],
          [w.opened, <Moment c={c} at={row.created_at} />],
          ...(row.reopened_reason === null ? [] : [[w.state_reopened, row.reopened_reason] as const]),
          ...(row.closed_at === null ? [] : [[w.closed, <Moment c={c} at={row.closed_at} />] as const]),
        ]}
      />
      <p class="statement">{row.problem}</p>
      <StepSection c={c} view={view} />
      <Section title={w.numbers}>
        <NumbersTable frozen={view.frozen} live={view.live} locale={c.var.locale} />
      </Section>
      <ScopeSection c={c} view={view} writable={writable} />
      <Section title={w.causes} id="causes">
        {(['occurrence', 'escape'] as const).map((branch) => (
          <CauseTree c={c} id={row.id} branch={branch} causes={view.causes} writable={writable} />
        ))}
      </Section>
      <ActionSection c={c} view={view} writable={writable} />
      <ProofSection c={c} id={row.id} writable={writable} />
      <RelatedSection c={c} id={row.id} />
      {writable ? <FrameForm c={c} view={view} /> : null}
    </>,
  );
});

/** The next steps with what stands in their way. */
async function StepSection({ c, view: { investigation: row } }: { c: AppContext; view: InvestigationView }) {
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
    <Section title={w.gate} id="steps">
      {possibleEvents(row.state).map((event) => {
        const gaps = event === 'contain' || event === 'verify' ? [] : gapsBefore(event, progress);
        return (
          <Form action={`/investigations/${row.id}/steps/${event}`} label={w[`step_${event}`]}>
            {gaps.length === 0 ? null : (
              <ul>
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

function ScopeSection({ c, view, writable }: { c: AppContext; view: InvestigationView; writable: boolean }) {
  const w = words(c.var.locale);
  const base = `/investigations/${view.investigation.id}`;
  const remove = (path: string, fields: Readonly<Record<string, string>>) =>
    writable ? (
      <form method="post" action={`${base}/${path}`}>
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit">{w.remove}</button>
      </form>
    ) : (
      ''
    );
  return (
    <Section title={w.links} id="scope">
      <Table
        c={c}
        caption={w.cohorts}
        rows={view.cohorts}
        columns={[
          { head: w.cohort, cell: (row) => `${row.maker_code} ${row.model_code}` },
          { head: w.hw_rev, cell: (row) => row.hw_rev ?? '*' },
          { head: w.batch, cell: (row) => row.batch_code ?? '*' },
          { head: w.firmware, cell: (row) => row.firmware_code ?? '*' },
          { head: '', cell: (row) => remove('cohorts/removal', { cohort_id: row.id }) },
        ]}
      />
      <Table
        c={c}
        caption={w.links}
        rows={view.links}
        columns={[
          { head: w.kind, cell: (row) => w[`link_${row.kind}`] },
          { head: w.record, cell: (row) => (row.path === null ? row.label : <a href={row.path}>{row.label}</a>) },
          { head: '', cell: (row) => remove('links/removal', { kind: row.kind, record_id: row.record_id }) },
        ]}
      />
      {writable ? (
        <>
          <details>
            <summary>
              {w.add}: {w.cohort}
            </summary>
            <Form action={`${base}/cohorts`}>
              <CohortFields locale={c.var.locale} />
              <button type="submit">{w.add}</button>
            </Form>
          </details>
          <details>
            <summary>
              {w.add}: {w.record}
            </summary>
            <Form action={`${base}/links`}>
              <Select label={w.kind} name="kind" options={linkKinds.map((kind) => ({ value: kind, label: w[`link_${kind}`] }))} />
              <Field label={w.record} name="record" required />
              <button type="submit">{w.add}</button>
            </Form>
          </details>
        </>
      ) : null}
    </Section>
  );
}

async function ProofSection({ c, id, writable }: { c: AppContext; id: string; writable: boolean }) {
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

async function RelatedSection({ c, id }: { c: AppContext; id: string }) {
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

async function FrameForm({ c, view: { investigation: row, team } }: { c: AppContext; view: InvestigationView }) {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  return (
    <Section title={`${w.owner} · ${w.next_on} · ${w.team}`} id="frame">
      <Form action={`/investigations/${row.id}`}>
        <Select label={w.owner} name="owner_id" value={row.owner_id} options={staff} />
        <Field label={w.next_on} name="next_on" type="date" value={row.next_on} required />
        <Field label={w.next_step} name="next_step" value={row.next_step} />
        <button type="submit">{w.saved}</button>
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

action(recordPages, '/investigations/:id', 'investigation:write', async (c) => {
  await changeInvestigation(c.var.ctx, idOf(c), await readForm(c, ChangeInvestigation));
  return back(c);
});
action(recordPages, '/investigations/:id/team', 'investigation:write', async (c) => {
  await addMember(c.var.ctx, idOf(c), await readForm(c, MemberInput));
  return back(c);
});
action(recordPages, '/investigations/:id/team/removal', 'investigation:write', async (c) => {
  await removeMember(c.var.ctx, idOf(c), (await readForm(c, z.object({ user_id: z.string() }))).user_id);
  return back(c);
});
action(recordPages, '/investigations/:id/causes', 'investigation:write', async (c) => {
  await addCause(c.var.ctx, idOf(c), await readForm(c, AddCause));
  return back(c);
});
action(recordPages, '/investigations/:id/causes/:cause_id', 'investigation:write', async (c) => {
  await decideCause(c.var.ctx, idOf(c), c.req.param('cause_id') ?? '', await readForm(c, DecideCause));
  return back(c);
});
action(recordPages, '/investigations/:id/effectiveness-checks', 'investigation:write', async (c) => {
  await checkEffectiveness(c.var.ctx, idOf(c), { kind: 'confirmed' });
  return back(c);
});
action(recordPages, '/investigations/:id/links/removal', 'investigation:write', async (c) => {
  await unlinkRecord(c.var.ctx, idOf(c), await readForm(c, LinkInput));
  return back(c);
});
action(recordPages, '/investigations/:id/cohorts/removal', 'investigation:write', async (c) => {
  await removeCohort(c.var.ctx, idOf(c), (await readForm(c, z.object({ cohort_id: z.string() }))).cohort_id);
  return back(c);
});

const CohortForm = z.object({ model_code: z.string(), hw_rev: z.string().optional(), batch_code: z.string().optional(), firmware_code: z.string().optional() });
action(recordPages, '/investigations/:id/cohorts', 'investigation:write', async (c) => {
  await addCohort(c.var.ctx, idOf(c), await getCohortOf(c.var.ctx, await readForm(c, CohortForm)));
  return back(c);
});

action(recordPages, '/investigations/:id/links', 'investigation:write', async (c) => {
  const { kind, record } = await readForm(c, z.object({ kind: z.enum(linkKinds), record: z.string().max(100) }));
  await linkRecord(c.var.ctx, idOf(c), { kind, record_id: await idCalled(c.var.ctx, kind, record) });
  return back(c);
});

/** People type a serial, a number or a code; programs an id. */
async function idCalled(ctx: Ctx, kind: (typeof linkKinds)[number], text: string): Promise<string> {
  const found =
    kind === 'unit'
      ? await ctx.db.selectFrom('units').select('id').where('serial_key', '=', identifierKey(text)).where('merged_into_id', 'is', null).limit(2).execute()
      : kind === 'case'
        ? await ctx.db.selectFrom('cases').select('id').where('number', '=', text).execute()
        : kind === 'failure_mode'
          ? await ctx.db.selectFrom('codes').select('id').where('tree', '=', 'failure_mode').where('code', '=', text).execute()
          : [];
  if (found.length > 1) throw invalid('record', ['Several units have this serial: use its page', '同じシリアルの個体が複数あります'], ctx.actor.locale);
  return found[0]?.id ?? text;
}

const ActionForm = AddAction.omit({ cut_ins: true, model_id: true }).extend({
  model_code: z.string().optional(),
  cut_in_kind: z.enum(['batch', 'serial_range', 'hw_rev', 'firmware']).optional(),
  cut_in_from: z.string().max(100).optional(),
  cut_in_to: z.string().max(100).optional(),
});
action(recordPages, '/investigations/:id/actions', 'investigation:write', async (c) => {
  const { model_code, cut_in_kind, cut_in_from, cut_in_to, ...form } = await readForm(c, ActionForm.strip());
  const cohort =
    model_code === undefined
      ? null
      : await getCohortOf(c.var.ctx, {
          model_code,
          ...(cut_in_kind === 'batch' ? { batch_code: cut_in_from } : cut_in_kind === 'firmware' ? { firmware_code: cut_in_from } : {}),
        });
  const cut_ins =
    cohort === null || cut_in_kind === undefined
      ? []
      : [
          {
            model_id: cohort.model_id,
            kind: cut_in_kind,
            batch_id: cohort.batch_id,
            firmware_id: cohort.firmware_id,
            hw_rev: cut_in_kind === 'hw_rev' ? cut_in_from : null,
            serial_from: cut_in_kind === 'serial_range' ? cut_in_from : null,
            serial_to: cut_in_to ?? null,
          },
        ];
  await addAction(c.var.ctx, idOf(c), parsed(AddAction, { ...form, model_id: cohort?.model_id ?? null, cut_ins }));
  return back(c);
});

action(recordPages, '/investigations/:id/actions/:action_id', 'investigation:write', async (c) => {
  const { event, ...form } = await readForm(c, FinishAction.extend({ event: z.enum(actionEvents) }));
  await decideAction(c.var.ctx, idOf(c), c.req.param('action_id') ?? '', event, form);
  return back(c);
});

action(recordPages, '/investigations/:id/steps/contain', 'investigation:write', async (c) => {
  await containInvestigation(c.var.ctx, idOf(c), await readForm(c, Contain));
  return back(c);
});
action(recordPages, '/investigations/:id/steps/confirm_causes', 'investigation:write', async (c) => {
  await confirmCauses(c.var.ctx, idOf(c));
  return back(c);
});
action(recordPages, '/investigations/:id/steps/implement', 'investigation:write', async (c) => {
  await implementActions(c.var.ctx, idOf(c));
  return back(c);
});
action(recordPages, '/investigations/:id/steps/close', 'investigation:write', async (c) => {
  await closeInvestigation(c.var.ctx, idOf(c));
  return back(c);
});
action(recordPages, '/investigations/:id/steps/reopen', 'investigation:write', async (c) => {
  await reopenInvestigation(c.var.ctx, idOf(c), await readForm(c, ReasonInput));
  return back(c);
});
action(recordPages, '/investigations/:id/steps/verify', 'investigation:write', async (c) => {
  const { effectiveness, evidence } = await readForm(c, z.object({ effectiveness: z.string(), evidence: z.string() }));
  const [evidence_kind, evidence_id] = evidence.split(' ');
  await verifyInvestigation(c.var.ctx, idOf(c), parsed(Verify, { effectiveness, evidence_kind, evidence_id }));
  return back(c);
});
