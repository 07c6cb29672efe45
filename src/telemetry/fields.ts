// The fields of `m` as the fast decoder, the packed reports and the roll-ups need them, derived from the zod schema so that no limit is written twice.
import { z } from 'zod';
import { Measures } from './payload.ts';

export interface Field {
  readonly name: string;
  /** Position among `fields`; -1 for a number the contract does not know. */
  readonly index: number;
  readonly kind: 'integer' | 'number' | 'flag' | 'word';
  readonly min: number;
  readonly max: number;
  /** The words of a `word` field; its value is the position here. */
  readonly words: readonly string[];
}

interface Spec {
  readonly type?: string | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Spec[];
}

export const fields: readonly Field[] = Object.entries(Measures.shape).map(([name, schema], index) => {
  // JSON Schema writes a nullable field as `anyOf [spec, null]`, or as `type [boolean, null]`.
  const whole = z.toJSONSchema(schema) as Spec;
  const spec = whole.anyOf?.[0] ?? whole;
  const kind = spec.enum ? 'word' : spec.type?.includes('boolean') ? 'flag' : spec.type === 'integer' ? 'integer' : 'number';
  return { name, index, kind, min: spec.minimum ?? 0, max: spec.maximum ?? (spec.enum?.length ?? 2) - 1, words: spec.enum ?? [] };
});

const byName = new Map(fields.map((field) => [field.name, field]));

/** A field of the contract. */
export const findField = (name: string): Field | undefined => byName.get(name);

/** A field known to exist. */
export function field(name: string): Field {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`No field ${name}`);
  return found;
}

/** A number under a key the contract does not know: kept as it came. */
export const foreignField = (name: string): Field => ({ name, index: -1, kind: 'number', min: -Infinity, max: Infinity, words: [] });

/** Counters that are cumulative per boot; a day's roll-up holds their increments. */
export const counters = [
  'uptime_s',
  'brownouts',
  'disconnects',
  'link_flaps',
  'sd_write_errs',
  'sd_power_loss',
  'frames_lost',
  'enc_restarts',
  'rec_gap_s',
  'upload_errs',
  'ircut_moves',
] as const;

/** Position of a field among `counters`, -1 when it is none. */
export const counterOf: readonly number[] = fields.map((each) => counters.findIndex((name) => name === each.name));

/** The JSON value of a field's number: a word, a flag, or the number itself. */
export function jsonValue(of: Field, number: number): string | boolean | number {
  if (of.kind === 'word') return of.words[number] ?? 'unknown';
  return of.kind === 'flag' ? number === 1 : number;
}
