// Turns what a camera knows into the messages it sends, numbered without gaps within each boot.
import type { Camera, Incident } from './camera.ts';
import { DAY_MS } from './defects.ts';
import type { DeviceEvent, Health, State } from './payload.ts';
import { phaseOf } from './world.ts';

export type Report = Health | DeviceEvent;

export interface Reporter {
  birth(at: number, online: boolean): State;
  health(at: number): Health;
  event(incident: Incident): DeviceEvent;
  /** What a camera that was cut off has kept: a report a day, one after each boot, and its events, oldest first. from < ts ≤ to, epoch ms. */
  kept(from: number, to: number): Report[];
  /** The reports of the running boot with these numbers, as far as they are still in the camera's small memory. */
  resent(at: number, fromSeq: number, toSeq: number): Report[];
}

const KEPT_EVERY_MS = DAY_MS;
const AFTER_BOOT_MS = 30_000;
/** Reports a camera can tell again when the server asks for a gap. */
const REMEMBERED = 120;

interface Said {
  readonly boot: string;
  readonly seq: number;
  readonly at: number;
  readonly incident: Incident | null;
}

export function makeReporter(camera: Camera): Reporter {
  const said: Said[] = [];
  const nextSeq = (boot: string, at: number, incident: Incident | null): number => {
    const previous = said[said.length - 1];
    const seq = previous?.boot === boot ? previous.seq + 1 : 1;
    said.push({ boot, seq, at, incident });
    if (said.length > REMEMBERED) said.shift();
    return seq;
  };
  const health = (at: number): Health => healthOf(camera, at, nextSeq(camera.sessionAt(at).id, at, null), false);
  const event = (incident: Incident): DeviceEvent => eventOf(camera, incident, nextSeq(camera.sessionAt(incident.at).id, incident.at, incident));
  return {
    birth: (at, online) => birthOf(camera, at, online),
    health,
    event,
    kept: (from, to) => moments(camera, from, to).map(({ at, incident }) => asHistory(incident === null ? health(at) : event(incident))),
    resent: (at, fromSeq, toSeq) =>
      said
        .filter((row) => row.boot === camera.sessionAt(at).id && row.seq >= fromSeq && row.seq <= toSeq)
        .map((row) => asHistory(row.incident === null ? healthOf(camera, row.at, row.seq, true) : eventOf(camera, row.incident, row.seq))),
  };
}

const asHistory = (report: Report): Report => ({ ...report, hist: true });

function birthOf(camera: Camera, at: number, online: boolean): State {
  const session = camera.sessionAt(at);
  return { v: 1, online, boot: session.id, model: camera.unit.model_code, hw: camera.unit.hw_rev, fw: session.firmware };
}

function healthOf(camera: Camera, at: number, seq: number, hist: boolean): Health {
  const session = camera.sessionAt(at);
  return {
    v: 1,
    boot: session.id,
    seq,
    ts: at,
    synced: true,
    hist,
    model: camera.unit.model_code,
    hw: camera.unit.hw_rev,
    fw: session.firmware,
    m: camera.measuresAt(at),
  };
}

function eventOf(camera: Camera, { at, name, source, data }: Incident, seq: number): DeviceEvent {
  return { v: 1, boot: camera.sessionAt(at).id, seq, ts: at, name, source, data };
}

function moments(camera: Camera, from: number, to: number): { at: number; incident: Incident | null }[] {
  const first = Math.ceil((from - phaseOf(camera.unit) * KEPT_EVERY_MS + 1) / KEPT_EVERY_MS);
  const found: { at: number; incident: Incident | null }[] = [];
  for (let n = first; ; n++) {
    const at = Math.floor((n + phaseOf(camera.unit)) * KEPT_EVERY_MS);
    if (at > to) break;
    if (at > from) found.push({ at, incident: null });
  }
  for (const incident of camera.incidentsBetween(from - AFTER_BOOT_MS, to)) {
    if (incident.at > from) found.push({ at: incident.at, incident });
    const after = incident.at + AFTER_BOOT_MS;
    if (after > from && after <= to) found.push({ at: after, incident: null });
  }
  return found.sort((a, b) => a.at - b.at);
}
