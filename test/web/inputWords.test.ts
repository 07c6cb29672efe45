// What a person reads who left a field empty, or filled it wrong.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { says } from '../../src/core/says.ts';
import { speak } from '../../src/core/words.ts';
import { wordsOf } from '../../src/web/inputWords.ts';

const Form = z.object({
  reason: z.string().trim().min(1).max(5),
  minutes: z.coerce.number().int().max(60),
  units: z
    .array(z.string(says(['Serials, please', 'シリアルを指定してください'])))
    .max(1, 'One at most')
    .optional(),
});

const said = (input: unknown, locale: 'en' | 'ja') =>
  Form.safeParse(input).error?.issues.map((issue) => `${issue.path.join('.')}: ${speak(wordsOf(issue, input), locale)}`) ?? [];

it('a field that was left out, or holds blanks only, is called empty in either language', () => {
  expect([said({ minutes: 1 }, 'en'), said({ reason: ' ', minutes: 1 }, 'en')]).toEqual([['reason: Must not be empty'], ['reason: Must not be empty']]);
  expect([said({ minutes: 1 }, 'ja'), said({ reason: ' ', minutes: 1 }, 'ja')]).toEqual([['reason: 入力してください'], ['reason: 入力してください']]);
});

it('a text that is no number is told so, not its type', () => {
  expect([said({ reason: 'x', minutes: 'ten' }, 'en'), said({ reason: 'x', minutes: 'ten' }, 'ja')]).toEqual([
    ['minutes: Must be a number'],
    ['minutes: 数値を入力してください'],
  ]);
});

it('words that a schema gives itself stay, in both languages where it gave them so', () => {
  const units = (values: unknown[], locale: 'en' | 'ja') => said({ reason: 'x', minutes: 1, units: values }, locale);
  expect([units([2], 'en'), units([2], 'ja')]).toEqual([['units.0: Serials, please'], ['units.0: シリアルを指定してください']]);
  expect([units(['1', '2'], 'en'), units(['1', '2'], 'ja')]).toEqual([['units: One at most'], ['units: One at most']]);
});

it('anything else is said in the words of zod, in the language of the reader', () => {
  const [english = '', japanese = ''] = [said({ reason: 'too long', minutes: 61 }, 'en'), said({ reason: 'too long', minutes: 61 }, 'ja')].map(String);
  expect(english).toMatch(/reason: Too big.*minutes: Too big/);
  expect(japanese).toMatch(/reason: .*5.*minutes: .*60/);
  expect(japanese).toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}]/u);
});
