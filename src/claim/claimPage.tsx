// One claim on one page: where it stands, what was said, and the form for each step that is possible now.
import { may } from '../core/actor.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, show } from '../web/page.tsx';
import { Badge, Facts, Field, Form, PageHead, Section, Select } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { claimActions } from './claimActions.ts';
import { StepForms } from './claimForms.tsx';
import { Deadlines, Exchanges, Lines, Money } from './claimSections.tsx';
import { listEvidencePacks } from './evidence.ts';
import { EvidenceButton } from './evidenceButton.tsx';
import { type ClaimView, viewClaim } from './queries.ts';
import { listStaff } from './staff.ts';
import { ClaimStateBadge } from './views.tsx';
import { words } from './words.ts';

export const claimPage = newPages();

page(claimPage, '/claims/:id', 'claim:read', async (c) => {
  const view = await viewClaim(c.var.ctx, c.req.param('id') ?? '');
  const { claim } = view;
  const writable = may(c.var.ctx.actor, 'claim:write') && claim.state !== 'closed';
  const packs = await listEvidencePacks(c.var.ctx, { subject_kind: 'claim', subject_id: claim.id });
  return show(
    c,
    { title: `${claim.number} ${claim.title}`, nav: '/claims' },
    <>
      <Head c={c} claim={claim} />
      <Standing c={c} view={view} />
      <p class="statement">{claim.statement}</p>
      <Lines c={c} view={view} />
      {writable ? <StepForms c={c} view={view} /> : null}
      <Deadlines c={c} view={view} writable={writable} />
      <Exchanges c={c} view={view} writable={writable} />
      <Money c={c} view={view} writable={writable} />
      <Packs c={c} packs={packs} />
      {writable ? <Frame c={c} view={view} /> : null}
    </>,
  );
});

const Head = ({ c, claim }: { c: AppContext; claim: ClaimView['claim'] }) => {
  const w = words(c.var.locale);
  return (
    <PageHead title={`${claim.number} ${claim.title}`} sub={<ClaimStateBadge c={c} state={claim.state} />}>
      <a class="button" href={`/documents?record_kind=claim&record_id=${claim.id}`}>
        {w.documents}
      </a>
      {may(c.var.ctx.actor, 'history:read') ? (
        <a class="button" href={`/history?record_kind=claim&record_id=${claim.id}`}>
          {w.history}
        </a>
      ) : null}
      <EvidenceButton c={c} kind="claim" fields={{ subject_id: claim.id }} />
    </PageHead>
  );
};

const Standing = ({ c, view: { claim, investigation } }: { c: AppContext; view: ClaimView }) => {
  const w = words(c.var.locale);
  return (
    <Facts
      facts={[
        [w.maker, claim.maker_name],
        [w.remedy, w[`remedy_${claim.remedy}`]],
        [w.owner, claim.owner_name ?? <Badge tone="bad">–</Badge>],
        [w.next_on, <NextDate c={c} claim={claim} />],
        [w.maker_rma, claim.maker_rma ?? '–'],
        [w.submitted_on, claim.submitted_on ?? '–'],
        [w.answered_on, claim.answered_on ?? '–'],
        [w.settled_on, claim.settled_on ?? '–'],
        ...(investigation === null
          ? []
          : [
              [
                w.investigation,
                <a href={`/investigations/${investigation.id}`}>
                  {investigation.number} {investigation.title}
                </a>,
              ] as const,
            ]),
      ]}
    />
  );
};

/** Red once it has passed: somebody forgot. */
const NextDate = ({ c, claim: { next_on, state } }: { c: AppContext; claim: ClaimView['claim'] }) =>
  state === 'closed' || (next_on !== null && next_on >= today(c.var.ctx)) ? (
    <span>{next_on}</span>
  ) : (
    <Badge tone="bad">{next_on === null ? '–' : `${next_on} ${words(c.var.locale).overdue}`}</Badge>
  );

const Packs = ({ c, packs }: { c: AppContext; packs: Awaited<ReturnType<typeof listEvidencePacks>> }) => {
  const w = words(c.var.locale);
  return (
    <Section title={w.evidence}>
      <ul>
        {packs.map((pack) => (
          <li>
            <a href={`/evidence-packs/${pack.id}`}>
              {pack.as_of_on} <code>{pack.fingerprint.slice(0, 12)}</code>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
};

async function Frame({ c, view: { claim } }: { c: AppContext; view: ClaimView }) {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  return (
    <Section title={`${w.owner} · ${w.next_on}`} id="frame">
      <Form action={`/claims/${claim.id}`}>
        <Version of={claim} />
        <Select label={w.owner} name="owner_id" value={claim.owner_id} options={staff} blank="–" />
        <Field label={w.next_on} name="next_on" type="date" value={claim.next_on} required />
        <Field label={w.maker_rma} name="maker_rma" value={claim.maker_rma} />
        <button type="submit">{w.save}</button>
      </Form>
    </Section>
  );
}

claimPage.route('/', claimActions);
