// What happened to a case, in order; what is internal says so.
import { actorName } from '../core/programs.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Moment } from '../web/parts.tsx';
import { CommandReply, commandName } from './commandViews.tsx';
import type { CaseEvent } from './event.ts';
import type { CaseCommand } from './remedy.ts';
import { eventWords, waitWords, words } from './words.ts';

interface Told {
  readonly c: AppContext;
  readonly case_id: string;
  readonly events: readonly CaseEvent[];
  /** Ids of people and units → what they are called. */
  readonly names?: ReadonlyMap<string, string>;
  /** What the cameras answered. */
  readonly commands?: readonly CaseCommand[];
}

export function Timeline({ c, case_id, events, names = new Map(), commands = [] }: Told) {
  const { locale, ctx } = c.var;
  const w = words(locale);
  const staff = ctx.actor.partner_id === null;
  return (
    <ol class="timeline">
      {events.map((event) => (
        <li class={event.visibility} id={event.id}>
          <p class="meta">
            <strong>{speak(eventWords[event.kind], locale)}</strong> · {actorName(event.actor_name, locale)} · <Moment c={c} at={event.at} />{' '}
            {staff ? <Badge tone={event.visibility === 'public' ? 'info' : 'neutral'}>{event.visibility === 'public' ? w.public : w.internal}</Badge> : null}
            {event.facts.bounced === true ? <Badge tone="bad">{w.came_back}</Badge> : null}
            {event.kind === 'message_in' && event.facts.thanks === true ? <Badge tone="good">{w.only_thanks}</Badge> : null}
          </p>
          <Details event={event} names={names} c={c} />
          {commands
            .filter(({ id }) => id === event.facts.command_id)
            .map((command) => (
              <p>
                <CommandReply c={c} command={command} />
              </p>
            ))}
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

/** Whom it went to, what is waited for, which unit: what the kind of the event alone does not say. */
function Details({ c, event, names }: { c: AppContext; event: CaseEvent; names: ReadonlyMap<string, string> }) {
  const { locale } = c.var;
  const w = words(locale);
  const { owner_id, unit_id, waiting_for, minutes, next_step, command, rating, helped, attachment_ids = [] } = event.facts;
  const { request_id, visit_id, workaround_id, into_id, merged_case_id } = event.facts;
  const about = request_id ?? visit_id ?? workaround_id ?? into_id ?? merged_case_id;
  const said = [
    ...(owner_id === undefined ? [] : [`→ ${names.get(owner_id) ?? owner_id}`]),
    ...(unit_id === undefined ? [] : [names.get(unit_id) ?? unit_id]),
    ...(about === undefined || !names.has(about) ? [] : [names.get(about)]),
    ...(typeof helped === 'boolean' ? [helped ? w.helped : w.helped_not] : []),
    ...(waiting_for === undefined ? [] : [speak(waitWords[waiting_for], locale)]),
    ...(minutes === undefined ? [] : [`${minutes} ${w.work_short}`]),
    ...(next_step === undefined || next_step === null ? [] : [`${w.next_step}: ${next_step}`]),
    ...(command === undefined ? [] : [commandName(c, command)]),
    ...(attachment_ids.length === 0 ? [] : [`${w.with_file}: ${attachment_ids.map((id) => names.get(id) ?? id).join(', ')}`]),
    ...(rating === undefined ? [] : [rating === null ? w.rating_back : `${rating} / 5`]),
  ];
  return said.length === 0 ? null : <p>{said.join(' · ')}</p>;
}
