import { expect, it } from 'vitest';
import { writeArticle } from '../../src/article/write.ts';
import { saveCaseCode, saveTemplate } from '../../src/case/catalogue.ts';
import { solveCase } from '../../src/case/course.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { proposeImprovement } from '../../src/learning/improve.ts';
import { writeNotice } from '../../src/notice/write.ts';
import { addUser } from '../../src/person/addUser.ts';
import { declaredRoutes } from '../../src/web/gate.ts';
import { addWebhook } from '../../src/webhook/webhooks.ts';
import { callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, castDesk, lena, northStaff } from './cast.ts';

eachDb('the desk’s pages', (test) => {
  const app = () => testApp(test.store);
  const ours = /^\/(cases|kpis|notices|news|articles|learning|webhooks|desk-settings|contact)/;

  it('open in both languages, for a lead', async () => {
    await castDesk(test.store);
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await saveTemplate(as(test, lena), { code: 'hello', type: null, name: 'Hello', body_en: 'Dear {customer}', body_ja: '{customer} 様' });
    const article = await writeArticle(as(test, aoi), {
      title_en: 'T',
      body_en: 'b',
      title_ja: 'た',
      body_ja: 'ほ',
      model_id: null,
      maker_id: null,
      category_id: null,
      cause_id: null,
      owner_id: null,
    });
    const notice = await writeNotice(as(test, aoi), {
      kind: 'defect',
      subject_en: 's',
      body_en: 'b',
      subject_ja: 'けん',
      body_ja: 'ほん',
      checklist: ['x'],
      starts_at: null,
      ends_at: null,
      query: { model_ids: ['x100'], batch_ids: [], firmware_ids: [], unit_ids: [], site_ids: [], alert_id: null },
    });
    const item = await proposeImprovement(as(test, aoi), {
      title: 't',
      hypothesis: 'h',
      cause_id: null,
      category_id: null,
      model_id: 'x100',
      owner_id: 'aoi',
      case_ids: [row.id],
    });
    const hook = await addWebhook(test.ctx(), { url: 'https://example.com/h', events: ['*'] });
    const ids: [RegExp, string][] = [
      [/^\/cases\/:id/, row.id],
      [/^\/articles\/:id/, article.id],
      [/^\/notices\/:id/, notice.id],
      [/^\/learning\/improvements/, item.id],
      [/^\/webhooks/, hook.id],
      [/^\/kpis\/:name/, 'csat'],
    ];
    // What a number opens is asked for with that number.
    const numbers: Record<string, string> = {
      '/kpis/inquiry-rates/cases': '&month=2026-04',
      '/kpis/desk/cases': '&part=age&from_days=0',
      '/learning/cases': '&from_on=2026-04-01&to_on=2026-04-30',
      '/learning/simple-cases': '&cause_id=none',
    };
    const admin = await callerWith(app(), test.store, 'admin');
    const paths = declaredRoutes
      .filter(({ method, path }) => method === 'get' && ours.test(path))
      .map(({ path }) => path.replace(/:\w+/, ids.find(([pattern]) => pattern.test(path))?.[1] ?? 'none'));
    expect(paths.length).toBeGreaterThan(18);
    for (const path of paths) {
      for (const lang of ['en', 'ja']) {
        const response = await admin.get(`${path}?lang=${lang}${numbers[path] ?? ''}`);
        expect([path, lang, response.status]).toEqual([path, lang, 200]);
        const text = await response.text();
        expect(text).not.toContain('undefined');
        expect(text).not.toContain('[object');
      }
    }
  });

  it('a workaround is kept on the page for a maker, a model or one firmware; a firmware of another model is refused', async () => {
    const lead = await callerWith(app(), test.store, 'lead');
    const add = (fields: Record<string, string>) =>
      lead.form('/desk-settings/workarounds', { title_en: 'Restart', title_ja: '再起動', steps_en: 'x', steps_ja: 'x', ...fields });
    expect((await add({ maker_id: 'acme' })).status).toBe(303);
    expect((await add({ firmware_id: 'x100-2' })).status).toBe(303);
    expect((await add({ model_id: 'x200', firmware_id: 'x100-2' })).status).toBe(422);
    const kept = await test.store.db
      .selectFrom('workarounds')
      .select(['maker_id', 'model_id', 'firmware_id'])
      .where('title_en', '=', 'Restart')
      .orderBy('id')
      .execute();
    expect(kept).toEqual([
      { maker_id: 'acme', model_id: null, firmware_id: null },
      { maker_id: null, model_id: 'x100', firmware_id: 'x100-2' },
    ]);
    expect(await (await lead.get('/desk-settings')).text()).toContain('X100 2.0');
  });

  it('a code nobody needs any more is retired by a lead alone', async () => {
    const code = await saveCaseCode(as(test, lena), { tree: 'cause', code: 'old', parent_id: null, name_en: 'Old', name_ja: '旧' });
    const retire = async (role: 'tech' | 'lead') => (await callerWith(app(), test.store, role)).form(`/desk-settings/codes/${code.id}/retirement`, {});
    expect([(await retire('tech')).status, (await retire('lead')).status, (await retire('lead')).status]).toEqual([403, 303, 404]);
  });

  it('the list shows what must not be overlooked whatever is filtered', async () => {
    const tech = await callerWith(app(), test.store, 'tech');
    const row = await asked(as(test, aoi), { subject: 'Forgotten' });
    const later = await callerWith(testApp(test.store, { now: NOW + 3 * 86_400_000 }), test.store, 'tech');
    const text = await (await later.get('/cases?state=closed&type=contract&q=nothing')).text();
    expect(text).toContain(row.number);
    expect(await (await tech.get('/api/v1/cases?q=Forgotten')).json()).toMatchObject({ items: [{ subject: 'Forgotten' }] });
  });

  it('a case is worked through its forms', async () => {
    const user = await addUser(test.ctx(), {
      email: 'kei@kizashi.example',
      name: 'Kei',
      role: 'tech',
      partner_id: null,
      locale: 'en',
      password: 'a long enough secret',
    } as Parameters<typeof addUser>[1]);
    const admin = await callerWith(app(), test.store, 'admin');
    const made = await admin.form('/cases/new', { subject: 'From a form', type: 'trouble', source: 'phone', unit: 'U1', message: 'dark', contact_name: 'Ito' });
    expect(made.status).toBe(303);
    const id = /\/cases\/([^?]+)/.exec(made.headers.get('Location') ?? '')?.[1] ?? '';
    const post = async (path: string, fields: Record<string, string>) =>
      expect([path, (await admin.form(`/cases/${id}/${path}`, fields)).status]).toEqual([path, 303]);
    await post('owner', { owner_id: user.id, next_step: 'call', next_due_at: '2026-04-02T10:00' });
    await post('messages', { text: 'Hello', visibility: 'public', waiting_for: 'customer' });
    await post('messages', { text: 'INTERNAL ONLY', visibility: 'internal' });
    await post('requests', {
      kind: 'escalation',
      asked_of: 'eng',
      question: 'q',
      due_at: '2026-04-02T10:00',
      symptom: 's',
      reproduction: 'r',
      tried: 't',
      impact: 'i',
    });
    await post('visits', { visit_on: '2026-04-05' });
    await post('work', { minutes: '10' });
    const { items } = (await (await admin.get(`/api/v1/cases/${id}/visits`)).json()) as { items: { id: string }[] };
    expect((await admin.form(`/visits/${items[0]?.id}/cancellation`, { reason: 'A cable by post is enough' })).status).toBe(303);
    await post('solution', { solution: 'New cable', reply: 'We sent a cable.', withdraw_requests: 'yes' });
    await post('closure', {});
    const row = await (await admin.get(`/api/v1/cases/${id}`)).json();
    expect(row).toMatchObject({ state: 'closed', owner_id: user.id, solution: 'New cable', customer_id: 'sakura', next_due_at: null });
    const article = await admin.form(`/cases/${id}/article`, {});
    expect(article.headers.get('Location')).toMatch(/^\/articles\/\w+\/edit/);
  });

  it('an advance replacement is one action, and a unit that never reported gets no command', async () => {
    const admin = await callerWith(app(), test.store, 'admin');
    const row = await asked(as(test, aoi), { unit_ids: ['u4'] });
    await giveOwner(as(test, aoi), row.id, {});
    const answer = await admin.form(`/cases/${row.id}/replacement`, { unit_id: 'u4' });
    expect(answer.headers.get('Location')).toMatch(/^\/returns\//);
    expect(await test.store.db.selectFrom('returns').select(['type', 'state', 'case_id']).where('case_id', '=', row.id).executeTakeFirst()).toMatchObject({
      type: 'advance_replacement',
      case_id: row.id,
    });
    expect((await admin.form(`/cases/${row.id}/commands`, { unit_id: 'u4', command: 'diagnose' })).status).toBe(409);
  });

  it('a camera that reports is asked, and its reply stands in the case', async () => {
    const admin = await callerWith(app(), test.store, 'admin');
    const { db } = test.store;
    await db
      .insertInto('devices')
      .values({
        device_no: 1,
        device_id: 'cam-1',
        unit_id: 'u1',
        model_code: 'X100',
        hw_rev: null,
        firmware: '1.0',
        firmware_since_at: null,
        boot: null,
        boot_no: null,
        last_seq: null,
        first_seen_at: NOW,
        last_seen_at: NOW,
        last_report_at: NOW,
        online_at: NOW,
        offline_at: null,
        presence_changes: 0,
        reports: 1,
        events: 0,
        duplicates: 0,
        throttled: 0,
        clock_suspect: 0,
        missing: 0,
        lost: 0,
        last_address: null,
        through_segment: 0,
      })
      .execute();
    const row = await asked(as(test, aoi));
    expect((await admin.form(`/cases/${row.id}/commands`, { unit_id: 'u1', command: 'restart' })).status).toBe(303);
    await db.updateTable('device_commands').set({ sent_at: NOW, replied_at: NOW, reply: '{"result":"restarting"}' }).execute();
    expect(await (await admin.get(`/cases/${row.id}`)).text()).toContain('restarting');
  });

  it('help and contact need no sign-in; contact opens a case that links only what the sender owns', async () => {
    const anyone = callerOf(app(), { 'Accept-Language': 'en' });
    expect((await anyone.get('/articles?q=nothing')).status).toBe(200);
    expect((await anyone.get('/api/v1/articles?q=nothing')).status).toBe(200);
    const sent = await anyone.form('/contact', {
      contact_name: 'Eve',
      contact_email: 'eve@evil.example',
      serial: 'U1',
      subject: 'Dark',
      message: 'help',
      visit: 'visitor-1',
    });
    expect(sent.status).toBe(303);
    const { id } = await test.store.db.selectFrom('cases').select('id').where('contact_email', '=', 'eve@evil.example').executeTakeFirstOrThrow();
    expect(await test.store.db.selectFrom('case_units').selectAll().where('case_id', '=', id).execute()).toEqual([]);
  });

  it('a customer rates without signing in, by the link alone', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await solveCase(as(test, aoi), row.id, { solution: 'x', reply: 'Solved.' });
    const { payload } = await test.store.db.selectFrom('outbox').select('payload').where('payload', 'like', `%${row.number}%rate/%`).executeTakeFirstOrThrow();
    const link = /\/rate\/[\w-]+/.exec(payload)?.[0] ?? '';
    const anyone = callerOf(app(), { 'Accept-Language': 'ja' });
    expect(await (await anyone.get(link)).text()).toContain(row.number);
    expect((await anyone.form(link, { rating: '5' })).status).toBe(303);
    expect((await anyone.get('/rate/guess')).status).toBe(404);
  });

  it('a partner is led to the portal', async () => {
    const partner = await callerWith(app(), test.store, 'partner', { partner_id: 'north' });
    const made = await partner.form('/cases/new', { subject: 'Asks', type: 'trouble', unit: 'U2', message: 'dark' });
    expect(made.headers.get('Location')).toMatch(/^\/portal\/cases\//);
    expect((await partner.get('/portal')).status).toBe(200);
    expect((await partner.get('/kpis')).status).toBe(403);
    expect(northStaff.partner_id).toBe('north');
  });
});
