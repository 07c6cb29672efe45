// Lists as people work through them: select by keyboard, change many at once, take it back; and the same without JavaScript.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { fileReturn } from '../../src/returns/file.ts';
import { cast, fielded } from '../returns/cast.ts';
import { openSite } from '../support/browser.ts';
import { testCtx } from '../support/eachDb.ts';

const site = openSite(async ({ store }) => {
  const ctx = testCtx(store, { now: Date.now() });
  await cast(ctx);
  for (let i = 0; i < 4; i++) await fielded(ctx);
  await fileReturn(ctx, { type: 'repair', authorised: true, units: [{ serial: (await fielded(ctx)).serial }] });
});

const revisions = async (): Promise<(string | null)[]> =>
  (await site().fresh.store.db.selectFrom('units').select('hw_rev').orderBy('id').execute()).map(({ hw_rev }) => hw_rev);

it('rows are selected with j and x, changed after a preview, and changed back', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/units?sort=serial');
  expect(await page.locator('#bulk').isVisible()).toBe(false);
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  expect(await page.locator('[data-picked]').innerText()).toBe('2');
  await page.selectOption('#bulk select', 'hw_rev');
  await page.click('#bulk button.primary');
  await page.fill('input[name=hw_rev]', 'Q2');
  await page.press('input[name=hw_rev]', 'Enter');
  await page.locator('tbody tr', { hasText: 'Q2' }).first().waitFor();
  expect(await revisions()).toEqual([null, null, null, null, null]);
  await page.getByRole('button', { name: 'Change 2' }).click();
  await page.locator('.message', { hasText: '2 changed.' }).waitFor();
  expect((await revisions()).filter((revision) => revision === 'Q2')).toHaveLength(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.message', { hasText: '2 changed back' }).waitFor();
  expect(await revisions()).toEqual([null, null, null, null, null]);
});

it.each(['/units', '/returns', '/history', '/catalog/models'])(
  'on a phone no part of a row of %s lies beside the screen, and each cell says what it is',
  async (path) => {
    const { page } = await site().visit('admin', { width: 390 });
    await page.goto(path);
    expect(await page.locator('.table').evaluateAll((tables) => tables.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length)).toBe(0);
    const cells = page.locator('.table tbody tr:first-child td[data-head]');
    const heads = await page.locator('.table thead th').allTextContents();
    expect(await cells.evaluateAll((all) => all.map((cell) => cell.dataset.head))).toEqual(heads.filter((head) => head !== ''));
  },
);

it.each(['/units', '/returns', '/history', '/catalog/models'])('on a wide screen the rows of %s fill the frame of their list', async (path) => {
  const { page } = await site().visit('admin', { width: 1280 });
  await page.goto(path);
  const [frame = 0, table = 0] = await Promise.all(
    ['.table', '.table table'].map((part) =>
      page
        .locator(part)
        .first()
        .evaluate((element) => element.clientWidth),
    ),
  );
  expect(table).toBeGreaterThanOrEqual(frame - 1);
  expect(frame).toBeGreaterThan(900);
});

it('all rows at once, and Back returns to the list with its filters and its selection', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/units?model_code=H-100&hide=3');
  await page.check('[data-pick-all]');
  await page.click('#bulk button.primary');
  await page.waitForURL('**/bulk/units?**');
  await page.goBack();
  expect(new URL(page.url()).search).toBe('?model_code=H-100&hide=3');
  await expect.poll(() => page.locator('[data-picked]').innerText()).toBe('5');
});

it('without JavaScript: filter, sort, columns, CSV, saved view, bulk change and undo', async () => {
  const { page } = await site().visit('tech', { javaScriptEnabled: false });
  await page.goto('/units');
  await page.fill('input[name=model_code]', 'H-100');
  await page.click('form.filters button');
  await page.locator('thead a', { hasText: 'Serial' }).click();
  await page.locator('.table-foot summary').click();
  await page.locator('.table-foot li a', { hasText: 'Maker' }).click();
  const query = new URL(page.url()).searchParams;
  expect([query.get('model_code'), query.get('sort'), query.get('hide')]).toEqual(['H-100', '-serial', '2']);
  const csv = await (await page.request.get((await page.locator('.table-foot > a').getAttribute('href')) ?? '')).text();
  expect(csv.split('\r\n')).toHaveLength(7);
  expect(csv).not.toContain('Maker');
  await saveView(page, 'Ours');
  expect(await page.locator('.view a', { hasText: 'Ours' }).getAttribute('aria-current')).toBe('page');
  await page.locator('.pick').first().check();
  await page.selectOption('#bulk select', 'hw_rev');
  await page.click('#bulk button.primary');
  await page.fill('input[name=hw_rev]', 'N1');
  await page.click('form.filters button');
  await page.getByRole('button', { name: 'Change 1' }).click();
  expect((await revisions()).filter((revision) => revision === 'N1')).toHaveLength(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  expect((await revisions()).filter((revision) => revision === 'N1')).toHaveLength(0);
});

async function saveView(page: Page, name: string): Promise<void> {
  await page.locator('.views summary').click();
  await page.fill('.views input[name=name]', name);
  await page.press('.views input[name=name]', 'Enter');
}

it('rows pasted from a spreadsheet are mapped, tried, imported and taken back', async () => {
  const { page } = await site().visit('tech', { javaScriptEnabled: false });
  await page.goto('/imports?kind=units');
  await page.fill('textarea[name=pasted]', '型番\t製造番号\nH-100\tPASTE-1\nH-100\tPASTE-2');
  await page.click('form[action="/imports"] button');
  await page.selectOption('select[name=model_code]', '型番');
  await page.selectOption('select[name=serial]', '製造番号');
  await page.click('form[aria-label] button[type=submit]:not(.primary)');
  await page.locator('tbody tr', { hasText: 'PASTE-2' }).waitFor();
  const pasted = async () => {
    await page.goto('/units?sort=-serial');
    return page.locator('tbody tr', { hasText: 'PASTE-' }).count();
  };
  const draft = page.url();
  expect(await pasted()).toBe(0);
  await page.goto(draft);
  await page.locator('form[action$="/confirmation"] button').click();
  await page.locator('.message').waitFor();
  const imported = page.url();
  expect(await pasted()).toBe(2);
  await page.goto(imported);
  await page.locator('form[action$="/undo"] button').click();
  await page.locator('.message').waitFor();
  expect(await pasted()).toBe(0);
});

it('the address of a filtered list holds the filters that were set, and how it is shown', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/units?sort=-serial');
  await page.selectOption('.filters select[name=condition]', 'new');
  await page.click('.filters button');
  await page.waitForURL('**/units?*condition*');
  expect(new URL(page.url()).search).toBe('?condition=new&sort=-serial');
});
