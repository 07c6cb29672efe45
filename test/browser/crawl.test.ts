// Every page a link or a selection leads to, in both languages, narrow and dark, wide and light: no accessibility violation, no console error, no sideways
// scrolling, and no label left in English on a Japanese page.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import type { Locale } from '../../src/core/words.ts';
import { declaredRoutes } from '../../src/web/gate.ts';
import { axeViolations, type Judged, openSite } from '../support/browser.ts';
import { everything } from '../support/everything.ts';

const site = openSite(({ store }) => everything(store, Date.now()));

/** Pages of one route beyond this look alike. */
const PAGES_PER_ROUTE = 1;
const MINUTES = 60_000;

interface Seen {
  readonly path: string;
  readonly findings: string[];
}

/** Follows links from home, one page per declared route, and calls `look` on each. */
async function crawl(page: Page, look: () => Promise<string[]>): Promise<Seen[]> {
  const queue = ['/', '/search?q=100'];
  const seen = new Map<string, number>();
  const all: Seen[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const route = routeOf(path);
    const visits = seen.get(route) ?? 0;
    if (visits >= PAGES_PER_ROUTE) continue;
    seen.set(route, visits + 1);
    const response = await page.goto(path);
    const type = response?.headers()['content-type'] ?? '';
    if (!type.includes('text/html')) continue;
    const findings = response?.ok() ? [] : [`status ${response?.status()}`];
    all.push({ path, findings: [...findings, ...(await look())] });
    queue.push(...(await linksOf(page)), ...(await selectionsOf(page)));
  }
  return all;
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

/** Where the bar below a list leads with its first row selected. */
const selectionsOf = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const pick = document.querySelector('tbody .pick');
    if (pick === null) return [];
    pick.checked = true;
    const addresses = [...document.querySelectorAll('#bulk button[type=submit]')].map(
      (button) => (button.getAttribute('formaction') ?? new URL(button.form.action).pathname) + '?' + new URLSearchParams(new FormData(button.form)),
    );
    pick.checked = false;
    return addresses;
  })()`);

/** Pages no link leads to, for an administrator of a full store. */
/** By a form, a mail, a file, an event or a refusal. */
const OPENED_OTHERWISE = new Set(['/alerts/changes', '/cases/neglected', '/dispositions/:id', '/rate/:key', '/sign-in', '/imports/drafts/:id']);

/** Other pages no link leads to, without addresses that only lead elsewhere: where a refusal says what stands in the way. */
async function unreached(page: Page, all: readonly Seen[]): Promise<string[]> {
  const reached = new Set(all.map(({ path }) => routeOf(path)));
  const routes = new Set(declaredRoutes.filter(({ method, path }) => method === 'get' && !path.startsWith('/portal')).map(({ path }) => path));
  const left = await Promise.all(
    [...routes]
      .filter((route) => !reached.has(route) && !OPENED_OTHERWISE.has(route))
      .map(async (route) => [route, (await page.request.get(route.replace(/:\w+/g, 'any'), { maxRedirects: 0 })).status()] as const),
  );
  return left.filter(([, status]) => status !== 302).map(([route]) => route);
}

const complaintsOf = (all: readonly Seen[]): string[] => all.flatMap(({ path, findings }) => findings.map((finding) => `${path}: ${finding}`));

interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}
const HEIGHT = 900;
const WIDE_LIGHT: Look = { width: 1280, colorScheme: 'light' };
const NARROW_DARK: Look = { width: 390, colorScheme: 'dark' };
/** What width and colours decide. */
const RULES_OF_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];
/** The same on every page but for the entry one is at: looked at there, with the menu open. */
const FRAME = ['header.top', 'nav.main'];
const BESIDES = { but: [...FRAME, 'dialog'] };

/** Each language is judged whole in one look, and in the other by what a look decides. */
const looksOf = (locale: Locale): readonly [Look, Look] => (locale === 'en' ? [NARROW_DARK, WIDE_LIGHT] : [WIDE_LIGHT, NARROW_DARK]);

const walks: readonly { role: Role; locale: Locale; pages: number }[] = [
  { role: 'admin', locale: 'en', pages: 140 },
  { role: 'admin', locale: 'ja', pages: 140 },
  { role: 'partner', locale: 'en', pages: 10 },
  { role: 'partner', locale: 'ja', pages: 10 },
];

it.each(walks)(
  'every page of $role in $locale',
  async ({ role, locale, pages }) => {
    const { page } = await site().visit(role, { locale, bypassCSP: true, partner_id: role === 'partner' ? 'north' : null });
    const [first, second] = looksOf(locale);
    const all = await crawl(page, async () => [
      ...(await judge(page, first, BESIDES)),
      ...(locale === 'ja' ? await untranslated(page) : []),
      ...(await judge(page, second, { ...BESIDES, rules: RULES_OF_LOOK })),
    ]);
    expect(complaintsOf(all)).toEqual([]);
    expect(all.length).toBeGreaterThan(pages);
    if (role === 'admin') expect(await unreached(page, all)).toEqual([]);
  },
  8 * MINUTES,
);

it.each(['en', 'ja'] as const)(
  'the frame in %s, at every entry of the navigation, and its dialogs',
  async (locale) => {
    const { page } = await site().visit('admin', { locale, bypassCSP: true });
    const entries = await page.locator('nav.main a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    const findings: string[] = [];
    for (const path of entries) {
      await page.goto(path);
      await page.locator('nav.main details.menu').evaluate((menu) => menu.setAttribute('open', ''));
      findings.push(...(await judge(page, looksOf(locale)[0], { only: FRAME })));
    }
    for (const [key, dialog] of [
      ['Control+k', 'dialog#palette'],
      ['?', 'dialog#keys'],
    ] as const) {
      await page.goto('/');
      await page.keyboard.press(key);
      await page.locator(dialog).waitFor();
      for (const look of looksOf(locale)) findings.push(...(await judge(page, look, { only: [dialog] })));
    }
    expect(findings).toEqual([]);
    expect(entries.length).toBeGreaterThan(15);
  },
  2 * MINUTES,
);

/** Accessibility in that look, and whether the page scrolls sideways on a phone. */
async function judge(page: Page, { width, colorScheme }: Look, judged: Judged): Promise<string[]> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
  const violations = (await axeViolations(page, judged)).map((violation) => `${width} ${colorScheme}: ${violation}`);
  const content = Number(await page.evaluate('document.documentElement.scrollWidth'));
  return content > width + 1 ? [...violations, `scrolls sideways: ${content} of ${width} px`] : violations;
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
        .filter((element) => element.closest('[data-from-store], .label, [lang=en], tbody, code, dialog') === null)
        .map((element) => (element.textContent ?? '').trim()),
    );
  return [...new Set(labels)]
    .filter((label) => /[A-Za-z]{3,}/.test(label) && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label) && !SAME_IN_BOTH.test(label))
    .map((label) => `not translated: ${label}`);
}
