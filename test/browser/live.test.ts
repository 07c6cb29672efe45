// A list that follows the store while somebody works in it: what they ticked and where they stand stays theirs.
import { expect, it } from 'vitest';
import { acknowledgeAlert } from '../../src/alert/act.ts';
import { tellPages } from '../../src/alert/live.ts';
import { cast } from '../returns/cast.ts';
import { alertRow } from '../support/alertRow.ts';
import { openSite } from '../support/browser.ts';
import { testCtx } from '../support/eachDb.ts';

let models: string[] = [];
const site = openSite(async ({ store }) => {
  const { model, substitute } = await cast(testCtx(store, { now: Date.now() }));
  models = [model, substitute];
});

const raise = async (model_id = ''): Promise<string> => {
  const row = alertRow(model_id);
  await site().fresh.store.db.insertInto('alerts').values(row).execute();
  tellPages(row.id);
  return row.id;
};

it('a new alert joins the list by itself; the ticked row stays ticked, counted and under j and k', async () => {
  const first = await raise(models[0]);
  const { page } = await site().visit('quality');
  const stream = page.waitForResponse('**/alerts/changes');
  await page.goto('/alerts');
  await stream;
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  expect(await page.locator('[data-picked]').innerText()).toBe('1');
  await raise(models[1]);
  // Focus is in the list: it waits, so that nothing moves under the hand.
  await page.locator('#alerts[data-stale]').waitFor();
  expect(await page.locator('#alerts tbody tr').count()).toBe(1);
  await page.locator('select[name=state]').focus();
  await page.locator('#alerts tbody tr').nth(1).waitFor();
  expect(await page.locator('.pick:checked').evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value')))).toEqual([first]);
  expect(await page.locator('[data-picked]').innerText()).toBe('1');
  expect(await page.locator('tr.current a').getAttribute('href')).toBe(`/alerts/${first}`);
  await page.check('[data-pick-all]');
  expect(await page.locator('[data-picked]').innerText()).toBe('2');
});

it('what somebody else did shows at once where nobody works in the list', async () => {
  const { page } = await site().visit('quality');
  const stream = page.waitForResponse('**/alerts/changes');
  await page.goto('/alerts?state=open');
  await stream;
  const rows = page.locator('#alerts tbody tr');
  const before = await rows.count();
  const id = (await rows.last().locator('a').getAttribute('href'))?.split('/').at(-1) ?? '';
  await acknowledgeAlert(testCtx(site().fresh.store, { now: Date.now() }), id, {});
  await expect.poll(() => rows.count()).toBe(before - 1);
});
