// Words that a schema says itself: it keeps one text, which finds its translation again.
import { type Bilingual, sameInBoth } from './words.ts';

const said = new Map<string, Bilingual>();

/** For the message of a check: `.refine(isZone, says(['an IANA time zone', 'IANAタイムゾーン']))`. */
export function says(words: Bilingual): string {
  said.set(words[0], words);
  return words[0];
}

export const saidInBoth = (english: string): Bilingual => said.get(english) ?? sameInBoth(english);
