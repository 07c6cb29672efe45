// The keyboard alone: search, palette, navigation, rows, help; and single keys switched off.
import { expect, it } from 'vitest';
import { openSite } from '../support/browser.ts';

const site = openSite();

it('g and a letter go to a page, ? opens the list of keys, Escape closes it', async () => {
  const { page } = await site().visit('admin');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.waitForURL('**/settings');
  await page.keyboard.press('?');
  expect(await page.locator('dialog#keys').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.locator('dialog#keys').isVisible()).toBe(false);
});

it('/ goes to the search box and typing there is typing', async () => {
  const { page } = await site().visit('admin');
  await page.keyboard.press('/');
  await page.keyboard.type('gs?');
  expect(await page.inputValue('.search input')).toBe('gs?');
  expect(new URL(page.url()).pathname).toBe('/');
});

it('Ctrl-K finds a page by part of its name', async () => {
  const { page } = await site().visit('admin');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('setti');
  await page.locator('#palette li[aria-selected=true]', { hasText: 'Settings' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/settings');
});

it('single keys are silent for a person who switched them off; the palette is not', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/account');
  await page.selectOption('select[name=single_keys]', 'off');
  await page.click('form[action="/account"] button');
  await page.waitForURL('**/account?done=*');
  await page.keyboard.press('?');
  expect(await page.locator('dialog#keys').isVisible()).toBe(false);
  await page.keyboard.press('Control+k');
  expect(await page.locator('dialog#palette').isVisible()).toBe(true);
});

it('a list remembers filters, sort and columns in the address, and saves them as a view', async () => {
  const { page } = await site().visit('admin');
  await page.goto('/history?record_kind=user');
  expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
  await page.goto('/settings?sort=email');
  expect(await page.locator('th[aria-sort=ascending]').innerText()).toContain('E-mail');
  const csv = await (await page.request.get('/settings?sort=email&format=csv&table=Users')).text();
  expect(csv.split('\r\n')[0]).toBe('\ufeffE-mail address,Name,Role,State,');
});
