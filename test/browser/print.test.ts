// What leaves the printer: a label is one piece of tape each, without a blank one before or after.
import { expect, it } from 'vitest';
import { cast, fielded } from '../returns/cast.ts';
import { openSite } from '../support/browser.ts';
import { testCtx } from '../support/eachDb.ts';

const POINTS_A_MM = 72 / 25.4;

const site = openSite(async ({ store }) => {
  const ctx = testCtx(store, { now: Date.now() });
  await cast(ctx);
  for (let i = 0; i < 3; i++) await fielded(ctx);
});

it('three selected units print three labels of 62 by 29 mm', async () => {
  const units = await site().fresh.store.db.selectFrom('units').select('id').execute();
  const { page } = await site().visit('tech');
  await page.goto(`/labels?${new URLSearchParams(units.map(({ id }): [string, string] => ['id', id]))}`);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  const boxes = [...pdf.matchAll(/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) =>
    [Number(width), Number(height)].map((points) => Math.round(points / POINTS_A_MM)),
  );
  expect(boxes).toEqual([
    [62, 29],
    [62, 29],
    [62, 29],
  ]);
});
