import { expect, it } from 'vitest';
import { solveCase } from '../../src/case/course.ts';
import { readMail, receiveMail } from '../../src/case/inboundMail.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listEvents } from '../../src/case/queries.ts';
import { eachDb } from '../support/eachDb.ts';
import { aoi, as, castDesk, DAY, HOUR, northStaff } from './cast.ts';

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

eachDb('inbound mail', (test) => {
  const ctx = (after = HOUR) => as(test, aoi, after);

  it('opens a case of the customer the address belongs to, at the moment it was sent', async () => {
    await castDesk(test.store);
    const { row, outcome } = await receiveMail(ctx(), mail({ id: 'a1@x' }));
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
    const first = await receiveMail(ctx(), mail({ id: 'a2@x' }));
    expect(await receiveMail(ctx(), mail({ id: 'a2@x' }))).toMatchObject({ outcome: 'repeated', row: { id: first.row.id } });
    expect((await listEvents(ctx(), first.row.id)).filter(({ kind }) => kind === 'message_in')).toHaveLength(1);
  });

  it('with the number in its subject goes to that case, if the sender belongs to it', async () => {
    const { row } = await receiveMail(ctx(), mail({ id: 'a3@x' }));
    expect(
      await receiveMail(ctx(), mail({ id: 'a4@x', subject: `Re: [${row.number}] No picture`, text: 'Still dark\n\nOn Tue, we wrote:\n> hello' })),
    ).toMatchObject({ outcome: 'added', row: { id: row.id } });
    const stranger = await receiveMail(ctx(), mail({ id: 'a5@x', from: 'eve@evil.example', subject: `Re: [${row.number}] No picture` }));
    expect(stranger).toMatchObject({ outcome: 'opened', row: { customer_id: null } });
    expect((await listEvents(ctx(), row.id)).filter(({ kind }) => kind === 'message_in')).toHaveLength(2);
  });

  it('that only thanks does not reopen; an automatic one is nobody’s word', async () => {
    const { row } = await receiveMail(ctx(), mail({ id: 'a6@x' }));
    await giveOwner(ctx(), row.id, {});
    await solveCase(ctx(2 * HOUR), row.id, { solution: 'x' });
    await receiveMail(ctx(DAY), mail({ id: 'a7@x', subject: `Re: [${row.number}]`, text: 'ありがとうございました。\n\n> 前のメール？\n' }));
    await receiveMail(ctx(DAY), mail({ id: 'a8@x', subject: `Auto: [${row.number}]`, text: 'I am on holiday?', more: 'Auto-Submitted: auto-replied' }));
    expect(await getCase(ctx(DAY), row.id)).toMatchObject({ state: 'solved' });
  });

  it('from a partner belongs to the partner', async () => {
    expect((await receiveMail(ctx(), mail({ id: 'a9@x', from: 'desk@north.example' }))).row).toMatchObject({ partner_id: 'north', initiated_by: 'partner' });
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
  });

  it('that is no mail is refused, and partners hand none over', async () => {
    await expect(receiveMail(ctx(), new TextEncoder().encode('hello'))).rejects.toMatchObject({ code: 'malformed' });
    await expect(receiveMail(as(test, northStaff), mail({}))).rejects.toMatchObject({ code: 'forbidden' });
  });
});
