// How much room a text takes on a line.
const WIDE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu;

/** In Latin letters: a Japanese letter is as wide as two others. */
export const textWidth = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0);

/** At most as wide as `width` letters, with an ellipsis where something is left out. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const letters = [...text];
  while (textWidth(letters.join('')) >= width) letters.pop();
  return `${letters.join('')}…`;
}
