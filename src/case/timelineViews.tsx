// What happened to a case, in order; what is internal says so.
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Moment } from '../web/parts.tsx';
import type { CaseEvent } from './event.ts';
import { eventWords, words } from './words.ts';

export function Timeline({ c, case_id, events }: { c: AppContext; case_id: string; events: readonly CaseEvent[] }) {
  const { locale, ctx } = c.var;
  const w = words(locale);
  const staff = ctx.actor.partner_id === null;
  return (
    <ol class="timeline">
      {events.map((event) => (
        <li class={event.visibility} id={event.id}>
          <p class="meta">
            <strong>{speak(eventWords[event.kind], locale)}</strong> · {event.actor_name} · <Moment c={c} at={event.at} />{' '}
            {staff ? <Badge tone={event.visibility === 'public' ? 'info' : 'neutral'}>{event.visibility === 'public' ? w.public : w.internal}</Badge> : null}
            {event.kind === 'message_in' && event.facts.thanks === true ? <Badge tone="good">{w.only_thanks}</Badge> : null}
          </p>
          {event.facts.reason === undefined ? null : (
            <p>
              {w.reason}: {event.facts.reason}
            </p>
          )}
          {event.facts.solution === undefined ? null : (
            <p class="prose">
              {w.solution}: {event.facts.solution}
            </p>
          )}
          {event.body === null ? null : <p class="prose">{event.body}</p>}
          {staff && event.kind === 'message_in' ? (
            <form class="row" method="post" action={`/cases/${case_id}/message-classifications`}>
              <input type="hidden" name="event_id" value={event.id} />
              <button class="quiet" name="thanks" value={event.facts.thanks === true ? 'no' : 'yes'}>
                {event.facts.thanks === true ? w.mark_work : w.mark_thanks}
              </button>
            </form>
          ) : null}
        </li>
      ))}
    </ol>
  );
}
