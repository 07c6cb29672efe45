// ONVIF's own MQTT form as an event of ours. It has no boot and no sequence number: the day stands for the boot and the instant, spread by a hash of
// the whole event, for the number, so that a repetition is the same event and two events of one millisecond are two.
import { DAY_MS, rfc3339 } from '../core/time.ts';
import { ONVIF_BOOT } from './accept.ts';
import type { Event, OnvifEvent } from './payload.ts';

/** Numbers per millisecond of a day: 86,400,000 · 65,536 < 2^53. */
const PER_MS = 65_536;

/** Null when UtcTime is not an instant. */
export function adaptOnvif(name: string, event: OnvifEvent): Event | null {
  const ts = Date.parse(event.UtcTime);
  if (!(ts >= 0)) return null;
  const source = event.Source ?? event.Key;
  const seq = (ts % DAY_MS) * PER_MS + (fnv(`${name}${JSON.stringify([source, event.Data])}`) & (PER_MS - 1));
  return { v: 1, boot: `${ONVIF_BOOT}${rfc3339(ts).slice(0, 10)}`, seq, ts, name, source, data: event.Data };
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo). */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
