// The text of an article as blocks.
import { expect, it } from 'vitest';
import { ArticleBody, blocksOf } from '../../src/article/body.tsx';

it.each([
  ['', ''],
  ['one\ntwo', 'paragraph one|two'],
  ['one\n\ntwo', 'paragraph one; paragraph two'],
  ['# Steps\n1. Off\n2. On\n\n- a\n- b', 'heading Steps; steps Off|On; bullets a|b'],
  ['手順\n１．電源\n・注意\n・清掃', 'paragraph 手順; steps 電源; bullets 注意|清掃'],
  ['1) a\n\n2) b', 'steps a; steps b'],
  ['# A\n# B', 'heading A; heading B'],
  ['#1 is no heading, -5 is a point', 'paragraph #1 is no heading, -5 is a point'],
  ['2026 was a year', 'paragraph 2026 was a year'],
])('%j reads as %s', (text, blocks) => {
  expect(
    blocksOf(text)
      .map(({ kind, lines }) => `${kind} ${lines.join('|')}`)
      .join('; '),
  ).toBe(blocks);
});

it('no HTML of the author passes', async () => {
  const html = String(await ArticleBody({ text: '# <b>x</b>\n<script>alert(1)</script>\n- <img src=x onerror=alert(1)>' }));
  expect(html).not.toMatch(/<(?:script|img|b)\b/);
});
