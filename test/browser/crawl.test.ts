// Every page a link leads to, in both languages, narrow and dark in one, wide and light in the other: no accessibility violation, no console error, no sideways
// scrolling at 390 px, and no label left in English on a Japanese page.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import { declaredRoutes } from '../../src/web/gate.ts';
import { axeViolations, openSite } from '../support/browser.ts';
import { everything } from '../support/everything.ts';

const site = openSite(({ store }) => everything(store, Date.now()));

/** Pages of one route beyond this look alike. */
const PAGES_PER_ROUTE = 1;
const MINUTES = 60_000;

interface Look {
  readonly path: string;
  readonly findings: string[];
}

/** Follows links from home, one page per declared route, and calls `look` on each. */
async function crawl(page: Page, look: (first: boolean) => Promise<string[]>): Promise<Look[]> {
  const queue = ['/'];
  const seen = new Map<string, number>();
  const looks: Look[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const route = routeOf(path);
    const visits = seen.get(route) ?? 0;
    if (visits >= PAGES_PER_ROUTE) continue;
    seen.set(route, visits + 1);
    const response = await page.goto(path);
    const type = response?.headers()['content-type'] ?? '';
    if (!type.includes('text/html')) continue;
    const findings = response?.ok() ? [] : [`status ${response?.status()}`];
    looks.push({ path, findings: [...findings, ...(await look(looks.length === 0))] });
    queue.push(...(await linksOf(page)));
  }
  return looks;
}

const patterns = (): { route: string; pattern: RegExp }[] =>
  declaredRoutes
    .filter(({ method }) => method === 'get')
    .map(({ path }) => ({ route: path, pattern: new RegExp(`^${path.replace(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`) }));

function routeOf(path: string): string {
  const { pathname } = new URL(path, 'http://localhost');
  return patterns().find(({ route }) => route === pathname)?.route ?? patterns().find(({ pattern }) => pattern.test(pathname))?.route ?? pathname;
}

/** Links of this site that open a page, without those that change the language or fetch a file. */
const linksOf = (page: Page): Promise<string[]> =>
  page
    .locator('a[href^="/"]:not([hreflang]):not([download])')
    .evaluateAll((links) =>
      links
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !href.includes('format=csv') && !href.startsWith('/api/') && !href.startsWith('/assets/')),
    );

/** Pages no link leads to, for an administrator of a full store. */
const unreached = (looks: readonly Look[]): string[] => {
  const reached = new Set(looks.map(({ path }) => routeOf(path)));
  return declaredRoutes.filter(({ method, path }) => method === 'get' && !path.startsWith('/portal') && !reached.has(path)).map(({ path }) => path);
};

/** By a form, a mail, a file or an event, or of a record the store has none of. */
const OPENED_OTHERWISE = [
  '/bulk/alerts',
  '/alerts/changes',
  '/bulk/cases',
  '/cases/neglected',
  '/rate/:key',
  '/evidence-packs/:id',
  '/bulk/claims',
  '/search',
  '/test-records/:id',
  '/bulk/investigations',
  '/sign-in',
  '/labels',
  '/bulk/returns',
  '/quarantine/:id',
  '/bulk/units',
  '/imports/drafts/:id',
];

const complaintsOf = (looks: readonly Look[]): string[] => looks.flatMap(({ path, findings }) => findings.map((finding) => `${path}: ${finding}`));

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 900 };
/** The same on every page: looked at on the first. */
const FRAME = ['header.top', 'nav.main', 'dialog'];

const walks: readonly { role: Role; locale: 'en' | 'ja'; pages: number }[] = [
  { role: 'admin', locale: 'en', pages: 130 },
  { role: 'admin', locale: 'ja', pages: 130 },
  { role: 'partner', locale: 'en', pages: 10 },
  { role: 'partner', locale: 'ja', pages: 10 },
];

it.each(walks)(
  'every page of $role in $locale',
  async ({ role, locale, pages }) => {
    const look = locale === 'en' ? ({ width: NARROW.width, colorScheme: 'dark' } as const) : { width: WIDE.width };
    const { page } = await site().visit(role, { locale, bypassCSP: true, partner_id: role === 'partner' ? 'north' : null, ...look });
    const looks = await crawl(page, async (first) => [
      ...(await axeViolations(page, first ? [] : FRAME)),
      ...(locale === 'ja' ? await untranslated(page) : []),
      ...(await sideways(page, look.width)),
    ]);
    expect(complaintsOf(looks)).toEqual([]);
    expect(looks.length).toBeGreaterThan(pages);
    if (role === 'admin') expect(unreached(looks)).toEqual(OPENED_OTHERWISE);
  },
  8 * MINUTES,
);

/** Makes the window narrow for a moment, unless it is. */
async function sideways(page: Page, width: number): Promise<string[]> {
  if (width !== NARROW.width) await page.setViewportSize(NARROW);
  const content = await page.evaluate('document.documentElement.scrollWidth');
  if (width !== NARROW.width) await page.setViewportSize(WIDE);
  return Number(content) > NARROW.width + 1 ? [`scrolls sideways: ${content} px`] : [];
}

/** Labels that are the same in both languages: names of standards, units and the product. */
const SAME_IN_BOTH =
  /^(?:CSV|KPI|FAQ|QR|PDF|ZIP|API|MAC|IP|URL|SLA|NFF|AFR|EB05|B10|RMA|8D|ID|JSON|MQTT|OK|NG|n|p|×|☑|☐|Kizashi|[\d\s\W_]|[a-z_]+:[a-z]+|[A-Z]{1,3}\d*|C-?SAT|CPH|Webhook|English|Ctrl|Enter|scopes)*$/u;

/** Heads, labels, buttons and terms whose words have no Japanese character in them. Codes and data stand in cells, not in labels. */
async function untranslated(page: Page): Promise<string[]> {
  const labels = await page
    .locator('h1, h2, h3, th, dt, button, label > span, legend, summary, nav.tabs a, .tabs a, .actions > a')
    .evaluateAll((elements) =>
      elements
        .filter((element) => element.closest('[data-from-store], [lang=en], tbody, code, dialog') === null)
        .map((element) => (element.textContent ?? '').trim()),
    );
  return [...new Set(labels)]
    .filter((label) => /[A-Za-z]{3,}/.test(label) && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label) && !SAME_IN_BOTH.test(label))
    .map((label) => `not translated: ${label}`);
}
