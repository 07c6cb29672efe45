import { expect, it } from 'vitest';
import { listCases } from '../../src/case/queries.ts';
import { confirmNews, listNews, writeNews } from '../../src/notice/news.ts';
import { listCustomersToTell, openProactiveCases } from '../../src/notice/proactive.ts';
import { findNotice, listNotices, listNoticeUnits, listRecipients } from '../../src/notice/queries.ts';
import { noticeText } from '../../src/notice/rules.ts';
import {
  approveNotice,
  cancelNotice,
  changeNotice,
  followNotice,
  recipientsOf,
  sendBack,
  sendNotice,
  submitNotice,
  tickItem,
  writeNotice,
} from '../../src/notice/write.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, northStaff, person, southStaff } from '../case/cast.ts';
import { alertRow } from '../support/alertRow.ts';
import { eachDb } from '../support/eachDb.ts';

const nobody = { model_ids: [], batch_ids: [], firmware_ids: [], unit_ids: [], site_ids: [], alert_id: null };
const text = { subject_en: 'Update needed', body_en: 'Dear {name}, {count} units.', subject_ja: '更新のお願い', body_ja: '{name} 様、{count} 台が対象です。' };
const written = { ...text, kind: 'defect' as const, query: { ...nobody, model_ids: ['x100'] }, checklist: ['List checked'], starts_at: null, ends_at: null };

eachDb('a notice', (test) => {
  const ready = async () => {
    const row = await writeNotice(as(test, aoi), written);
    await tickItem(as(test, aoi), row.id, 'List checked');
    return submitNotice(as(test, aoi), row.id);
  };
  const mails = () => test.store.db.selectFrom('outbox').selectAll().where('topic', '=', 'notice.sent').execute();

  it('reaches one contact per address, the units of each', async () => {
    await castDesk(test.store);
    const row = await writeNotice(as(test, aoi), written);
    expect((await recipientsOf(as(test, aoi), row)).map(({ contact_key, locale, units }) => [contact_key, locale, units.map(({ serial }) => serial)])).toEqual([
      ['it@hoshi.example', 'ja', ['U3']],
      ['it@sakura.example', 'ja', ['U1']],
      ['it@yuki.example', 'en', ['U2']],
    ]);
    await cancelNotice(as(test, aoi), row.id, 'trial');
  });

  it('is not submitted with an open check, nor approved by its writer', async () => {
    const row = await writeNotice(as(test, lena), written);
    await expect(submitNotice(as(test, lena), row.id)).rejects.toMatchObject({ code: 'conflict' });
    await tickItem(as(test, lena), row.id, 'List checked');
    await submitNotice(as(test, lena), row.id);
    await expect(approveNotice(as(test, lena), row.id, 3)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(approveNotice(as(test, ben), row.id, 3)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(test.store.db.updateTable('notices').set({ state: 'sent' }).where('id', '=', row.id).execute()).rejects.toThrow();
    await cancelNotice(as(test, lena), row.id, 'trial');
  });

  it('is approved for the list the approver saw, and no other', async () => {
    const row = await ready();
    await expect(approveNotice(as(test, lena), row.id, 2)).rejects.toMatchObject({ code: 'stale' });
    expect(await approveNotice(as(test, lena), row.id, 3)).toMatchObject({ state: 'approved', recipients_approved: 3 });
    await expect(changeNotice(as(test, aoi), row.id, { subject_en: 'Other' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await sendBack(as(test, lena), row.id, 'typo')).toMatchObject({ state: 'draft', approved_by: null });
    await expect(sendNotice(as(test, aoi), row.id)).rejects.toMatchObject({ code: 'conflict' });
    await cancelNotice(as(test, aoi), row.id, 'trial');
  });

  it('goes out once to each contact, in its language, and partners see it only then', async () => {
    const row = await ready();
    await approveNotice(as(test, lena), row.id, 3);
    await expect(findNotice(as(test, northStaff), row.id)).rejects.toMatchObject({ code: 'not_found' });
    await sendNotice(as(test, aoi), row.id);
    await expect(sendNotice(as(test, aoi), row.id)).rejects.toMatchObject({ code: 'conflict' });
    const sent = await mails();
    expect(sent).toHaveLength(3);
    expect(JSON.parse(sent.find(({ target }) => target === 'it@yuki.example')?.payload ?? '')).toMatchObject({
      subject: `[${row.number}] Update needed`,
      text: expect.stringContaining('Dear yuki contact, 1 units.'),
    });
    expect(sent.find(({ target }) => target === 'it@sakura.example')?.payload).toContain('sakura contact 様');
    expect((await listNoticeUnits(as(test, northStaff), row.id)).map(({ id }) => id)).toEqual(['u2']);
    expect((await listNotices(as(test, southStaff), {}, { limit: 50 })).items.map(({ id }) => id)).toEqual([row.id]);
    await test.store.db.updateTable('outbox').set({ sent_at: 1, due_at: null }).where('target', '=', 'it@yuki.example').execute();
    expect((await listRecipients(as(test, aoi), row.id)).map(({ contact_key, state }) => [contact_key, state])).toEqual([
      ['it@hoshi.example', 'queued'],
      ['it@sakura.example', 'queued'],
      ['it@yuki.example', 'sent'],
    ]);
  });

  it('links the cases its recipients open later, by itself', async () => {
    const [notice] = (await listNotices(as(test, aoi), { state: 'sent' }, { limit: 1 })).items;
    const about = await asked(as(test, aoi, HOUR));
    const other = await asked(as(test, aoi, HOUR), { unit_ids: ['u4'] });
    const late = await asked(as(test, aoi, 90 * DAY));
    expect([about.notice_id, other.notice_id, late.notice_id]).toEqual([notice?.id, null, null]);
    expect((await listRecipients(as(test, aoi), notice?.id ?? '')).find(({ customer_id }) => customer_id === 'sakura')?.cases).toBe(1);
  });

  it('is followed by the next word to the same contacts, whoever is affected by then', async () => {
    const [notice] = (await listNotices(as(test, aoi), { state: 'sent' }, { limit: 1 })).items;
    await test.store.db.updateTable('units').set({ model_id: 'x200' }).where('id', '=', 'u3').execute();
    const next = await followNotice(as(test, aoi), notice?.id ?? '', { ...text, stage: 'resolved' });
    expect(await recipientsOf(as(test, aoi), next)).toHaveLength(3);
    expect(next).toMatchObject({ stage: 'resolved', follows_id: notice?.id, state: 'draft' });
  });

  it('an alert opens one proactive case per customer, once', async () => {
    const open = () =>
      openProactiveCases(as(test, aoi), { alert_id: 'alert-1', unit_ids: ['u1', 'u2', 'u4'], subject: 'Card wears out', note: 'SD write errors rise.' });
    const cases = await open();
    expect(cases.map(({ customer_id, initiated_by, source }) => [customer_id, initiated_by, source])).toEqual([
      ['sakura', 'alert', 'alert'],
      ['yuki', 'alert', 'alert'],
    ]);
    expect((await open()).map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    expect((await listCases(as(test, aoi), { alert_id: 'alert-1' }, { limit: 50 })).items).toHaveLength(2);
  });

  it('an alert without a choice calls whoever shows the sign or is at risk, but for those who have called', async () => {
    const { db } = test.store;
    await db
      .insertInto('alerts')
      .values(alertRow('x100', { id: 'alert-2' }))
      .execute();
    await db
      .insertInto('alert_units')
      .values([
        { alert_id: 'alert-2', unit_id: 'u1', role: 'affected' },
        { alert_id: 'alert-2', unit_id: 'u2', role: 'affected' },
        { alert_id: 'alert-2', unit_id: 'u3', role: 'at_risk' },
      ])
      .execute();
    await db.updateTable('cases').set({ state: 'closed', owner_id: 'aoi' }).execute();
    await asked(as(test, aoi), { unit_ids: ['u2'], customer_id: 'yuki' });
    const open = () => openProactiveCases(as(test, aoi), { alert_id: 'alert-2', unit_ids: [], subject: 's', note: 'n' });
    expect((await listCustomersToTell(as(test, aoi), 'alert-2')).map(({ id }) => id)).toEqual(['hoshi', 'sakura']);
    const cases = await open();
    expect(cases.map(({ customer_id }) => customer_id).sort()).toEqual(['hoshi', 'sakura']);
    expect((await open()).map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
  });

  it('news is confirmed by people, once each, and says who has not read it', async () => {
    const news = await writeNews(as(test, lena), { kind: 'firmware', title_en: 'v2', body_en: 'b', title_ja: 'v2', body_ja: 'b', confirm_by_at: null });
    await confirmNews(as(test, aoi), news.id);
    await confirmNews(as(test, aoi, HOUR), news.id);
    const [seen] = await listNews(as(test, aoi));
    expect(seen).toMatchObject({ read_at: expect.any(Number), unread_by: ['ben', 'lena'] });
    await expect(confirmNews(as(test, { ...person('t'), kind: 'token' }), news.id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listNews(as(test, northStaff))).rejects.toMatchObject({ code: 'forbidden' });
  });
});

it('a long list of units is cut and says how many more', () => {
  const { body } = noticeText(
    text,
    'ja',
    '佐倉',
    Array.from({ length: 203 }, (_, i) => `X ${i}`),
  );
  expect(body).toContain('佐倉 様、203 台が対象です。');
  expect(body.endsWith('ほか 3 台')).toBe(true);
});
