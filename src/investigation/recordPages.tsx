// One investigation on one page, in the order of an 8D. The forms on it are answered in recordForms and stepForms.
import { EvidenceButton } from '../claim/evidenceButton.tsx';
import { may } from '../core/actor.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, show } from '../web/page.tsx';
import { Badge, Facts, Moment, PageHead, Section } from '../web/parts.tsx';
import { ActionSection } from './actionViews.tsx';
import { type InvestigationView, viewInvestigation } from './queries.ts';
import { FrameForm, ProofSection, RelatedSection, StepSection } from './recordViews.tsx';
import { ScopeSection } from './scopeViews.tsx';
import { CauseTree, NumbersTable, StateBadge } from './views.tsx';
import { words } from './words.ts';

export const recordPages = newPages();

page(recordPages, '/investigations/:id', 'investigation:read', async (c) => {
  const view = await viewInvestigation(c.var.ctx, c.req.param('id') ?? '');
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
        {may(c.var.ctx.actor, 'history:read') ? (
          <a class="button" href={`/history?record_kind=investigation&record_id=${row.id}`}>
            {w.history}
          </a>
        ) : null}
        <EvidenceButton c={c} kind="investigation" fields={{ subject_id: row.id }} />
      </PageHead>
      <Facts
        facts={[
          [w.owner, row.owner_name ?? <Badge tone="bad">{w.no_owner}</Badge>],
          [w.next_on, <NextDate c={c} row={row} />],
          [w.source, w[`source_${row.source_kind}`]],
          [w.opened, <Moment c={c} at={row.created_at} />],
          ...(row.reopened_reason === null ? [] : [[w.state_reopened, row.reopened_reason] as const]),
          ...(row.closed_at === null ? [] : [[w.closed, <Moment c={c} at={row.closed_at} />] as const]),
        ]}
      />
      <p class="statement">{row.problem}</p>
      <Said row={row} w={w} />
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

/** Red when there is none, or when it has passed: somebody forgot. */
function NextDate({ c, row: { next_on, next_step, state } }: { c: AppContext; row: InvestigationView['investigation'] }) {
  const w = words(c.var.locale);
  const missed = next_on === null ? w.no_next_date : state !== 'closed' && next_on < today(c.var.ctx) ? w.overdue : null;
  return (
    <>
      {next_on} {next_step} {missed === null ? null : <Badge tone="bad">{missed}</Badge>}
    </>
  );
}

/** What was said at the steps: how it is contained, and what shows that the actions work. */
function Said({ row, w }: { row: InvestigationView['investigation']; w: ReturnType<typeof words> }) {
  const proof =
    row.evidence_id === null ? null : row.evidence_kind === 'test_record' ? (
      <a href={`/test-records/${row.evidence_id}`}>{w.tests}</a>
    ) : (
      <a href="#proof">{w.proof}</a>
    );
  const facts = [
    ...(row.containment === null ? [] : [[w.containment, row.containment] as const]),
    ...(row.effectiveness === null ? [] : [[w.effectiveness, row.effectiveness] as const]),
    ...(proof === null ? [] : [[w.evidence_record, proof] as const]),
  ];
  return facts.length === 0 ? null : <Facts facts={facts} />;
}
