// The topics of the contract: fleet/v1/{device_id}/…
import type { Device } from './device.ts';
import { DEVICE_ID } from './payload.ts';

export type MessageKind = 'state' | 'health' | 'event' | 'backfill' | 'reply' | 'onvif';

export const TOPIC_ROOT = 'fleet/v1/';
const kinds: ReadonlySet<string> = new Set(['state', 'health', 'event', 'backfill', 'reply']);
const ONVIF = 'onvif-ej/';

export interface Topic {
  readonly device_id: string;
  readonly kind: MessageKind;
  /** The event's name in an ONVIF topic. */
  readonly name: string;
  /** The device in the memory of the ingester, once it was looked for. */
  device: Device | null;
}

/** What a topic says, null when it is none of ours. */
export function readTopic(topic: string): Topic | null {
  if (!topic.startsWith(TOPIC_ROOT)) return null;
  const slash = topic.indexOf('/', TOPIC_ROOT.length);
  if (slash < 0) return null;
  const device_id = topic.slice(TOPIC_ROOT.length, slash);
  const rest = topic.slice(slash + 1);
  if (!DEVICE_ID.test(device_id)) return null;
  if (kinds.has(rest)) return { device_id, kind: rest as MessageKind, name: '', device: null };
  return rest.startsWith(ONVIF) && rest.length > ONVIF.length ? { device_id, kind: 'onvif', name: rest.slice(ONVIF.length), device: null } : null;
}

/** The text of a topic that `readTopic` read. */
export const topicText = ({ device_id, kind, name }: Topic): string => `${TOPIC_ROOT}${device_id}/${kind === 'onvif' ? `${ONVIF}${name}` : kind}`;

/** What the ingester subscribes to. */
export const subscriptions: readonly string[] = [...[...kinds].map((kind) => `${TOPIC_ROOT}+/${kind}`), `${TOPIC_ROOT}+/${ONVIF}#`];

export const commandTopic = (device_id: string): string => `${TOPIC_ROOT}${device_id}/cmd`;

/** Whether a device may subscribe there: its own commands, and nothing with a wildcard. */
export const maySubscribe = (device_id: string, topic: string): boolean => topic === commandTopic(device_id);
