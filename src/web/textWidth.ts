// How much room a text takes on a line.
const WIDE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu;

/** In Latin letters: a Japanese letter is as wide as two others. */
export const textWidth = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0);
