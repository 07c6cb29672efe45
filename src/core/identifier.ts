// Serial numbers, MAC addresses and asset tags as scanners, spreadsheets and Japanese keyboards deliver them.
const PREFIX = /^(?:S\/?N|SERIAL(?:\s*(?:NO|NUMBER))?|製造番号|シリアル(?:番号)?)\.?\s*[::#]\s*/iu;
// ー (long vowel mark), minus, hyphens and dashes that an IME or a spreadsheet puts in place of `-`.
const DASHES = /[ー‐-―−ー]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a scanner may send around the code.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2060\ufeff]/gu;

/** Most identifiers are plain already: nothing below would change them. */
const PLAIN = /^[A-Za-z0-9_.-]+$/;

/** As written, cleaned for storing and showing: NFKC, dashes, control characters and a leading `S/N:` removed. Case kept. */
export const cleanIdentifier = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize('NFKC').replace(DASHES, '-').replace(CONTROL, '').trim().replace(PREFIX, '').trim();

/** The key two spellings of one identifier share: also case, `-`, `:` and blanks dropped. Leading zeros stay; O and 0 stay apart. */
export const identifierKey = (text: string): string =>
  cleanIdentifier(text)
    .toUpperCase()
    .replace(/[-:\s]/g, '');
