// Looks over JSON bytes before anything parses them: JSON.parse accepts depth 200,000, duplicate keys, lone surrogates and 1e400, and a device may send them all.
import { MAX_DEPTH } from './payload.ts';

export type JsonRefusal = 'not_utf8' | 'not_json' | 'too_deep' | 'duplicate_key' | 'forbidden_key' | 'lone_surrogate' | 'number_out_of_range';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The parsed value, or why the bytes are refused. */
export function readJson(bytes: Uint8Array): { value: unknown } | { refusal: JsonRefusal } {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { refusal: 'not_utf8' };
  }
  const structural = structureRefusal(text);
  if (structural !== null) return { refusal: structural };
  try {
    const value: unknown = JSON.parse(text);
    const refusal = valueRefusal(value);
    return refusal === null ? { value } : { refusal };
  } catch {
    return { refusal: 'not_json' };
  }
}

/**
 * The elements of an array, told by brackets, commas and quotes alone: whether each is JSON is for `readJson` to see, so that one spoils no other.
 * Null when the bytes are not one array from end to end.
 */
export function elementsOf(bytes: Uint8Array): Uint8Array[] | null {
  const commas = commasOf(bytes);
  if (commas === null) return null;
  const elements = commas.slice(1).map((end, i) => bytes.subarray((commas[i] as number) + 1, end));
  if (elements.length === 1 && isBlank(elements[0] as Uint8Array)) return [];
  return elements.some(isBlank) ? null : elements;
}

/** Where the outermost brackets and the commas between them are. */
function commasOf(bytes: Uint8Array): number[] | null {
  const commas: number[] = [];
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i];
    if (code === QUOTE) i = closingQuote(bytes, i);
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      if (++depth === 1) commas.push(i);
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      if (--depth === 0) return isBlank(bytes.subarray(i + 1)) ? [...commas, i] : null;
    } else if (code === COMMA && depth === 1) commas.push(i);
  }
  return null;
}

function closingQuote(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

export const WHITE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => WHITE.has(byte));

/** One pass without recursion: depth, and keys given twice in one object. Everything else is left to JSON.parse. */
function structureRefusal(text: string): JsonRefusal | null {
  const keysOf: (Set<string> | null)[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (keysOf.length >= MAX_DEPTH) return 'too_deep';
      keysOf.push(code === OPEN_OBJECT ? new Set() : null);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      keysOf.pop();
    } else if (code === QUOTE) {
      const end = endOfString(text, i);
      const keys = keysOf.at(-1);
      if (keys && isKey(text, end)) {
        const refusal = addKey(keys, text.slice(i, end + 1));
        if (refusal !== null) return refusal;
      }
      i = end;
    }
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
  return text.charCodeAt(i) === COLON;
}

function addKey(keys: Set<string>, quoted: string): JsonRefusal | null {
  let key = quoted;
  try {
    key = String(JSON.parse(quoted));
  } catch {
    return 'not_json';
  }
  if (key === '__proto__') return 'forbidden_key';
  if (keys.has(key)) return 'duplicate_key';
  keys.add(key);
  return null;
}

/** With the u flag a surrogate pair is one character of another category: what is left as a surrogate stands alone. */
const wellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);

/** Depth is bounded by now, so recursion is safe. */
function valueRefusal(value: unknown): JsonRefusal | null {
  if (typeof value === 'string') return wellFormed(value) ? null : 'lone_surrogate';
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'number_out_of_range';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const refusal = (wellFormed(key) ? null : ('lone_surrogate' as const)) ?? valueRefusal(inner);
    if (refusal !== null) return refusal;
  }
  return null;
}
