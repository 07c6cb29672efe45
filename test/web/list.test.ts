// What every list does: its address says what is shown, CSV is what is shown, times are ages with the instant in the reader's zone.
import { beforeAll, expect, it } from 'vitest';
import { fileReturn } from '../../src/returns/file.ts';
import { cast, fielded } from '../returns/cast.ts';
import { browserOf, type Caller, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const HOUR = 3_600_000;

eachDb('a list', (test) => {
  let lead: (cookies?: string) => Caller;

  beforeAll(async () => {
    await cast(test.ctx());
    for (const serial of ['CD-0001', '=1+1', 'CD-0003']) await fielded(test.ctx(), { serial });
    await fileReturn(test.ctx(), { type: 'repair', authorised: true, units: [{ serial: 'CD-0001' }] });
    lead = await browserOf(testApp(test.store, { now: NOW + 2 * HOUR }), test.store, { email: 'lead@example.com', role: 'lead' });
  });

  const page = async (path: string, cookies = ''): Promise<string> => (await lead(cookies).get(path)).text();
  const linesOf = (csv: string): string[] => csv.replace('\ufeff', '').trim().split('\r\n');

  it('as CSV holds the columns and rows that are shown, in their order', async () => {
    const all = linesOf(await page('/units?sort=serial&format=csv'));
    const head = all[0]?.split(',') ?? [];
    expect([head[0], all.length]).toEqual(['Serial', 4]);
    const narrowed = linesOf(await page('/units?sort=-serial&condition=new&hide=1&format=csv'));
    expect(narrowed[0]?.split(',')).toEqual(head.filter((_, position) => position !== 1));
    expect(narrowed.slice(1).map((line) => line.split(',')[0])).toEqual(['CD-0003', 'CD-0001', "'=1+1"]);
  });

  it('as CSV opens in a spreadsheet: Japanese can be read, and what looks like a formula is none', async () => {
    const answer = await lead().get('/units?sort=serial&format=csv&lang=ja');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([answer.headers.get('Content-Type'), [...bytes.subarray(0, 3)]]).toEqual(['text/csv; charset=utf-8', [0xef, 0xbb, 0xbf]]);
    expect(bytes.toString()).toContain('シリアル');
    expect(bytes.toString()).toContain("\r\n'=1+1,");
  });

  it('sorts by a click on its head and back by another, and keeps its filters', async () => {
    expect(await page('/units?condition=new')).toContain('href="/units?condition=new&amp;sort=-serial"');
    const sorted = await page('/units?condition=new&sort=-serial');
    expect(sorted).toContain('aria-sort="descending"');
    expect(sorted).toContain('href="/units?condition=new&amp;sort=serial"');
  });

  it('hides a column by the address, shows it again, and never hides the first', async () => {
    const html = await page('/units?hide=0,2');
    expect([html.includes('>Serial</a>'), /<th[^>]*>Maker<\/th>/.test(html)]).toEqual([true, false]);
    expect(html).toContain('☐ Maker');
    expect(/<th[^>]*>Maker<\/th>/.test(await page('/units'))).toBe(true);
  });

  it('keeps what is seldom looked at aside until it is asked for, and CSV is what is shown', async () => {
    const headsOf = async (address: string): Promise<string> => linesOf(await page(`${address}${address.includes('?') ? '&' : '?'}format=csv`))[0] ?? '';
    const usual = await headsOf('/return-units');
    expect([usual.includes('Verdict'), usual.includes('Our warranty until')]).toEqual([true, false]);
    expect(await headsOf('/return-units?hide=0')).toContain('Our warranty until');
    const html = await page('/return-units');
    const [, hide = ''] = /href="\/return-units\?hide=([^"]+)">☐ Our warranty until/.exec(html) ?? [];
    expect(await headsOf(`/return-units?hide=${decodeURIComponent(hide)}`)).toBe(`${usual},Our warranty until`);
    // Hiding it again is how the page stands by itself: nothing is left in the address.
    expect(await page(`/return-units?hide=${decodeURIComponent(hide)}`)).toContain('href="/return-units">☑ Our warranty until');
  });

  it('stays sorted and without its hidden columns when it is filtered', async () => {
    const [filters = ''] = /<form class="filters".*?<\/form>/s.exec(await page('/units?sort=-serial&hide=2&lang=ja')) ?? [];
    const kept = [...filters.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => `${name}=${value}`);
    expect(kept).toEqual(['sort=-serial', 'hide=2', 'lang=ja']);
  });

  it('tells an instant as its age, and in full in the zone of the reader’s browser', async () => {
    const told = async (cookies: string): Promise<string> => /title="([^"]+)">2 hours ago<\/time>/.exec(await page('/history', cookies))?.[1] ?? '';
    const [tokyo, york] = [await told(''), await told('kizashi_zone=America/New_York')];
    expect(Date.parse(`${tokyo.replace(',', '')} UTC`) - Date.parse(`${york.replace(',', '')} UTC`)).toBe(13 * HOUR);
  });
});
