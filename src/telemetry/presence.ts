// Whether a device is there: from its birth, its will, and what it sends. Pure but for the device it changes.
import type { Device } from './device.ts';
import type { State } from './payload.ts';

export type PresenceCause = 'birth' | 'will' | 'activity';
export interface PresenceChange {
  readonly presence: 'online' | 'offline';
  readonly cause: PresenceCause;
}

/** A live message proves that the device is there. */
export function noteActivity(device: Device, at: number): PresenceChange | null {
  device.last_seen_at = Math.max(device.last_seen_at, at);
  return device.online_at === null ? comeOnline(device, at, 'activity') : null;
}

/** A retained birth or a last will. A will of an earlier boot is late news: the broker found out only now that the old connection is dead. */
export function noteState(device: Device, { online, boot }: State, at: number): PresenceChange | null {
  const reported = device.boot?.boot ?? null;
  if (online) {
    if (boot !== undefined) device.birth_boot = boot === reported ? null : boot;
    return device.online_at === null ? comeOnline(device, at, 'birth') : null;
  }
  const current = device.birth_boot ?? reported;
  if (device.online_at === null || (boot !== undefined && current !== null && boot !== current)) return null;
  device.online_at = null;
  device.offline_at = at;
  device.presence_changes++;
  return { presence: 'offline', cause: 'will' };
}

function comeOnline(device: Device, at: number, cause: PresenceCause): PresenceChange {
  device.online_at = at;
  device.offline_at = null;
  device.presence_changes++;
  return { presence: 'online', cause };
}
