// `npm run screens -- <address> <email> <password> <folder>`: pictures of the main screens of a running product, in both languages, wide and narrow.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const SCREENS = ['/', '/scan', '/returns', '/units', '/cases', '/stock', '/failure-rates', '/alerts', '/investigations', '/devices', '/claims', '/kpis'];
const WIDTHS = [1280, 390];

const [base, email, password, folder] = process.argv.slice(2);
if (base === undefined || email === undefined || password === undefined || folder === undefined) {
  console.error('npm run screens -- <address> <email> <password> <folder>');
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
for (const width of WIDTHS) {
  const page = await (await browser.newContext({ baseURL: base, viewport: { width, height: 900 } })).newPage();
  await signIn(page, email, password);
  for (const locale of ['en', 'ja'])
    for (const path of SCREENS) await photograph(page, path, locale, join(folder, `${path.slice(1) || 'home'}-${locale}-${width}.png`));
}
await browser.close();

async function signIn(page: Page, address: string, secret: string): Promise<void> {
  await page.goto('/sign-in');
  await page.fill('input[name=email]', address);
  await page.fill('input[name=password]', secret);
  await page.press('input[name=password]', 'Enter');
  await page.waitForURL((url) => url.pathname === '/');
}

async function photograph(page: Page, path: string, locale: string, file: string): Promise<void> {
  const response = await page.goto(`${path}?lang=${locale}`);
  await page.screenshot({ path: file, fullPage: true });
  console.log(`${response?.status()} ${file}`);
}
