// How help articles are found: words of both languages, Japanese in overlapping pairs of characters because it has no blanks.
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;
const LONGEST_WORD = 40;
const MOST_WORDS = 4000;

/** Words that stand in every text and find nothing. */
const EMPTY = new Set([
  'the',
  'a',
  'an',
  'is',
  'are',
  'to',
  'of',
  'in',
  'on',
  'and',
  'or',
  'it',
  'my',
  'not',
  'does',
  'do',
  'with',
  'for',
  'です',
  'ます',
  'した',
  'する',
  'ない',
  'いる',
  'こと',
  'ので',
  'から',
  'には',
  'では',
]);

/** The words of a text, normalised (NFKC, lower case): runs of letters and digits, and pairs of Japanese characters. A lone one stands for itself. */
export function wordsOf(text: string): string[] {
  const runs =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}ー]+/gu) ?? [];
  const words = runs.flatMap((run) => split(run)).filter((word) => word.length <= LONGEST_WORD && !EMPTY.has(word));
  return words.slice(0, MOST_WORDS);
}

/** Word → weight of an article: a word of the title counts five times one of the body. */
export function indexOf(
  article: { title_en: string | null; title_ja: string | null; body_en: string | null; body_ja: string | null },
  also: readonly string[] = [],
): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (text: string | null, weight: number): void => {
    for (const word of new Set(wordsOf(text ?? ''))) weights.set(word, (weights.get(word) ?? 0) + weight);
  };
  for (const title of [article.title_en, article.title_ja, ...also]) add(title, 5);
  for (const body of [article.body_en, article.body_ja]) add(body, 1);
  return weights;
}

/** `What to do?` → `what-to-do`; nothing left of a Japanese title gives null. */
export function slugOf(title: string): string | null {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug.length >= 3 ? slug : null;
}

/** An article wants a look when it is old, or when more readers said it did not help than that it did. */
export const REVIEW_EVERY_MS = 180 * 86_400_000;
const ENOUGH_ANSWERS = 5;

export function whyRefresh(article: { reviewed_at: number; solved: number; not_solved: number }, now: number): ('old' | 'not_helping')[] {
  return [
    ...(now - article.reviewed_at >= REVIEW_EVERY_MS ? ['old' as const] : []),
    ...(article.solved + article.not_solved >= ENOUGH_ANSWERS && article.not_solved > article.solved ? ['not_helping' as const] : []),
  ];
}

function split(run: string): string[] {
  const parts = run.match(new RegExp(`(?:${CJK.source})+|[^\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー]+`, 'gu')) ?? [];
  return parts.flatMap((part) => (CJK.test(part) ? pairs(part) : [part]));
}

function pairs(text: string): string[] {
  const characters = [...text];
  return characters.length === 1 ? characters : characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}
