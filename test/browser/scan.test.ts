// The scan page as a tech with a wedge scanner uses it: bursts of keys, a slow server, a cut network, a Japanese IME, a note in focus.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { fileReturn } from '../../src/returns/file.ts';
import { cast, fielded } from '../returns/cast.ts';
import { openSite } from '../support/browser.ts';
import { type FreshStore, testCtx } from '../support/eachDb.ts';

const BETWEEN_KEYS_MS = 8;
const BETWEEN_SCANS_MS = 90;

const SERIALS = ['AB-0011', 'AB-0012', 'AB-0013', 'AB-0014', 'AB-0015', 'AB-0016', 'AB-0017', 'AB-0018'];

const site = openSite(prepare);

async function prepare(fresh: FreshStore): Promise<void> {
  const ctx = testCtx(fresh.store, { now: Date.now() });
  await cast(ctx);
  for (const serial of [...SERIALS, 'CD-0001', 'CD-0002', 'CD-0003', 'CD-0004']) await fielded(ctx, { serial });
  await fileReturn(ctx, { type: 'return_first', authorised: true, units: [...SERIALS, 'CD-0001', 'CD-0002', 'CD-0004'].map((serial) => ({ serial })) });
}

/** Types like a scanner: 8 ms a key, Enter at the end. */
async function scan(page: Page, code: string): Promise<void> {
  await page.keyboard.type(code, { delay: BETWEEN_KEYS_MS });
  await page.keyboard.press('Enter');
}

const states = (page: Page): Promise<string[]> => page.locator('[data-scan-list] tr').evaluateAll((rows) => rows.map((row) => row.dataset.state ?? ''));

const codes = (page: Page): Promise<string[]> => page.locator('[data-scan-list] tr [data-code]').allInnerTexts();

it('eight scans 90 ms apart, a server slower by 2 s and a network gone for three of them: eight rows, in order, none doubled', async () => {
  const { page, context } = await site().visit('tech');
  await page.goto('/scan');
  site().delay_ms = 2000;
  for (const [index, serial] of SERIALS.entries()) {
    if (index === 3) await context.setOffline(true);
    if (index === 6) await context.setOffline(false);
    await scan(page, serial);
    await page.waitForTimeout(BETWEEN_SCANS_MS);
  }
  expect(await codes(page)).toEqual([...SERIALS].reverse());
  await expect.poll(() => states(page), { timeout: 60_000 }).toEqual(SERIALS.map(() => 'expected'));
  site().delay_ms = 0;
  const received = await site()
    .fresh.store.db.selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .select('units.serial')
    .where('received_at', 'is not', null)
    .orderBy('received_at')
    .orderBy('units.serial')
    .execute();
  expect(received.map(({ serial }) => serial)).toEqual(SERIALS);
  const moves = await site().fresh.store.db.selectFrom('stock_moves').select('unit_id').where('to_location', '=', 'receiving').execute();
  expect(moves.length).toBe(SERIALS.length);
}, 120_000);

it('the queue survives a reload while the network is away', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/scan');
  await page.route('**/api/v1/receipts', (route) => route.abort('internetdisconnected'));
  await scan(page, 'CD-0001');
  await page.locator('[data-scan-list] tr[data-state=retry]').waitFor();
  await page.reload();
  await page.locator('[data-scan-list] tr[data-state=retry]').waitFor();
  await page.unroute('**/api/v1/receipts');
  await page.locator('[data-scan-list] tr[data-state=expected]').waitFor();
  expect(await codes(page)).toEqual(['CD-0001']);
});

it('full-width characters of a Japanese IME find the unit; a second scan is a duplicate; an unknown code says so', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/scan');
  await page.fill('input[data-scan-box]', 'S/N: ｃｄー０００２');
  await page.press('input[data-scan-box]', 'Enter');
  await page.locator('[data-scan-list] tr[data-state=expected]').waitFor();
  await scan(page, 'CD-0002');
  await page.locator('[data-scan-list] tr[data-state=duplicate]').waitFor();
  await scan(page, 'ZZ-9999');
  await expect.poll(async () => (await states(page))[0]).toMatch(/unknown|refused/);
  await page.locator('[data-scan-list] tr[data-state=unknown] a[href$="/label"]').waitFor();
});

/** The keys of a scanner with their own times, so that a busy machine does not make it look like a person. */
async function burst(page: Page, code: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const began = Date.now() / 1000;
  const keys = [...[...code].map((text) => ({ key: text, text, code: '' })), { key: 'Enter', text: '\r', code: 'Enter' }];
  for (const [i, key] of keys.entries()) {
    const timestamp = began + (i * BETWEEN_KEYS_MS) / 1000;
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, timestamp });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key: key.key, code: key.code, timestamp });
  }
}

it('a scan while a note has focus does not land in the note, and opens the scan page', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/returns/new');
  const note = page.locator('textarea').first();
  await note.fill('by hand');
  await note.focus();
  await page.evaluate(`document.addEventListener('kizashi:scan', (event) => event.preventDefault(), { capture: true, once: true })`);
  await burst(page, 'CD-0003');
  expect(await note.inputValue()).toBe('by hand');
  await Promise.all([page.waitForURL('**/scan*'), burst(page, 'CD-0003')]);
  await page.locator('[data-scan-list] tr').first().waitFor();
  expect(await codes(page)).toEqual(['CD-0003']);
});

it('a mistaken receipt is taken back from its row', async () => {
  const { page } = await site().visit('tech');
  await page.goto('/scan');
  await scan(page, 'CD-0004');
  const row = page.locator('[data-scan-list] tr[data-state=expected]');
  await row.locator('button').click();
  await page.locator('[data-scan-list] tr[data-state=undone]').waitFor();
  const unit = await site()
    .fresh.store.db.selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .select('return_units.state')
    .where('serial', '=', 'CD-0004')
    .executeTakeFirstOrThrow();
  expect(unit.state).toBe('expected');
});
