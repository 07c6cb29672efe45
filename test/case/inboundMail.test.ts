import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attachFile, listAttachments } from '../../src/attachment/attach.ts';
import { solveCase } from '../../src/case/course.ts';
import { receiveMail } from '../../src/case/inboundMail.ts';
import { mergeCase } from '../../src/case/merge.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listEvents } from '../../src/case/queries.ts';
import { readMail } from '../../src/case/readMail.ts';
import { eachDb } from '../support/eachDb.ts';
import { aoi, as, castDesk, DAY, HOUR, northStaff } from './cast.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-mail-'));

const mail = (fields: { from?: string; subject?: string; id?: string; text?: string; more?: string }) =>
  new TextEncoder().encode(
    [
      `From: ${fields.from ?? 'Sakura Desk <IT@sakura.example>'}`,
      'To: support@kizashi.example',
      `Subject: ${fields.subject ?? 'No picture'}`,
      ...(fields.id === undefined ? [] : [`Message-ID: <${fields.id}>`]),
      'Date: Wed, 01 Apr 2026 09:30:00 +0900',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      ...(fields.more === undefined ? [] : [fields.more]),
      '',
      fields.text ?? 'The camera is dark.',
      '',
    ].join('\r\n'),
  );

/** What came belongs to a case. */
async function received(...[ctx, dataDir, raw]: Parameters<typeof receiveMail>) {
  const { row, outcome } = await receiveMail(ctx, dataDir, raw);
  if (row === null) throw new Error('no case');
  return { row, outcome };
}

eachDb('inbound mail', (test) => {
  const ctx = (after = HOUR) => as(test, aoi, after);

  it('opens a case of the customer the address belongs to, at the moment it was sent', async () => {
    await castDesk(test.store);
    const { row, outcome } = await received(ctx(), folder, mail({ id: 'a1@x' }));
    expect(outcome).toBe('opened');
    expect(row).toMatchObject({
      source: 'mail',
      initiated_by: 'customer',
      customer_id: 'sakura',
      contact_email: 'it@sakura.example',
      subject: 'No picture',
      opened_at: Date.UTC(2026, 3, 1, 0, 30),
    });
  });

  it('delivered twice is one message', async () => {
    const first = await received(ctx(), folder, mail({ id: 'a2@x' }));
    expect(await receiveMail(ctx(), folder, mail({ id: 'a2@x' }))).toMatchObject({ outcome: 'repeated', row: { id: first.row.id } });
    expect((await listEvents(ctx(), first.row.id)).filter(({ kind }) => kind === 'message_in')).toHaveLength(1);
  });

  it('with the number in its subject goes to that case, if the sender belongs to it', async () => {
    const { row } = await received(ctx(), folder, mail({ id: 'a3@x' }));
    expect(
      await receiveMail(ctx(), folder, mail({ id: 'a4@x', subject: `Re: [${row.number}] No picture`, text: 'Still dark\n\nOn Tue, we wrote:\n> hello' })),
    ).toMatchObject({ outcome: 'added', row: { id: row.id } });
    const stranger = await receiveMail(ctx(), folder, mail({ id: 'a5@x', from: 'eve@evil.example', subject: `Re: [${row.number}] No picture` }));
    expect(stranger).toMatchObject({ outcome: 'opened', row: { customer_id: null } });
    expect((await listEvents(ctx(), row.id)).filter(({ kind }) => kind === 'message_in')).toHaveLength(2);
  });

  it('that only thanks does not reopen; an automatic one is nobody’s word', async () => {
    const { row } = await received(ctx(), folder, mail({ id: 'a6@x' }));
    await giveOwner(ctx(), row.id, {});
    await solveCase(ctx(2 * HOUR), row.id, { solution: 'x' });
    await receiveMail(ctx(DAY), folder, mail({ id: 'a7@x', subject: `Re: [${row.number}]`, text: 'ありがとうございました。\n\n> 前のメール？\n' }));
    await receiveMail(ctx(DAY), folder, mail({ id: 'a8@x', subject: `Auto: [${row.number}]`, text: 'I am on holiday?', more: 'Auto-Submitted: auto-replied' }));
    expect(await getCase(ctx(DAY), row.id)).toMatchObject({ state: 'solved' });
  });

  it('from a partner belongs to the partner', async () => {
    expect((await receiveMail(ctx(), folder, mail({ id: 'a9@x', from: 'desk@north.example' }))).row).toMatchObject({
      partner_id: 'north',
      initiated_by: 'partner',
    });
  });

  it('in other encodings and as HTML alone is read', async () => {
    const html = new TextEncoder().encode(
      'From: a@b.example\r\nSubject: =?UTF-8?B?5pig5YOP?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello<br>there</p><script>x()</script>',
    );
    expect(await readMail(html)).toMatchObject({ subject: '映像', text: expect.stringContaining('Hello') });
    expect((await readMail(html)).text).not.toContain('x()');
    const jis = Buffer.concat([
      Buffer.from('From: a@b.example\r\nSubject: s\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n'),
      Buffer.from([0x1b, 0x24, 0x42, 0x31, 0x47, 0x41, 0x7c, 0x1b, 0x28, 0x42]),
    ]);
    expect((await readMail(jis)).text).toBe('映像');
    const subject = new TextEncoder().encode('From: =?ISO-2022-JP?B?GyRCOjQ7MxsoQg==?= <a@b.example>\r\nSubject: =?ISO-2022-JP?B?GyRCMUdBfBsoQg==?=\r\n\r\nx');
    expect(await readMail(subject)).toMatchObject({ from_name: '佐山', subject: '映像' });
    const sjis = Buffer.concat([
      Buffer.from('From: a@b.example\r\nContent-Type: text/plain; charset=Shift_JIS\r\n\r\n'),
      Buffer.from([0x89, 0x66, 0x91, 0x9c]),
    ]);
    expect(await readMail(sjis)).toMatchObject({ subject: '(no subject)', text: '映像' });
  });

  it('answers the mail of ours it names, whoever writes and whatever its subject says', async () => {
    const { row } = await received(ctx(), folder, mail({ id: 'b1@x' }));
    await giveOwner(ctx(), row.id, {});
    await writeMessage(ctx(), row.id, { text: 'Please restart.', visibility: 'public', from: 'staff' });
    const sent = await test.store.db.selectFrom('outbox').select('id').where('topic', '=', 'case.message_out').orderBy('id', 'desc').executeTakeFirstOrThrow();
    const more = `In-Reply-To: <${sent.id}@kizashi.example>`;
    expect(await receiveMail(ctx(2 * HOUR), folder, mail({ id: 'b2@x', from: 'boss@sakura.example', subject: 'Re: lost', more }))).toMatchObject({
      outcome: 'added',
      row: { id: row.id },
    });
    expect((await receiveMail(ctx(2 * HOUR), folder, mail({ id: 'b3@x', more: 'In-Reply-To: <01ARZ3NDEKTSV4RRFFQ69G5FAV@kizashi.example>' }))).outcome).toBe(
      'opened',
    );
  });

  it('answers an earlier mail of its own sender, and of nobody else; what was merged goes on in the other case', async () => {
    const { row } = await received(ctx(), folder, mail({ id: 'c1@x' }));
    const more = 'References: <zz@x>\r\n <c1@x>';
    expect(await receiveMail(ctx(), folder, mail({ id: 'c2@x', more }))).toMatchObject({ outcome: 'added', row: { id: row.id } });
    expect((await receiveMail(ctx(), folder, mail({ id: 'c3@x', from: 'eve@evil.example', more }))).outcome).toBe('opened');
    const { row: other } = await received(ctx(), folder, mail({ id: 'c4@x' }));
    await mergeCase(ctx(), row.id, { into_id: other.id, reason: 'same' });
    expect(await receiveMail(ctx(DAY), folder, mail({ id: 'c5@x', more }))).toMatchObject({ outcome: 'added', row: { id: other.id } });
  });

  it('keeps its files beside the case for its partner too, and names the ones it cannot keep for staff', async () => {
    const parts = [
      ['Content-Type: text/plain; charset=utf-8', '', 'See the files.'],
      ['Content-Type: text/plain; name="=?ISO-2022-JP?B?GyRCNS1PPxsoQi50eHQ=?="', 'Content-Disposition: attachment', '', 'log line'],
      [
        'Content-Type: application/octet-stream; name="virus.exe"',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment',
        '',
        'f0VMRgIBAQAAAAAAAAAAAA==',
      ],
    ];
    const raw = [
      'From: North <desk@north.example>',
      'Subject: files',
      'Message-ID: <d1@x>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=cut',
      '',
      ...parts.flatMap((part) => ['--cut', ...part]),
      '--cut--',
      '',
    ].join('\r\n');
    const { row } = await received(ctx(), folder, new TextEncoder().encode(raw));
    expect((await listAttachments(as(test, northStaff), 'case', row.id)).map(({ name, visibility }) => [name, visibility])).toEqual([['記録.txt', 'public']]);
    expect((await listEvents(ctx(), row.id)).find(({ kind }) => kind === 'note')?.body).toContain('virus.exe');
    expect((await listEvents(as(test, northStaff), row.id)).map(({ kind }) => kind)).not.toContain('note');
    await attachFile(ctx(), folder, { record_kind: 'case', record_id: row.id, name: 'bench.txt', bytes: new TextEncoder().encode('ours alone') });
    expect((await listAttachments(ctx(), 'case', row.id)).map(({ name }) => name)).toEqual(['記録.txt', 'bench.txt']);
    expect((await listAttachments(as(test, northStaff), 'case', row.id)).map(({ name }) => name)).toEqual(['記録.txt']);
  });

  it('loses nothing in silence: files beyond thirty are named, and a text that is cut shows it', async () => {
    const file = (name: string) =>
      ['--cut', `Content-Type: text/plain; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`, '', name].join('\r\n');
    const head = ['From: it@sakura.example', 'Subject: Logs', 'Message-ID: <many@x>', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=cut', ''];
    const text = ['--cut', 'Content-Type: text/plain', '', 'line\r\n'.repeat(6000)].join('\r\n');
    const files = Array.from({ length: 32 }, (_, i) => file(`log-${i + 1}.txt`));
    const { row } = await received(ctx(), folder, new TextEncoder().encode([...head, text, ...files, '--cut--', ''].join('\r\n')));
    expect(await listAttachments(ctx(), 'case', row.id)).toHaveLength(30);
    const events = await listEvents(ctx(), row.id);
    expect(events.find(({ kind }) => kind === 'note')?.body).toMatch(/log-31\.txt, log-32\.txt$/);
    expect(events.find(({ kind }) => kind === 'message_in')?.body).toMatch(/line\n.*…$/s);
  });

  it('that is no mail is refused, and partners hand none over', async () => {
    await expect(receiveMail(ctx(), folder, new TextEncoder().encode('hello'))).rejects.toMatchObject({ code: 'malformed' });
    await expect(receiveMail(as(test, northStaff), folder, mail({}))).rejects.toMatchObject({ code: 'forbidden' });
  });
});
