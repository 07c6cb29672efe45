// Mail on its whole way: a real SMTP server takes it and hands it over as it came, the answer leaves through a real SMTP server, and what the customer answers finds its case.
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachFile, listAttachments } from '../../src/attachment/attach.ts';
import { readBytes } from '../../src/attachment/files.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { listEvents } from '../../src/case/queries.ts';
import { deliverOutbox } from '../../src/outbox/deliver.ts';
import { addToken } from '../../src/person/tokens.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, castDesk, HOUR } from './cast.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-mail-'));
const RFC822 = { 'Content-Type': 'message/rfc822' };

eachDb('mail through a server', (test) => {
  let desk: Caller;
  const left: Buffer[] = [];
  const server = (take: (raw: Buffer) => Promise<void>) =>
    new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData: (stream, _session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => take(Buffer.concat(parts)).then(() => done(), done));
      },
    });
  const handOver = (raw: Buffer) => desk.post('/api/v1/inbound-mails', raw.toString('latin1'), RFC822);
  const inbound = server(async (raw) => {
    const answer = await handOver(raw);
    if (answer.status !== 201) throw new Error(`refused with ${answer.status}`);
  });
  const outbound = server(async (raw) => {
    left.push(raw);
  });
  // A listening server of ours has an address with a port.
  const urlOf = (smtp: SMTPServer): string => `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
  const send = async (mail: object): Promise<void> => {
    const transport = createTransport(urlOf(inbound));
    await transport.sendMail({ from: 'Sakura <it@sakura.example>', to: 'support@kizashi.example', ...mail });
    transport.close();
  };
  const cases = () => test.store.db.selectFrom('cases').selectAll().orderBy('number').execute();

  beforeAll(async () => {
    await castDesk(test.store);
    desk = await callerWith(testApp(test.store, { now: NOW + HOUR }), test.store, 'tech');
    for (const smtp of [inbound, outbound]) await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const smtp of [inbound, outbound]) await new Promise<void>((resolve) => smtp.close(resolve));
  });

  it('opens a case, once, however often the server hands it over', async () => {
    await send({
      subject: '映像が出ない',
      text: '昨夜から真っ暗です。',
      date: new Date(NOW),
      messageId: '<m1@sakura.example>',
      attachments: [{ filename: 'log.txt', content: 'line' }],
    });
    await send({ subject: '映像が出ない', text: '昨夜から真っ暗です。', messageId: '<m1@sakura.example>' });
    expect(await cases()).toMatchObject([{ subject: '映像が出ない', customer_id: 'sakura', contact_locale: 'ja', source: 'mail' }]);
  });

  it('is answered by mail, and the reply to that finds the case by what it answers', async () => {
    const [row] = await cases();
    await giveOwner(as(test, aoi, HOUR), row?.id ?? '', {});
    await writeMessage(as(test, aoi, HOUR), row?.id ?? '', { text: '再起動してください。', visibility: 'public', from: 'staff' });
    await writeMessage(as(test, aoi, HOUR), row?.id ?? '', { text: 'SECRETNOTE', visibility: 'internal', from: 'staff' });
    await deliverOutbox(as(test, aoi, HOUR), { smtp_url: urlOf(outbound), mail_from: 'support@kizashi.example' });
    expect(left).toHaveLength(1);
    expect(left[0]?.toString()).not.toContain('SECRETNOTE');
    const answered = await PostalMime.parse(left[0] ?? '');
    expect(answered.subject).toBe(`[${row?.number}] 映像が出ない`);
    await send({ subject: '件名を変えました', text: 'まだ映りません。', messageId: '<m2@sakura.example>', inReplyTo: answered.messageId });
    expect(await cases()).toHaveLength(1);
    expect((await listEvents(as(test, aoi, HOUR), row?.id ?? '')).filter(({ kind }) => kind === 'message_in').map(({ body }) => body)).toEqual([
      '昨夜から真っ暗です。',
      'まだ映りません。',
    ]);
  });

  it('takes the files of the answer along, as they lie under DATA_DIR, and no others', async () => {
    const [row] = await cases();
    const id = row?.id ?? '';
    const file = (name: string, visibility: 'public' | 'internal', text: string) =>
      attachFile(as(test, aoi, HOUR), folder, { record_kind: 'case', record_id: id, visibility, name, bytes: new TextEncoder().encode(text) });
    const guide = await file('手順書.txt', 'public', '再起動の手順');
    const bench = await file('bench.txt', 'internal', 'SECRETBENCH');
    const reply = (attachment_ids: string[]) =>
      writeMessage(as(test, aoi, HOUR), id, { text: '手順書です。', visibility: 'public', from: 'staff', attachment_ids });
    await expect(reply([guide.id, bench.id])).rejects.toMatchObject({ code: 'invalid' });
    await expect(reply(['nowhere'])).rejects.toMatchObject({ code: 'invalid' });
    const note = writeMessage(as(test, aoi, HOUR), id, { text: 'x', visibility: 'internal', from: 'staff', attachment_ids: [guide.id] });
    await expect(note).rejects.toMatchObject({ code: 'invalid' });
    left.length = 0;
    await reply([guide.id, guide.id]);
    const settings = { smtp_url: urlOf(outbound), mail_from: 'support@kizashi.example' };
    await deliverOutbox(as(test, aoi, HOUR), { ...settings, file_bytes: (hash) => readBytes(folder, hash) });
    expect(left).toHaveLength(1);
    const mail = await PostalMime.parse(left[0] ?? '');
    expect(mail.attachments.map(({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer).toString()])).toEqual([
      ['手順書.txt', '再起動の手順'],
    ]);
    expect((await listEvents(as(test, aoi, HOUR), id)).findLast(({ kind }) => kind === 'message_out')?.facts.attachment_ids).toEqual([guide.id]);
  });

  it('does not leave without a file that is gone: it fails and says so', async () => {
    const [row] = await cases();
    const lost = await attachFile(as(test, aoi, HOUR), folder, {
      record_kind: 'case',
      record_id: row?.id ?? '',
      visibility: 'public',
      name: 'lost.txt',
      bytes: new TextEncoder().encode('lost'),
    });
    await writeMessage(as(test, aoi, HOUR), row?.id ?? '', { text: 'x', visibility: 'public', from: 'staff', attachment_ids: [lost.id] });
    const settings = { smtp_url: urlOf(outbound), mail_from: 'support@kizashi.example' };
    expect(await deliverOutbox(as(test, aoi, HOUR), { ...settings, file_bytes: async () => null })).toMatchObject({ sent: 0, failed: 1 });
    const { last_error } = await test.store.db.selectFrom('outbox').select('last_error').where('failed_at', 'is not', null).executeTakeFirstOrThrow();
    expect(last_error).toBe('The file lost.txt is gone');
  });

  it('goes out from the page with a new file, which the partner has too; the form sends both or neither', async () => {
    const [row] = await cases();
    const form = new FormData();
    for (const [name, value] of [
      ['visibility', 'public'],
      ['text', 'See the picture.'],
    ] as const)
      form.set(name, value);
    form.set('file', new File(['a picture of the switch'], 'switch.txt', { type: 'text/plain' }));
    const app = testApp(test.store, { now: NOW + HOUR });
    const { token } = await addToken(test.ctx(), { name: 'page', role: 'tech', partner_id: null, scopes: null, expires_at: null });
    const send = (body: FormData) => app.request(`/cases/${row?.id}/messages`, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } });
    expect((await send(form)).status).toBe(303);
    const files = await listAttachments(as(test, aoi), 'case', row?.id ?? '');
    expect(files.at(-1)).toMatchObject({ name: 'switch.txt', visibility: 'public' });
    form.set('text', 'Not filled in: {serial}');
    expect((await send(form)).status).toBe(422);
    expect(await listAttachments(as(test, aoi), 'case', row?.id ?? '')).toHaveLength(files.length);
  });

  it('that is no mail, too large or of another type is refused with its reason', async () => {
    expect((await handOver(Buffer.from('hello'))).status).toBe(400);
    expect((await desk.post('/api/v1/inbound-mails', 'x', { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await handOver(Buffer.alloc(26 * 1024 * 1024, 'a'))).status).toBe(413);
  });
});
