// A real browser before the real application on a real port. Console errors and CSP reports fail the test that caused them.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import type { Locale } from '../../src/core/words.ts';
import { openSession, testApp } from './app.ts';
import { type FreshStore, freshStore } from './eachDb.ts';

const CHROMIUM = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, or the one CHROMIUM names. Without it the tests of pages are skipped and say so. */
const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
}

interface VisitOptions {
  readonly locale?: Locale;
  readonly width?: number;
  readonly bypassCSP?: boolean;
  readonly javaScriptEnabled?: boolean;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Site {
  readonly base: string;
  readonly fresh: FreshStore;
  readonly clock: { now: number };
  /** Extra time every request takes, in ms. */
  delay_ms: number;
  /** Opens a new browser profile, signed in as a new person of that role, on the home page; it closes with the test. */
  visit(role: Role, options?: VisitOptions & { partner_id?: string | null }): Promise<Visit>;
}

/** Starts store, application and browser, with more of its own arguments, for the tests of a file. `prepare` fills the store. */
export function openSite(prepare: (fresh: FreshStore) => Promise<void> = async () => undefined, args: readonly string[] = []): () => Site {
  let site: OpenSite | undefined;
  const complaints: string[] = [];
  beforeEach(({ skip }) => {
    if (!existsSync(BROWSER)) skip(`${BROWSER} is not installed`);
  });
  beforeAll(async () => {
    if (!existsSync(BROWSER)) return;
    site = await start(complaints, args);
    await prepare(site.fresh);
  }, 120_000);
  afterAll(() => site?.close());
  afterEach(async () => {
    await site?.leave();
    expect(complaints.splice(0)).toEqual([]);
  });
  return () => {
    if (site === undefined) throw new Error('The site opens in beforeAll: use it inside tests');
    return site;
  };
}

interface OpenSite extends Site {
  /** Closes what the visits of a test opened. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

async function start(complaints: string[], args: readonly string[]): Promise<OpenSite> {
  const fresh = await freshStore('sqlite');
  const clock = { now: Date.now() };
  const app = testApp(fresh.store, clock);
  const settings = { delay_ms: 0 };
  const fetch: typeof app.fetch = async (request, ...rest) => {
    if (settings.delay_ms > 0) await new Promise((resolve) => setTimeout(resolve, settings.delay_ms));
    return app.fetch(request, ...rest);
  };
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  // A server that listens on a port has an AddressInfo.
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: BROWSER, args: [...CHROMIUM, ...args] });
  let people = 0;
  return Object.assign(settings, {
    base,
    fresh,
    clock,
    visit: async (role: Role, options = {}) => {
      const visit = await openProfile(browser, base, complaints, options);
      const value = await openSession(fresh.store, {
        now: clock.now,
        email: `${role}${++people}@example.com`,
        role,
        locale: options.locale ?? 'en',
        partner_id: options.partner_id,
      });
      await visit.context.addCookies([{ name: 'kizashi_session', value, url: base }]);
      await visit.page.goto('/');
      return visit;
    },
    leave: async () => {
      for (const context of browser.contexts()) await context.close();
    },
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      await fresh.drop();
    },
  } satisfies Omit<OpenSite, 'delay_ms'>);
}

async function openProfile(browser: Browser, base: string, complaints: string[], options: VisitOptions): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: options.width ?? 1280, height: 900 },
    bypassCSP: options.bypassCSP ?? false,
    javaScriptEnabled: options.javaScriptEnabled ?? true,
    colorScheme: options.colorScheme ?? 'light',
    timezoneId: 'Asia/Tokyo',
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    // A network that a test cuts and a form that is refused are not complaints.
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|status of 4(?:09|12|22) /.test(message.text()))
      complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { page, context };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Judged {
  /** Selectors of what is looked at; the whole page otherwise. */
  readonly only?: readonly string[];
  readonly but?: readonly string[];
  /** Names of axe's rules; all of them otherwise. */
  readonly rules?: readonly string[];
}

/** The accessibility violations axe finds on the page, one line each. The visit needs `bypassCSP`. */
export async function axeViolations(page: Page, judged: Judged = {}): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(AXE);
  return page.evaluate(async ({ only, but = [], rules }) => {
    // axe puts itself on the global object.
    const { axe } = globalThis as unknown as {
      axe: {
        run(context: object, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(
      { ...(only === undefined ? {} : { include: only }), exclude: but },
      { resultTypes: ['violations'], ...(rules === undefined ? {} : { runOnly: rules }) },
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`),
    );
  }, judged);
}
