// A partner's whole day in its own portal: signing in, its units, asking, adding a file, answering, rating, returning, notices and known issues.
import { expect, it } from 'vitest';
import { solveCase } from '../../src/case/course.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase } from '../../src/case/queries.ts';
import { approveNotice, sendNotice, submitNotice, writeNotice } from '../../src/notice/write.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { aoi, as, castDesk, HOUR, lena } from '../case/cast.ts';
import { type Caller, callerOf, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const PASSWORD = 'correct horse battery';

eachDb('the portal', (test) => {
  let north: Caller;
  let session: Record<string, string>;
  let app: ReturnType<typeof testApp>;
  const idIn = (response: Response): string => /\/cases\/([^?#]+)/.exec(response.headers.get('Location') ?? '')?.[1] ?? '';

  it('is where a partner’s person lands after signing in, and nobody else gets in', async () => {
    await castDesk(test.store);
    app = testApp(test.store, { now: NOW + 2 * HOUR });
    await addUser(
      test.ctx(),
      AddUser.parse({ email: 'kita@north.example', name: 'Kita', role: 'partner', locale: 'ja', partner_id: 'north', password: PASSWORD }),
    );
    const stranger = callerOf(app, { Origin: 'http://localhost' });
    expect((await stranger.get('/portal')).headers.get('Location')).toContain('/sign-in');
    const signedIn = await stranger.form('/sign-in', { email: 'kita@north.example', password: PASSWORD });
    const cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    session = { Cookie: cookie, Origin: 'http://localhost', 'Sec-Fetch-Site': 'same-origin' };
    north = callerOf(app, session);
    expect(await (await north.get('/portal')).text()).toContain('代理店ポータル');
    expect((await north.get('/desk-settings')).status).toBe(403);
    expect((await north.get('/cases/absence')).status).toBe(403);
  });

  it('offers nothing of the dock: no scanning, no receiving, no word of importing', async () => {
    for (const path of ['/scan', '/receipts/new']) expect([path, (await north.get(path)).status]).toEqual([path, 403]);
    for (const path of ['/portal', '/returns', '/return-units', '/units']) {
      const text = await (await north.get(path)).text();
      expect([path, text.match(/href="\/(?:scan|receipts\/new|returns\/new|imports)"/g)]).toEqual([path, null]);
    }
    expect(await (await north.get('/returns')).text()).toContain('href="/portal/returns/new"');
  });

  it('lists the units of its customers page by page, and finds them by how the serial begins', async () => {
    const text = await (await north.get('/portal/units')).text();
    expect(text).toContain('U2');
    expect(text).not.toContain('U3');
    expect(await (await north.get('/portal/units?q=u')).text()).toContain('U2');
    expect(await (await north.get('/portal/units?q=u3')).text()).not.toContain('U3</');
    const { id: _, ...unit } = await test.store.db.selectFrom('units').selectAll().where('id', '=', 'u2').executeTakeFirstOrThrow();
    const more = Array.from({ length: 60 }, (_row, i) => ({ ...unit, id: `more-${i + 10}`, serial: `M${i + 10}`, serial_key: `M${i + 10}` }));
    await test.store.db.insertInto('units').values(more).execute();
    const first = await (await north.get('/portal/units?q=m')).text();
    const next = /rel="next" href="([^"]+)"|href="([^"]+)" rel="next"/.exec(first);
    const second = await (await north.get((next?.[1] ?? next?.[2] ?? '').replaceAll('&amp;', '&'))).text();
    const serials = [...`${first}${second}`.matchAll(/>(M\d\d)</g)].map(([, serial]) => serial);
    expect(new Set(serials).size).toBe(60);
  });

  it('asks for a customer, adds a file, answers and rates', async () => {
    const made = await north.form('/cases/new', { subject: '映像が出ない', type: 'trouble', unit: 'U2', message: '昨夜から' });
    const id = idIn(made);
    const row = await getCase(as(test, aoi), id);
    expect(row).toMatchObject({ partner_id: 'north', customer_id: 'yuki', initiated_by: 'partner', source: 'partner_form' });
    const form = new FormData();
    form.set('file', new File(['line'], '記録.txt'));
    expect((await app.request(`/cases/${id}/files`, { method: 'POST', body: form, headers: session })).status).toBe(303);
    await giveOwner(as(test, aoi, HOUR), id, {});
    await writeMessage(as(test, aoi, HOUR), id, { text: '再起動してください。', visibility: 'public', from: 'staff' });
    await writeMessage(as(test, aoi, HOUR), id, { text: 'INTERNAL', visibility: 'internal', from: 'staff' });
    expect((await north.form(`/portal/cases/${id}/messages`, { text: 'まだ映りません' })).status).toBe(303);
    expect((await north.form(`/portal/cases/${id}/rating`, { rating: '5' })).status).toBe(409);
    await solveCase(as(test, aoi, 2 * HOUR), id, { solution: 'ケーブル交換' });
    expect((await north.form(`/portal/cases/${id}/rating`, { rating: '4', comment: '早い' })).status).toBe(303);
    const text = await (await north.get(`/portal/cases/${id}`)).text();
    for (const shown of ['記録.txt', '再起動してください。', 'まだ映りません', 'ケーブル交換']) expect(text).toContain(shown);
    expect(text).not.toContain('INTERNAL');
    expect(await getCase(as(test, aoi), id)).toMatchObject({ rating: 4 });
  });

  it('returns a unit on a customer’s behalf and sees it in its own words', async () => {
    const filed = await north.form('/portal/returns/new', { unit: 'U2', type: 'advance_replacement', reported_text: '真っ暗' });
    expect(filed.status).toBe(303);
    const text = await (await north.get('/portal')).text();
    expect(text).toContain('先出しセンドバック');
    expect(text).not.toContain('advance_replacement');
    expect((await north.form('/portal/returns/new', { unit: 'U2', type: 'repair', reported_text: 'again' })).status).toBe(409);
    expect((await north.form('/portal/returns/new', { unit: 'U3', type: 'repair', reported_text: 'x' })).status).toBe(404);
  });

  it('reads the notices sent to its customers and the known issues of their units', async () => {
    const notice = await writeNotice(as(test, aoi), {
      kind: 'maintenance',
      subject_en: 'Maintenance',
      body_en: 'b',
      subject_ja: 'メンテナンスのお知らせ',
      body_ja: '本文',
      checklist: [],
      starts_at: null,
      ends_at: null,
      query: { model_ids: [], batch_ids: [], firmware_ids: [], unit_ids: ['u2', 'u3'], site_ids: [], alert_id: null },
    });
    await submitNotice(as(test, aoi), notice.id);
    await approveNotice(as(test, lena), notice.id, 2);
    expect((await north.get(`/portal/notices/${notice.id}`)).status).toBe(404);
    await sendNotice(as(test, aoi), notice.id);
    const text = await (await north.get(`/portal/notices/${notice.id}`)).text();
    expect(text).toContain('メンテナンスのお知らせ');
    expect(text).not.toContain('U3');
    const issue = {
      number: 'KI-1',
      title_en: 'Dark',
      title_ja: '夜間に暗くなる',
      workaround_en: null,
      workaround_ja: '再起動',
      symptom_id: null,
      failure_mode_id: null,
      signal: null,
      investigation_id: null,
      fixed_in: null,
      fixed_firmware_id: null,
      created_by: 'aoi',
      created_at: NOW,
      updated_at: NOW,
      version: 1,
    };
    await test.store.db
      .insertInto('known_issues')
      .values({ ...issue, id: 'ki', state: 'published', published_at: NOW })
      .execute();
    await test.store.db
      .insertInto('known_issue_cohorts')
      .values({ id: 'kc', known_issue_id: 'ki', model_id: 'x100', hw_rev: null, batch_id: null, firmware_id: null })
      .execute();
    const issues = await (await north.get('/portal/known-issues')).text();
    expect(issues).toContain('夜間に暗くなる');
    expect(issues).toContain('再起動');
  });

  it('is closed to staff, who have their own pages', async () => {
    await addUser(test.ctx(), AddUser.parse({ email: 't@kizashi.example', name: 'T', role: 'tech', locale: 'ja', partner_id: null, password: PASSWORD }));
    const stranger = callerOf(app, { Origin: 'http://localhost' });
    const cookie = ((await stranger.form('/sign-in', { email: 't@kizashi.example', password: PASSWORD })).headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    expect((await callerOf(app, { Cookie: cookie }).get('/portal')).status).toBe(403);
  });
});
