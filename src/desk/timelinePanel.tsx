// The timeline on a unit's page, newest first.
import { listSignals } from '../alert/queries.ts';
import { actorName } from '../core/programs.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Moment, Section } from '../web/parts.tsx';
import { getTimeline, type Happening } from './timeline.ts';
import { stateWord, timelineWords } from './timelineWords.ts';

export async function timelinePanel(c: AppContext, unit: { readonly id: string }) {
  const w = timelineWords(c.var.locale);
  const happenings = await getTimeline(c.var.ctx, unit.id);
  const signals = new Map((await listSignals(c.var.ctx)).map(({ code, name_en, name_ja }) => [code, speak([name_en, name_ja], c.var.locale)]));
  return (
    <Section title={w.timeline} id="timeline">
      {happenings.length === 0 ? (
        <p class="empty">{w.empty}</p>
      ) : (
        <ol class="timeline">
          {happenings.map((happening) => (
            <Entry
              c={c}
              happening={happening}
              said={(happening.kind === 'alert' ? signals.get(happening.what) : undefined) ?? stateWord(happening.what, c.var.locale)}
            />
          ))}
        </ol>
      )}
    </Section>
  );
}

function Entry({ c, happening, said }: { c: AppContext; happening: Happening; said: string }) {
  const { at, happened_on, kind, detail, path, actor_name } = happening;
  return (
    <li>
      {happened_on === undefined ? <Moment c={c} at={at} /> : <time datetime={happened_on}>{happened_on}</time>}{' '}
      <Badge>{timelineWords(c.var.locale)[kind]}</Badge> {path === null ? <b>{said}</b> : <a href={path}>{said}</a>}
      {detail === null ? null : <span class="quiet"> {detail}</span>}
      {actor_name === null ? null : <span class="quiet"> · {actorName(actor_name, c.var.locale)}</span>}
    </li>
  );
}
