// Mail that programs write: no inquiry until a person says so, never lost, and a bounce is told where our mail was meant to arrive.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listAttachments } from '../../src/attachment/attach.ts';
import { countWaitingMails, dismissMail, listAutomatic, openCaseOfMail } from '../../src/case/automaticMail.ts';
import { receiveMail } from '../../src/case/inboundMail.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listEvents, listNeglected } from '../../src/case/queries.ts';
import { listKpis } from '../../src/kpi/queries.ts';
import { listRecipients } from '../../src/notice/queries.ts';
import { approveNotice, sendNotice, submitNotice, writeNotice } from '../../src/notice/write.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, northStaff } from './cast.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-mail-'));
const raw = (...lines: string[]) => new TextEncoder().encode(lines.join('\r\n'));

const absent = (id: string, more: string[] = []) =>
  raw('From: IT <it@sakura.example>', 'Subject: Out of office', `Message-ID: <${id}>`, 'Auto-Submitted: auto-replied', ...more, '', 'Back on Monday.', '');

/** As postfix writes it (RFC 3464), with the head of the mail that came back. */
const bounce = (id: string, returned: string, action = 'failed') =>
  raw(
    'From: Mail Delivery System <MAILER-DAEMON@mx.example>',
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <${id}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"',
    '',
    '--cut',
    'Content-Type: text/plain',
    '',
    'I could not deliver your message: user unknown.',
    '--cut',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: rfc822; it@sakura.example',
    `Action: ${action}`,
    'Status: 5.1.1',
    '',
    '--cut',
    'Content-Type: message/rfc822',
    '',
    'From: support@kizashi.example',
    'To: it@sakura.example',
    'Subject: ours',
    `Message-ID: <${returned}@kizashi.example>`,
    '',
    'Our words.',
    '--cut--',
    '',
  );

eachDb('automatic mail', (test) => {
  const ctx = (after = HOUR, actor = aoi) => as(test, actor, after);
  const outboxOf = async (topic: string) =>
    (await test.store.db.selectFrom('outbox').select('id').where('topic', '=', topic).orderBy('id', 'desc').executeTakeFirstOrThrow()).id;
  const countCases = async () => (await test.store.db.selectFrom('cases').select('id').execute()).length;

  it('that answers no case opens none, is kept once, and is counted nowhere', async () => {
    await castDesk(test.store);
    const first = await receiveMail(ctx(), folder, absent('o1@x'));
    expect(first).toMatchObject({ outcome: 'kept', row: null, kept: { state: 'waiting', bounced: 0, from_email: 'it@sakura.example' } });
    expect(await receiveMail(ctx(), folder, absent('o1@x'))).toMatchObject({ outcome: 'repeated', kept: { id: first.kept?.id } });
    expect([await countCases(), await countWaitingMails(ctx())]).toEqual([0, 1]);
    expect((await listKpis(ctx(DAY, lena), { from_on: '2026-04-01', to_on: '2026-04-02' }, {})).find(({ name }) => name === 'inbound')?.value).toBe(0);
  });

  it('that answers a case stays with it as nobody’s word', async () => {
    const row = await asked(ctx());
    await giveOwner(ctx(), row.id, {});
    await writeMessage(ctx(), row.id, { text: 'Restart it.', visibility: 'public', from: 'staff' });
    const more = [`In-Reply-To: <${await outboxOf('case.message_out')}@kizashi.example>`];
    expect(await receiveMail(ctx(2 * HOUR), folder, absent('o2@x', more))).toMatchObject({ outcome: 'added', row: { id: row.id, unanswered_since_at: null } });
  });

  it.each([
    ['failed', true],
    ['delayed', false],
  ])('a %s report of our answer finds the case by what it brings back; the answer is owed again: %s', async (action, owed) => {
    const row = await asked(ctx());
    await giveOwner(ctx(), row.id, { next_step: 'wait', next_due_at: ctx(9 * DAY).now });
    await writeMessage(ctx(), row.id, { text: 'Restart it.', visibility: 'public', from: 'staff', waiting_for: 'customer' });
    const back = await receiveMail(ctx(2 * HOUR), folder, bounce(`b-${action}@mx`, await outboxOf('case.message_out'), action));
    expect(back.outcome).toBe(owed ? 'added' : 'kept');
    expect((await getCase(ctx(), row.id)).unanswered_since_at).toBe(owed ? ctx(2 * HOUR).now : null);
    const silent = (await listNeglected(ctx(2 * DAY), { limit: 50 })).items.find(({ id }) => id === row.id);
    expect(silent?.neglects ?? []).toEqual(owed ? ['silent'] : []);
    if (!owed) return;
    // Said again, to a better address or by telephone, it is answered; nobody replied first a second time.
    expect((await listEvents(ctx(), row.id)).at(-1)).toMatchObject({ kind: 'auto_reply', facts: { bounced: true } });
    await writeMessage(ctx(3 * HOUR), row.id, { text: 'Restart it.', visibility: 'public', from: 'staff' });
    expect((await getCase(ctx(), row.id)).unanswered_since_at).toBeNull();
  });

  it('a bounced notice says so in the log of the notice, and waits to be looked at', async () => {
    const text = { subject_en: 's', body_en: 'b', subject_ja: 's', body_ja: 'b' };
    const query = { model_ids: [], batch_ids: [], firmware_ids: [], site_ids: [], unit_ids: ['u1'], alert_id: null };
    const notice = await writeNotice(ctx(), { ...text, kind: 'defect', checklist: [], starts_at: null, ends_at: null, query });
    await submitNotice(ctx(), notice.id);
    await approveNotice(ctx(HOUR, lena), notice.id, 1);
    await sendNotice(ctx(), notice.id);
    const sent = await outboxOf('notice.sent');
    expect(await receiveMail(ctx(2 * HOUR), folder, bounce('bn@mx', sent))).toMatchObject({ outcome: 'kept', kept: { bounced: 1, outbox_id: sent } });
    expect(await listRecipients(ctx(), notice.id)).toMatchObject([{ state: 'bounced', last_error: 'Undelivered Mail Returned to Sender' }]);
  });

  it('becomes a case with its files when a person says so, as if a person had written', async () => {
    const mixed = raw(
      'From: Recorder <nvr@sakura.example>',
      'Subject: Disk failing',
      'Message-ID: <alarm@nvr>',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=cut',
      '',
      '--cut',
      'Content-Type: text/plain',
      '',
      'SMART says no.',
      '--cut',
      'Content-Type: text/plain; name="smart.txt"',
      'Content-Disposition: attachment; filename="smart.txt"',
      '',
      'Reallocated 400',
      '--cut--',
      '',
    );
    const { kept } = await receiveMail(ctx(), folder, mixed);
    const row = await openCaseOfMail(ctx(2 * HOUR), kept?.id ?? '');
    expect(row).toMatchObject({ state: 'new', subject: 'Disk failing', contact_email: 'nvr@sakura.example', initiated_by: 'customer' });
    expect((await listEvents(ctx(), row.id)).map(({ kind }) => kind)).toEqual(['opened', 'message_in']);
    expect((await listAttachments(ctx(), 'case', row.id)).map(({ name }) => name)).toEqual(['smart.txt']);
    await expect(openCaseOfMail(ctx(), kept?.id ?? '')).rejects.toMatchObject({ code: 'conflict', extra: { blocking: `/api/v1/cases/${row.id}` } });
    expect(await receiveMail(ctx(), folder, mixed)).toMatchObject({ outcome: 'repeated', row: { id: row.id } });
  });

  it('two people at once: one case', async () => {
    const { kept } = await receiveMail(ctx(), folder, absent('o3@x'));
    const before = await countCases();
    const both = await Promise.allSettled([openCaseOfMail(ctx(), kept?.id ?? ''), openCaseOfMail(ctx(HOUR, ben), kept?.id ?? '')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await countCases()).toBe(before + 1);
  });

  it('laid aside needs a reason, stays readable, and a stale or second decision is refused', async () => {
    const { kept } = await receiveMail(ctx(), folder, absent('o4@x'));
    const id = kept?.id ?? '';
    await expect(dismissMail(ctx(), id, 'x', 7)).rejects.toMatchObject({ code: 'stale' });
    expect(await dismissMail(ctx(), id, 'Holiday', 1)).toMatchObject({ state: 'dismissed', settled_by: 'aoi', reason: 'Holiday' });
    await expect(dismissMail(ctx(), id, 'again')).rejects.toMatchObject({ code: 'conflict' });
    await expect(openCaseOfMail(ctx(), id)).rejects.toMatchObject({ code: 'conflict' });
    expect((await listAutomatic(ctx(), { state: 'dismissed' }, { limit: 9 })).items.map((mail) => mail.id)).toEqual([id]);
    expect(
      await test.store.db.selectFrom('history').select('reason').where('record_id', '=', id).where('action', '=', 'automatic_mail.dismissed').execute(),
    ).toEqual([{ reason: 'Holiday' }]);
  });

  it('is nothing for partners, and neither for roles that write no cases', async () => {
    await expect(dismissMail(ctx(HOUR, northStaff), 'x', 'y')).rejects.toMatchObject({ code: 'forbidden' });
    const app = testApp(test.store);
    const statuses = async (role: 'tech' | 'stock' | 'partner') => {
      const caller = await callerWith(app, test.store, role, role === 'partner' ? { partner_id: 'north' } : {});
      return [
        (await caller.get('/api/v1/automatic-mails')).status,
        (await caller.post('/api/v1/automatic-mails/none/case')).status,
        (await caller.post('/api/v1/automatic-mails/none/dismissal', { reason: 'x' })).status,
      ];
    };
    expect(await statuses('tech')).toEqual([200, 404, 404]);
    expect(await statuses('stock')).toEqual([403, 403, 403]);
    expect(await statuses('partner')).toEqual([403, 403, 403]);
  });

  it('has its page in both languages, with a link from the desk while something waits', async () => {
    const { kept } = await receiveMail(ctx(), folder, absent('o5@x'));
    const tech = await callerWith(testApp(test.store), test.store, 'tech');
    expect(await (await tech.get('/cases?lang=en')).text()).toContain('Automatic mail (');
    for (const lang of ['en', 'ja']) expect(await (await tech.get(`/automatic-mails?lang=${lang}`)).text()).toContain('Out of office');
    expect((await tech.form(`/automatic-mails/${kept?.id}/dismissal`, { reason: 'seen' })).status).toBe(303);
  });
});
