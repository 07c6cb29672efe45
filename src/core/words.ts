// Both languages in one place: every text of the product is a pair, so a missing translation cannot compile.
export const locales = ['en', 'ja'] as const;
export type Locale = (typeof locales)[number];

/** A text in both languages, English first. */
export type Bilingual = readonly [en: string, ja: string];

// biome-ignore lint/suspicious/noExplicitAny: a phrase may take any parameters; `Spoken` gives them back typed.
type Phrase = Bilingual | ((...parameters: any[]) => Bilingual);

type Spoken<W extends Record<string, Phrase>> = {
  readonly [K in keyof W]: W[K] extends (...parameters: infer P) => Bilingual ? (...parameters: P) => string : string;
};

/** A label as it stands inside an English sentence. */
export const inSentence = ([en]: Bilingual): string => en.toLowerCase();

/** A number, a serial, a pattern: what needs no translation. */
export const sameInBoth = (text: string): Bilingual => [text, text];

export const speak = (text: Bilingual, locale: Locale): string => text[locale === 'ja' ? 1 : 0];

/**
 * Phrases of a feature. `const words = defineWords({ title: ['Returns', '返品'], units: (n: number) => [`${n} units`, `${n} 台`] })`,
 * then `const w = words(locale)` and `w.title`, `w.units(3)`.
 */
export function defineWords<const W extends Record<string, Phrase>>(phrases: W): (locale: Locale) => Spoken<W> {
  const [en, ja] = locales.map((locale) =>
    Object.fromEntries(
      Object.entries(phrases).map(([key, phrase]) => [
        key,
        typeof phrase === 'function' ? (...parameters: unknown[]) => speak(phrase(...parameters), locale) : speak(phrase, locale),
      ]),
    ),
  );
  // Object.fromEntries forgets the keys; they are those of `phrases`.
  return (locale) => (locale === 'ja' ? ja : en) as Spoken<W>;
}

/** A word of a feature in both languages, as a sentence speaks of it. */
export const namedInSentence = <K extends string>(words: (locale: Locale) => Readonly<Record<K, string>>, key: K): Bilingual => {
  const name: Bilingual = [words('en')[key], words('ja')[key]];
  return [inSentence(name), name[1]];
};
