// What quality knows of a return unit or a case: known issues it looks like, for a person to decide, and the way to an investigation.
import { may } from '../core/actor.ts';
import { defineWords } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Section } from '../web/parts.tsx';

const words = defineWords({
  quality: ['Known issues and causes', '既知の不具合と原因調査'],
  suggested: ['looks like it', '該当の可能性'],
  accepted: ['accepted', '該当'],
  accept: ['It is this', '該当する'],
  refuse: ['It is not', '該当しない'],
  investigate: ['Open an investigation', '調査を開始'],
  cohort: ['Units made alike', '同一条件の個体群'],
  none: ['It looks like no known issue.', '該当しそうな既知の不具合はありません。'],
});

interface Subject {
  readonly record_kind: 'return_unit' | 'case';
  readonly record_id: string;
  readonly title: string;
  readonly unit_id: string | null;
  /** Where a decision leads back to. */
  readonly back: string;
}

/** For staff alone: shows nothing to a partner. */
export async function QualityPart({ c, subject }: { c: AppContext; subject: Subject }) {
  const { actor } = c.var.ctx;
  if (actor.partner_id !== null || !may(actor, 'investigation:read')) return null;
  const w = words(c.var.locale);
  const { record_kind, record_id, title, unit_id } = subject;
  const matches = await listMatchesOf(c.var.ctx, record_kind, record_id);
  const investigations = await listInvestigationsOf(c.var.ctx, record_kind, record_id);
  const source = new URLSearchParams({ source_kind: record_kind, source_id: record_id, title, ...(unit_id === null ? {} : { unit_id }) });
  return (
    <Section title={w.quality} id="quality">
      {matches.length === 0 ? <p class="empty">{w.none}</p> : <Matches c={c} subject={subject} matches={matches} />}
      <p>
        {investigations.map((row) => (
          <>
            <a href={`/investigations/${row.id}`}>
              {row.number} {row.title}
            </a>{' '}
          </>
        ))}
        {may(actor, 'investigation:write') ? (
          <a class="button" href={`/investigations/new?${source}`}>
            {w.investigate}
          </a>
        ) : null}{' '}
        {unit_id === null ? null : (
          <a class="button" href={`/cohorts?unit_id=${unit_id}`}>
            {w.cohort}
          </a>
        )}
      </p>
    </Section>
  );
}

function Matches({ c, subject, matches }: { c: AppContext; subject: Subject; matches: Awaited<ReturnType<typeof listMatchesOf>> }) {
  const w = words(c.var.locale);
  return (
    <ul>
      {matches.map((row) => (
        <li>
          <a href={`/known-issues/${row.id}`}>
            {row.number} {c.var.locale === 'ja' ? row.title_ja : row.title_en}
          </a>{' '}
          <Badge tone={row.state === 'accepted' ? 'warn' : 'neutral'}>{row.state === 'accepted' ? w.accepted : w.suggested}</Badge>{' '}
          {(c.var.locale === 'ja' ? row.workaround_ja : row.workaround_en) ?? ''} {row.fixed_in === null ? null : <Badge tone="good">{row.fixed_in}</Badge>}
          {row.state === 'suggested' ? <MatchDecision c={c} issue_id={row.id} record={subject} back={subject.back} /> : null}
        </li>
      ))}
    </ul>
  );
}

/** A person's word on a suggestion; nothing for those who may not say it. */
export const MatchDecision = ({
  c,
  issue_id,
  record: { record_kind, record_id },
  back,
}: {
  c: AppContext;
  issue_id: string;
  record: Pick<Subject, 'record_kind' | 'record_id'>;
  back?: string;
}) => {
  const w = words(c.var.locale);
  if (!may(c.var.ctx.actor, record_kind === 'case' ? 'case:write' : 'return:write')) return null;
  return (
    <form class="row" method="post" action={`/known-issues/${issue_id}/matches`}>
      <input type="hidden" name="record_kind" value={record_kind} />
      <input type="hidden" name="record_id" value={record_id} />
      {back === undefined ? null : <input type="hidden" name="back" value={back} />}
      <button type="submit" name="state" value="accepted">
        {w.accept}
      </button>
      <button type="submit" name="state" value="refused">
        {w.refuse}
      </button>
    </form>
  );
};

const listMatchesOf = (ctx: Ctx, record_kind: Subject['record_kind'], record_id: string) =>
  ctx.db
    .selectFrom('known_issue_matches')
    .innerJoin('known_issues', 'known_issues.id', 'known_issue_matches.known_issue_id')
    .select([
      'known_issues.id',
      'known_issues.number',
      'known_issues.title_en',
      'known_issues.title_ja',
      'known_issues.workaround_en',
      'known_issues.workaround_ja',
      'known_issues.fixed_in',
      'known_issue_matches.state',
    ])
    .where('record_kind', '=', record_kind)
    .where('record_id', '=', record_id)
    .where('known_issue_matches.state', '!=', 'refused')
    .where('known_issues.state', 'in', ['published', 'fixed'])
    .orderBy('known_issues.number')
    .execute();

const listInvestigationsOf = (ctx: Ctx, kind: Subject['record_kind'], record_id: string) =>
  ctx.db
    .selectFrom('investigation_links')
    .innerJoin('investigations', 'investigations.id', 'investigation_links.investigation_id')
    .select(['investigations.id', 'investigations.number', 'investigations.title'])
    .where('kind', '=', kind)
    .where('record_id', '=', record_id)
    .orderBy('investigations.number')
    .execute();
