// What a first visit costs on the wire, that the second costs almost nothing, and that nothing jumps while a page loads.
import type { CDPSession, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSite } from '../support/browser.ts';
import { fullStore } from '../support/fullStore.ts';

const site = openSite(({ store }) => fullStore(store, Date.now()));

const PAGES = ['/', '/units', '/cases', '/returns', '/scan', '/failure-rates'];

const MOST_BYTES = 40_000;
const MOST_REQUESTS = 6;
/** The limit of "good" in Web Vitals is 0.1; we want none to be seen at all. */
const MOST_SHIFT = 0.01;

interface Traffic {
  requests: number;
  bytes: number;
}

/** Counts what crosses the wire, headers included, packed as it is; what the browser has already is not counted. */
async function watchTraffic(session: CDPSession): Promise<Traffic> {
  const traffic = { requests: 0, bytes: 0 };
  const cached = new Set<string>();
  await session.send('Network.enable');
  session.on('Network.requestServedFromCache', ({ requestId }) => cached.add(requestId));
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.fromDiskCache && !cached.has(requestId)) traffic.requests++;
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    traffic.bytes += encodedDataLength;
  });
  return traffic;
}

/** Cumulative layout shift since the page began to load. */
const shiftOf = (page: Page): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sum += value; }).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
  })`);

it.each([1280, 390])('at %d px main pages open within 40 kB and 6 requests, nothing jumps, and the next time they fetch only themselves', async (width) => {
  const { page, context } = await site().visit('admin', { locale: 'ja', width });
  const session = await context.newCDPSession(page);
  const traffic = await watchTraffic(session);
  for (const path of PAGES) {
    await session.send('Network.clearBrowserCache');
    Object.assign(traffic, { requests: 0, bytes: 0 });
    await page.goto(path, { waitUntil: 'networkidle' });
    expect(traffic.requests, path).toBeLessThanOrEqual(MOST_REQUESTS);
    expect(traffic.bytes, path).toBeLessThan(MOST_BYTES);
    expect(await shiftOf(page), path).toBeLessThan(MOST_SHIFT);
    Object.assign(traffic, { requests: 0, bytes: 0 });
    await page.goto(path, { waitUntil: 'networkidle' });
    expect(traffic.requests, path).toBe(1);
    expect(await shiftOf(page), path).toBeLessThan(MOST_SHIFT);
  }
});

it('scripts and styles are cached for a year under a name that changes with them', async () => {
  const { page } = await site().visit('tech');
  const sources = await page
    .locator('link[rel=stylesheet], script[src]')
    .evaluateAll((elements) => elements.map((element) => element.getAttribute('href') ?? element.getAttribute('src') ?? ''));
  expect(sources.length).toBe(2);
  for (const source of sources) {
    expect(source).toMatch(/\.[0-9a-f]{12}\.(?:css|js)$/);
    const answer = await page.request.get(source);
    expect([answer.headers()['cache-control'], answer.headers()['content-encoding']]).toEqual(['public, max-age=31536000, immutable', 'gzip']);
  }
});

it('the policy allows nothing inline and nothing from elsewhere', async () => {
  const { page } = await site().visit('tech');
  const policy = (await page.request.get('/')).headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-|\*|https?:/);
});
