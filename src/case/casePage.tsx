// One case on one page: who and what, the unit beside it, what helps, and everything that happened.
import { words as catalogWords } from '../catalog/words.ts';
import { type Locale, speak } from '../core/words.ts';
import { QualityPart } from '../inspection/qualityPart.tsx';
import type { AppContext } from '../web/env.ts';
import { newPages, page, seeOther, show } from '../web/page.tsx';
import { Badge, Facts, Moment, PageHead, Section, Table, Unknown } from '../web/parts.tsx';
import { MoreActions, Standing, Talk } from './actionViews.tsx';
import { requestWords } from './askWords.ts';
import { CaseFiles } from './filePages.tsx';
import { StateBadge } from './listPage.tsx';
import { getCase } from './queries.ts';
import { type ReadCase, readCase } from './readCase.ts';
import { named } from './rules.ts';
import type { CaseRow } from './table.ts';
import { Timeline } from './timelineViews.tsx';
import { UnitView } from './unitViews.tsx';
import { sourceWords, typeWords, words } from './words.ts';

export const casePage = newPages();

page(casePage, '/cases/:id', 'case:read', async (c) => {
  if (c.var.ctx.actor.partner_id !== null) return seeOther(c, `/portal/cases/${(await getCase(c.var.ctx, c.req.param('id') ?? '')).id}`);
  const read = await readCase(c, c.req.param('id') ?? '');
  const { row } = read;
  const w = words(c.var.locale);
  return show(
    c,
    { title: `${row.number} ${row.subject}`, nav: '/cases', kind: 'wide' },
    <>
      <PageHead
        title={row.subject}
        sub={
          <>
            {row.number} <StateBadge c={c} row={row} /> {row.initiated_by === 'alert' ? <Badge tone="info">{w.proactive}</Badge> : null}{' '}
            {row.notice_id === null ? null : (
              <a href={`/notices/${row.notice_id}`}>
                <Badge tone="info">{w.after_notice}</Badge>
              </a>
            )}
          </>
        }
      />
      <CaseFacts c={c} read={read} />
      <div class="columns">
        <div>
          <Section title={w.timeline} id="timeline">
            <Timeline c={c} case_id={row.id} events={read.events} names={namesIn(read, c.var.locale)} commands={read.commands} />
          </Section>
          <Talk c={c} read={read} />
          <CaseFiles c={c} case_id={row.id} files={read.files} />
        </div>
        <div>
          <Standing c={c} read={read} />
          {read.panels.map((panel) => (
            <UnitView c={c} row={row} panel={panel} commands={commandsTo(read, panel.unit.id)} />
          ))}
          <Workarounds c={c} read={read} />
        </div>
      </div>
      <MoreActions c={c} read={read} />
      {
        await QualityPart({
          c,
          subject: { record_kind: 'case', record_id: row.id, title: row.subject, unit_id: read.units[0]?.id ?? null, back: `/cases/${row.id}` },
        })
      }
      <Similar c={c} read={read} />
    </>,
  );
});

/** Each unit with what was sent to its own camera. */
const commandsTo = ({ events, commands }: ReadCase, unit_id: string): ReadCase['commands'] =>
  commands.filter(({ id }) => events.some(({ facts }) => facts.command_id === id && facts.unit_id === unit_id));

/** What the timeline calls people, units, files and whatever else its events are about. */
const namesIn = ({ owners, units, files, requests, visits, workarounds, beside }: ReadCase, locale: Locale): Map<string, string> =>
  new Map([
    ...[...owners, ...files].map(({ id, name }) => [id, name] as const),
    ...units.map(({ id, model_code, serial }) => [id, `${model_code} ${serial}`] as const),
    ...requests.map(({ id, kind, asked_of, question }) => [id, `${speak(requestWords[kind], locale)} → ${asked_of}: ${question}`] as const),
    ...visits.map(({ id, visit_on }) => [id, visit_on] as const),
    ...workarounds.map(({ id, title_en, title_ja }) => [id, locale === 'ja' ? title_ja : title_en] as const),
    ...beside.map(({ id, number, subject }) => [id, `${number} ${subject}`] as const),
  ]);

function CaseFacts({ c, read: { row, owners, categories, causes, customer, contract, beside } }: { c: AppContext; read: ReadCase }) {
  const { locale } = c.var;
  const w = words(locale);
  const code = (list: ReadCase['categories'], id: string | null) => {
    const found = list.find((entry) => entry.id === id);
    return found === undefined ? '—' : named(found, locale);
  };
  return (
    <Facts
      facts={[
        [w.type, speak(typeWords[row.type], locale)],
        [w.source, speak(sourceWords[row.source], locale)],
        [w.customer, customer === undefined ? <Unknown locale={locale} /> : customer.name],
        [w.contact, [row.contact_name, row.contact_email].filter((part) => part !== null).join(' · ') || '—'],
        [w.contract, contract === undefined ? '—' : `${contract.code} (${contract.plan}, ${catalogWords(locale)[contract.coverage]})`],
        [w.owner, owners.find(({ id }) => id === row.owner_id)?.name ?? row.owner_id ?? w.nobody],
        [w.category, code(categories, row.category_id)],
        [w.cause, code(causes, row.cause_id)],
        [w.since, row.since_text ?? '—'],
        [w.tried, row.tried_text ?? '—'],
        [w.opened, <Moment c={c} at={row.opened_at} />],
        [w.next_step, row.next_step ?? '—'],
        [w.due, row.next_due_at === null ? '—' : <Moment c={c} at={row.next_due_at} />],
        ...(row.unanswered_since_at === null ? [] : [[w.waiting_since, <Moment c={c} at={row.unanswered_since_at} />] as const]),
        ...(row.solution === null || row.solved_at === null ? [] : [[w.solution, row.solution] as const]),
        ...(row.rating === null ? [] : [[w.rating, `${row.rating} / 5`] as const]),
        ...(row.merged_into_id === null
          ? []
          : [[w.merged_into, <a href={`/cases/${row.merged_into_id}`}>{beside.find(({ id }) => id === row.merged_into_id)?.number}</a>] as const]),
      ]}
    />
  );
}

function Workarounds({ c, read: { row, workarounds } }: { c: AppContext; read: ReadCase }) {
  const { locale } = c.var;
  const w = words(locale);
  if (workarounds.length === 0) return null;
  const scopes = [w.everything, w.maker, w.model, `${w.model} + ${w.firmware}`];
  return (
    <Section title={w.workarounds} id="workarounds">
      {workarounds.slice(0, 8).map((found) => (
        <details>
          <summary>
            {locale === 'ja' ? found.title_ja : found.title_en} <Badge>{scopes[found.specificity]}</Badge>{' '}
            {found.tried > 0 ? <small>{w.helped_of(found.helped, found.tried)}</small> : null}
          </summary>
          <p class="prose">{locale === 'ja' ? found.steps_ja : found.steps_en}</p>
          <form class="row" method="post" action={`/cases/${row.id}/workarounds`}>
            <input type="hidden" name="workaround_id" value={found.id} />
            <button name="helped" value="yes">
              {w.helped}
            </button>
            <button name="helped" value="no">
              {w.helped_not}
            </button>
          </form>
        </details>
      ))}
    </Section>
  );
}

function Similar({ c, read: { similar } }: { c: AppContext; read: ReadCase }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.similar} id="similar">
      <Table
        c={c}
        caption={w.similar}
        rows={similar}
        columns={[
          { head: w.number, cell: (found) => <a href={`/cases/${found.id}`}>{found.number}</a> },
          { head: w.subject, cell: (found) => found.subject },
          { head: w.solution, cell: (found) => found.solution },
          { head: w.category, cell: (found) => (found.same_category ? <Badge tone="good">=</Badge> : '') },
        ]}
      />
    </Section>
  );
}

/** Where the forms of a case lead back to. */
export const backTo = (row: Pick<CaseRow, 'id'>): string => `/cases/${row.id}`;
