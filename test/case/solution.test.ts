// Solving with a reply: one mail takes the answer, its files and the link to rate; what may not go to the customer leaves everything as it was.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attachFile, listAttachments } from '../../src/attachment/attach.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listEvents } from '../../src/case/queries.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, castDesk, HOUR } from './cast.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-solution-'));

eachDb('a solution', (test) => {
  it('one of a desk', () => castDesk(test.store));

  const desk = () => callerWith(testApp(test.store, { now: NOW + HOUR }), test.store, 'tech');
  const owned = async (): Promise<string> => {
    const { id } = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), id, {});
    return id;
  };
  const file = (id: string, visibility: 'public' | 'internal', name: string) =>
    attachFile(as(test, aoi), folder, { record_kind: 'case', record_id: id, visibility, name, bytes: new TextEncoder().encode(name) });
  const mails = async (id: string): Promise<{ text: string; files?: { name: string }[] }[]> =>
    (await test.store.db.selectFrom('outbox').select(['payload', 'dedupe_key']).where('kind', '=', 'mail').orderBy('id').execute())
      .filter(({ dedupe_key }) => dedupe_key?.includes(id))
      .map(({ payload }) => JSON.parse(payload));

  it('takes public files of the case along; the customer is mailed once, the event names them', async () => {
    const id = await owned();
    const guide = await file(id, 'public', 'guide.txt');
    const answer = await (await desk()).post(`/api/v1/cases/${id}/solution`, { solution: 'Restarted', reply: 'See the guide.', attachment_ids: [guide.id] });
    expect([answer.status, (await getCase(as(test, aoi), id)).state]).toEqual([201, 'solved']);
    const [mail, ...more] = await mails(id);
    expect([mail?.files?.map(({ name }) => name), more]).toEqual([['guide.txt'], []]);
    expect(mail?.text).toMatch(/^See the guide\.\n\n.*\/rate\//s);
    const said = (await listEvents(as(test, aoi), id)).find(({ kind }) => kind === 'message_out');
    expect(said).toMatchObject({ body: 'See the guide.', facts: { attachment_ids: [guide.id] } });
  });

  it.each([
    ['an internal file', 'attachment_ids', async (id: string) => ({ reply: 'x', attachment_ids: [(await file(id, 'internal', 'bench.txt')).id] })],
    ['a file of another case', 'attachment_ids', async () => ({ reply: 'x', attachment_ids: [(await file(await owned(), 'public', 'other.txt')).id] })],
    ['files without a reply', 'reply', async (id: string) => ({ attachment_ids: [(await file(id, 'public', 'alone.txt')).id] })],
    ['a reply with a hole', 'reply', async () => ({ reply: 'Dear {customer}' })],
  ])('is refused with %s, naming %s: the case stays open and nobody is mailed', async (_what, path, more) => {
    const id = await owned();
    const answer = await (await desk()).post(`/api/v1/cases/${id}/solution`, { solution: 'Restarted', ...(await more(id)) });
    expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ errors: [expect.objectContaining({ path })] })]);
    expect((await getCase(as(test, aoi), id)).state).toBe('open');
    expect(await mails(id)).toEqual([]);
    expect(await test.store.db.selectFrom('case_rating_links').select('hash').where('case_id', '=', id).execute()).toEqual([]);
  });

  it('goes out from the page with a new file; a refused form keeps none', async () => {
    const id = await owned();
    const send = async (fields: Record<string, string>) => {
      const parts = Object.entries(fields).map(([name, value]) => `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
      const upload = '--cut\r\nContent-Disposition: form-data; name="file"; filename="shot.txt"\r\nContent-Type: text/plain\r\n\r\na picture\r\n--cut--\r\n';
      return (await desk()).post(`/cases/${id}/solution`, parts.join('') + upload, { 'Content-Type': 'multipart/form-data; boundary=cut' });
    };
    expect((await send({ solution: 'Restarted', cause_id: '', reply: '' })).status).toBe(422);
    expect(await listAttachments(as(test, aoi), 'case', id)).toEqual([]);
    expect((await send({ solution: 'Restarted', cause_id: '', reply: 'As in the picture.' })).status).toBe(303);
    expect((await listAttachments(as(test, aoi), 'case', id)).map(({ name, visibility }) => [name, visibility])).toEqual([['shot.txt', 'public']]);
    expect((await mails(id))[0]?.files?.map(({ name }) => name)).toEqual(['shot.txt']);
  });
});
