// Bytes into reports, events and states by the long way: UTF-8, JSON, zod. What is not as the contract says comes back as a refusal, never as an exception.
import type { z } from 'zod';
import { elementsOf, readJson, WHITE } from './json.ts';
import { Event, Health, MAX_ARRAY_BYTES, MAX_MEASURES, MAX_OBJECT_BYTES, MAX_REPORTS_PER_MESSAGE, OnvifEvent } from './payload.ts';
import type { MessageKind } from './topic.ts';

export interface Refusal {
  readonly refusal: string;
  readonly detail: string | null;
}
/** With the bytes that were sent of it. */
export type Item = ({ readonly health: Health } | { readonly event: Event } | { readonly onvif: OnvifEvent } | Refusal) & { readonly bytes: Uint8Array };

const OPEN_ARRAY = 0x5b;

export const refused = (refusal: string, detail: string | null = null): Refusal => ({ refusal, detail });
export const isRefusal = (answer: object): answer is Refusal => 'refusal' in answer;

/** The items of a health, event or backfill message. A bad item of an array is refused alone: such a `part` comes by itself when it is replayed. */
export function readItems(kind: MessageKind, payload: Uint8Array, part = false): Item[] | Refusal {
  const array = isArray(payload);
  if (payload.length > (array ? MAX_ARRAY_BYTES : MAX_OBJECT_BYTES)) return refused('too_large', `${payload.length} bytes`);
  if (array) return kind === 'event' || kind === 'onvif' ? refused('not_an_object') : readElements(kind, payload);
  const json = readJson(payload);
  if ('refusal' in json) return refused(json.refusal);
  return kind === 'backfill' && !part ? refused('not_an_array') : [itemOf(kind, json.value, payload)];
}

function readElements(kind: MessageKind, payload: Uint8Array): Item[] | Refusal {
  const elements = elementsOf(payload);
  if (elements === null) return refused('not_json');
  if (elements.length === 0 || elements.length > MAX_REPORTS_PER_MESSAGE) return refused('wrong_length', `${elements.length} objects`);
  return elements.map((element) => {
    const json = readJson(element);
    const bytes = elements.length === 1 ? payload : element;
    return 'refusal' in json ? { ...refused(json.refusal), bytes } : itemOf(kind, json.value, bytes);
  });
}

/** One object of the kind its topic promises; a backfill carries both. `bytes` are what was sent of it. */
function itemOf(kind: MessageKind, value: unknown, bytes: Uint8Array): Item {
  const isEvent = kind === 'event' || (kind === 'backfill' && typeof value === 'object' && value !== null && 'name' in value && !('m' in value));
  if (bytes.length > MAX_OBJECT_BYTES) return { ...refused('too_large'), bytes };
  if (kind === 'onvif') {
    const onvif = parse(OnvifEvent, value);
    return isRefusal(onvif) ? { ...onvif, bytes } : { onvif, bytes };
  }
  if (isEvent) {
    const event = parse(Event, value);
    return isRefusal(event) ? { ...event, bytes } : { event, bytes };
  }
  const health = parse(Health, value);
  if (isRefusal(health)) return { ...health, bytes };
  return Object.keys(health.m).length > MAX_MEASURES ? { ...refused('too_many_measures'), bytes } : { health, bytes };
}

/** A value as the schema wants it, or the first thing wrong with it. */
export function parse<T extends z.ZodType<object>>(schema: T, value: unknown): z.infer<T> | Refusal {
  if (typeof value === 'object' && value !== null && 'v' in value && value.v !== 1) return refused('unknown_version', `v = ${String(value.v).slice(0, 20)}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return refused('not_as_agreed', issue === undefined ? null : `${issue.path.join('.')}: ${issue.message}`.slice(0, 300));
}

function isArray(payload: Uint8Array): boolean {
  let at = 0;
  while (WHITE.has(payload[at] ?? 0)) at++;
  return payload[at] === OPEN_ARRAY;
}
