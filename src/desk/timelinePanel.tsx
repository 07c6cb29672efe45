// The timeline on a unit's page, newest first.
import { actorName } from '../core/programs.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Moment, Section } from '../web/parts.tsx';
import { getTimeline, type Happening } from './timeline.ts';
import { stateWord, timelineWords } from './timelineWords.ts';

export async function timelinePanel(c: AppContext, unit: { readonly id: string }) {
  const w = timelineWords(c.var.locale);
  const happenings = await getTimeline(c.var.ctx, unit.id);
  return (
    <Section title={w.timeline} id="timeline">
      {happenings.length === 0 ? (
        <p class="empty">{w.empty}</p>
      ) : (
        <ol class="timeline">
          {happenings.map((happening) => (
            <Entry c={c} happening={happening} />
          ))}
        </ol>
      )}
    </Section>
  );
}

function Entry({ c, happening }: { c: AppContext; happening: Happening }) {
  const { at, happened_on, kind, what, detail, path, actor_name } = happening;
  const said = stateWord(what, c.var.locale);
  return (
    <li>
      {happened_on === undefined ? <Moment c={c} at={at} /> : <time datetime={happened_on}>{happened_on}</time>}{' '}
      <Badge>{timelineWords(c.var.locale)[kind]}</Badge> {path === null ? <b>{said}</b> : <a href={path}>{said}</a>}
      {detail === null ? null : <span class="quiet"> {detail}</span>}
      {actor_name === null ? null : <span class="quiet"> · {actorName(actor_name, c.var.locale)}</span>}
    </li>
  );
}
