// The keyboard alone: search, palette, navigation, rows, help; and single keys switched off.
import { expect, it } from 'vitest';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { cast, fielded } from '../returns/cast.ts';
import { openSite } from '../support/browser.ts';
import { testCtx } from '../support/eachDb.ts';

const site = openSite();

it('signing in takes an address, a password and Enter', async () => {
  const person = { email: 'aoi@example.com', name: 'Aoi', role: 'tech', password: 'correct horse battery' };
  await addUser(testCtx(site().fresh.store, { now: Date.now() }), AddUser.parse(person));
  const { page, context } = await site().visit('tech');
  await context.clearCookies();
  await page.goto('/sign-in');
  await page.keyboard.type(person.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
  expect(await page.locator('.me').innerText()).toContain('Aoi');
});

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
  await page.locator('.message').waitFor();
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
  expect(csv.split('\r\n')[0]).toBe('\ufeffE-mail address,Name,Role,Partner,State');
});

it('a refused form comes back with what was typed, the message beside its field and the cursor in it', async () => {
  const { page } = await site().visit('admin');
  const taken = await page.goto('/settings').then(() => page.locator('tbody a').first().innerText());
  await page.fill('main input[name=email]', taken);
  await page.fill('main input[name=name]', 'Typed once');
  await page.fill('main input[name=password]', 'correct horse battery');
  await page.keyboard.press('Enter');
  const note = page.locator('small.refused');
  await note.waitFor();
  expect([new URL(page.url()).pathname, await note.innerText()]).toEqual(['/settings', 'This address is taken']);
  expect(await page.inputValue('main input[name=name]')).toBe('Typed once');
  expect(await page.locator(':focus').getAttribute('name')).toBe('email');
  expect(await page.locator('main input[name=email]').getAttribute('aria-invalid')).toBe('true');
  await page.keyboard.type('x');
  expect(await note.count()).toBe(0);
});

it('receive, inspect, verdict and label take fewer than 25 keys besides the scan', async () => {
  const ctx = testCtx(site().fresh.store, { now: Date.now() });
  await cast(ctx);
  const unit = await fielded(ctx, { serial: 'KEY-0001' });
  await fileReturn(ctx, { type: 'return_first', authorised: true, units: [{ serial: unit.serial }] });
  const { page } = await site().visit('tech');
  let keys = 0;
  const press = async (...pressed: string[]) => {
    for (const key of pressed) {
      keys += key.split('+').length;
      await page.keyboard.press(key);
    }
  };
  await press('s');
  await page.waitForURL('**/scan');
  await page.keyboard.type(`${unit.serial}\n`, { delay: 8 });
  await page.locator('[data-scan-list] tr[data-return-unit]').waitFor();
  await press('Enter');
  await page.waitForURL('**/return-units/*');
  await press('a');
  await page.locator('select[name=verdict]').waitFor();
  await press('o');
  await page.locator('.steps .badge.good').first().waitFor();
  // Nobody's verdict is there before it was given: its first letter chooses it.
  await press('a', 'n');
  await press('Control+Enter');
  await page.locator('select[name=verdict]').waitFor({ state: 'detached' });
  await press('l');
  await page.waitForURL('**/label');
  expect(await page.locator('.label h1').innerText()).toBe(unit.serial);
  expect(keys).toBeLessThan(25);
  const stored = await ctx.db.selectFrom('return_units').select('verdict').where('unit_id', '=', unit.id).executeTakeFirstOrThrow();
  expect(stored.verdict).toBe('no_fault_found');
});

it('j, k and Enter walk a list and open a row; e edits it; Back returns to the row list as it was', async () => {
  const { page } = await site().visit('lead');
  await page.goto('/units?condition=');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/units/*');
  await page.keyboard.press('e');
  await page.waitForURL('**/edit');
  await page.goBack();
  await page.goBack();
  expect(new URL(page.url()).search).toBe('?condition=');
});
