import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { attachFile, getAttachment, listAttachments, removeAttachment } from '../../src/attachment/attach.ts';
import { cleanUpload } from '../../src/attachment/clean.ts';
import { keepFile, openFile } from '../../src/attachment/files.ts';
import { systemActor } from '../../src/core/actor.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from '../unit/parts.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const photo = () =>
  sharp({ create: { width: 40, height: 20, channels: 3, background: '#884422' } })
    .withExif({ IFD0: { Artist: 'Somebody' }, IFD3: { GPSLatitude: '35/1 40/1 0/1', GPSLatitudeRef: 'N' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

it('pictures lose GPS and every other metadata, and stand upright', async () => {
  const before = await photo();
  expect((await sharp(before).metadata()).exif).toBeDefined();
  const { bytes, media_type } = await cleanUpload(new Uint8Array(before), 'photo.jpg');
  const after = await sharp(bytes).metadata();
  expect([media_type, after.exif, after.orientation, after.width, after.height]).toEqual(['image/jpeg', undefined, undefined, 20, 40]);
});

it.each([
  ['a program named .jpg', 'photo.jpg', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['a broken picture', 'x.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])],
  ['a zip', 'x.zip', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
])('%s is refused by its content', async (_, name, bytes) => {
  await expect(cleanUpload(bytes, name)).rejects.toMatchObject({ code: 'unsupported' });
});

it('HTML is kept as plain text, CSV as CSV', async () => {
  expect((await cleanUpload(text('<script>alert(1)</script>'), 'x.html')).media_type).toBe('text/plain; charset=utf-8');
  expect((await cleanUpload(text('a,b\n1,2'), 'x.csv')).media_type).toBe('text/csv; charset=utf-8');
  await expect(cleanUpload(text('x'.repeat(11 * 1024 * 1024)), 'x.txt')).rejects.toMatchObject({ code: 'too_large' });
});

it('one content is kept once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-files-'));
  const [one, two] = await Promise.all([keepFile(folder, text('same')), keepFile(folder, text('same'))]);
  expect(one).toBe(two);
  expect(await new Response(await openFile(folder, one)).text()).toBe('same');
  expect(await openFile(folder, 'f'.repeat(64))).toBeNull();
});

eachDb('attachments', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-files-'));
  let parts: Awaited<ReturnType<typeof smallCatalog>>;
  beforeAll(async () => {
    parts = await smallCatalog(test.ctx());
  });
  const partner = () => test.ctx({ actor: { ...systemActor('p'), role: 'partner', partner_id: parts.partner.id } });

  it('belong to a record: who sees the record sees its files, and removed ones are gone', async () => {
    const ctx = test.ctx();
    const [ours, theirs] = [
      await createUnit(ctx, { model_code: 'X-100', serial: 'A-1', site_code: 'S1' }),
      await createUnit(ctx, { model_code: 'X-100', serial: 'A-2', site_code: 'S2' }),
    ];
    const add = (record_id: string) => attachFile(ctx, folder, { record_kind: 'unit', record_id, name: '..\\evil/..名前.txt', bytes: text('hello') });
    const [a, b] = [await add(ours.id), await add(theirs.id)];
    expect([a.name, a.sha256, a.partner_id]).toEqual(['.._evil_..名前.txt', b.sha256, parts.partner.id]);
    expect((await getAttachment(partner(), a.id)).id).toBe(a.id);
    await expect(getAttachment(partner(), b.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(listAttachments(partner(), 'unit', theirs.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(attachFile(partner(), folder, { record_kind: 'unit', record_id: ours.id, name: 'x', bytes: text('x') })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await removeAttachment(ctx, a.id);
    await expect(getAttachment(ctx, a.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await listAttachments(ctx, 'unit', ours.id)).toEqual([]);
    await expect(attachFile(ctx, folder, { record_kind: 'user', record_id: 'x', name: 'x', bytes: text('x') })).rejects.toMatchObject({ code: 'invalid' });
    await expect(attachFile(ctx, folder, { record_kind: 'unit', record_id: 'nobody', name: 'x', bytes: text('x') })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('go up and come down over HTTP, never to be run by a browser', async () => {
    const app = testApp(test.store);
    const unit = await createUnit(test.ctx(), { model_code: 'X-100', serial: 'A-3' });
    const { token } = await (await import('../../src/person/tokens.ts')).addToken(test.ctx(), {
      name: 't',
      role: 'tech',
      partner_id: null,
      scopes: null,
      expires_at: null,
    });
    const form = new FormData();
    form.set('record_kind', 'unit');
    form.set('record_id', unit.id);
    form.set('file', new File([await photo()], '写真 1.jpg'));
    const added = await app.request('/api/v1/attachments', { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } });
    expect(added.status).toBe(201);
    const { id, media_type } = (await added.json()) as { id: string; media_type: string };
    const tech = await callerWith(app, test.store, 'tech');
    const got = await tech.get(`/api/v1/attachments/${id}`);
    expect([media_type, got.headers.get('Content-Type'), got.headers.get('X-Content-Type-Options')]).toEqual(['image/jpeg', 'image/jpeg', 'nosniff']);
    expect(got.headers.get('Content-Disposition')).toContain("filename*=UTF-8''%E5%86%99%E7%9C%9F%201.jpg");
    expect((await sharp(await got.arrayBuffer()).metadata()).exif).toBeUndefined();
    expect((await tech.delete(`/api/v1/attachments/${id}`)).status).toBe(204);
    expect((await tech.get(`/api/v1/attachments/${id}`)).status).toBe(404);
  });
});
