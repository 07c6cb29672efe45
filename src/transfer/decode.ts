// From the bytes of a file to its text: UTF-8 with or without BOM, UTF-16 with BOM, else CP932 as Japanese spreadsheets write it.
import { Problem } from '../core/problem.ts';

export interface Decoded {
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'cp932';
}

/** Throws `malformed` for bytes that are text in none of them. WHATWG's shift_jis is CP932, NEC and IBM extensions included. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decoded(bytes, 'utf-16le') ?? refuse(), encoding: 'utf-16le' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decoded(bytes, 'utf-16be') ?? refuse(), encoding: 'utf-16be' };
  const utf8 = decoded(bytes, 'utf-8');
  return utf8 === null ? { text: decoded(bytes, 'shift_jis') ?? refuse(), encoding: 'cp932' } : { text: utf8, encoding: 'utf-8' };
}

function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

function refuse(): never {
  throw new Problem('malformed', ['The file is neither UTF-8 nor CP932 text', 'UTF-8 または CP932 のテキストファイルではありません']);
}
