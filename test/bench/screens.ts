// `npm run screens`: pictures of the main screens, in both languages, wide and narrow, light and dark, and with large text. Of the demo, which it starts and ends, or of the
// product that runs at --url (with --email and --password). They go to --folder, by default outside of the repository.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

const SCREENS = [
  ...['/', '/scan', '/returns', '/units', '/cases', '/stock', '/failure-rates', '/alerts', '/investigations', '/devices', '/claims', '/kpis'],
  ...['/notices', '/learning', '/articles', '/imports', '/history', '/settings'],
];

interface Look {
  readonly name: string;
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  /** Size of the text, as a person sets it in the browser. */
  readonly text?: string;
}

const LOOKS: readonly Look[] = [
  { name: 'wide', width: 1280, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, colorScheme: 'dark' },
  { name: 'phone', width: 390, colorScheme: 'light' },
  { name: 'phone-dark', width: 390, colorScheme: 'dark' },
  { name: 'large-text', width: 1280, colorScheme: 'light', text: '200%' },
];

interface Login {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    email: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    folder: { type: 'string', default: join(tmpdir(), 'kizashi-screens') },
  },
});

mkdirSync(values.folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
if (values.url === undefined) await photographDemo(browser);
else await photographAll(browser, { url: values.url, email: values.email, password: values.password });
await browser.close();

/** Starts the demo on free ports and waits for its first night: by then every list has something. */
async function photographDemo(browser: Browser): Promise<void> {
  const demo = spawn(process.execPath, [fileURLToPath(new URL('../../program/cli.js', import.meta.url)), 'demo'], {
    env: { ...process.env, HTTP_PORT: '0', MQTT_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const login = { url: '', email: '', password: '' };
  for await (const line of createInterface({ input: demo.stdout })) {
    login.url = /(http:\S+)\/sign-in/.exec(line)?.[1] ?? login.url;
    const [, email, password] = /(\S+@\S+)\s+password\s+(\S+)/.exec(line) ?? [];
    if (email !== undefined && password !== undefined) Object.assign(login, { email, password });
    console.log(line);
    if (line.startsWith('The nightly work is done')) break;
  }
  await photographAll(browser, login);
  const ended = once(demo, 'exit');
  demo.kill('SIGINT');
  await ended;
}

/** All looks at once: most of the time goes into waiting for the server. */
async function photographAll(browser: Browser, login: Login): Promise<void> {
  const pictures = await Promise.all(LOOKS.map((look) => photograph(browser, login, look)));
  console.log(`${pictures.flat().length} pictures in ${values.folder}`);
}

async function photograph(browser: Browser, login: Login, { name, width, colorScheme, text }: Look): Promise<string[]> {
  const context = await browser.newContext({ baseURL: login.url, viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  await signIn(page, login);
  const files: string[] = [];
  for (const locale of ['en', 'ja'])
    for (const path of SCREENS) {
      await page.goto(`${path}?lang=${locale}`);
      if (text !== undefined) await page.locator('html').evaluate((html, size) => html.style.setProperty('font-size', size), text);
      const file = join(values.folder, `${path.slice(1) || 'home'}-${locale}-${name}.png`);
      await page.screenshot({ path: file, fullPage: true });
      files.push(file);
    }
  await context.close();
  return files;
}

async function signIn(page: Page, { email, password }: Login): Promise<void> {
  await page.goto('/sign-in');
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await page.press('input[name=password]', 'Enter');
  await page.waitForURL((url) => url.pathname === '/');
}
