// Photos from the bench by a plain multipart form: no script, sniffed by content, without place or camera data, limited in size.
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { addToken } from '../../src/person/tokens.ts';
import { cast, fielded } from '../returns/cast.ts';
import { got, type Json, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, testCtx } from '../support/eachDb.ts';

eachDb('uploads on the bench', (test) => {
  let app: ReturnType<typeof testApp>;
  let tech: Caller;
  let token = '';
  beforeAll(async () => {
    await cast(test.ctx());
    app = testApp(test.store);
    tech = await callerWith(app, test.store, 'tech');
    ({ token } = await addToken(testCtx(test.store), { name: 'phone', role: 'tech', partner_id: null, scopes: null, expires_at: null }));
  });

  const send = async (path: string, parts: readonly (readonly [string, string | File])[]): Promise<Response> => {
    const body = new FormData();
    for (const [name, value] of parts) body.append(name, value);
    return app.request(path, { method: 'POST', body, headers: { Authorization: `Bearer ${token}`, 'Accept-Language': 'en' } });
  };
  /** A picture as a telephone takes it: with the place it was taken at. */
  const photo = async (name = 'IMG_0001.jpg'): Promise<File> => {
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c00' } }).jpeg();
    const bytes = await picture.withExif({ IFD0: { Model: 'Phone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '35/1 40/1 0/1' } }).toBuffer();
    return new File([new Uint8Array(bytes)], name, { type: 'image/jpeg' });
  };
  /** A unit on a checklist of one required photo and one check. */
  async function onTheBench(): Promise<{ id: string; inspection: Json }> {
    const unit = await fielded(test.ctx());
    const { return_unit_id: id } = await returned(tech, unit.serial);
    return { id, inspection: await made(tech.post('/api/v1/inspections', { return_unit_id: id })) };
  }

  it('a step’s photo goes up with the other answers, in one form, and loses its place', async () => {
    const { id, inspection } = await onTheBench();
    const [check, plate] = [inspection.steps.find((step: Json) => step.kind === 'check'), inspection.steps.find((step: Json) => step.kind === 'photo')];
    const answer = await send(`/inspections/${inspection.id}/steps`, [
      [`result:${check.id}`, 'ok'],
      [`photo:${plate.id}`, await photo()],
      [`note:${plate.id}`, 'scratched'],
    ]);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, expect.stringContaining(`/return-units/${id}`)]);
    const after = await got(tech.get(`/api/v1/inspections/${inspection.id}`));
    const [ok, shot] = [check.id, plate.id].map((step_id: string) => after.steps.find((step: Json) => step.id === step_id));
    expect([ok.result, shot.result, shot.step_note]).toEqual(['ok', 'ok', 'scratched']);
    const stored = await tech.get(`/api/v1/attachments/${shot.attachment_id}`);
    const kept = await sharp(Buffer.from(await stored.arrayBuffer())).metadata();
    expect([stored.headers.get('Content-Type'), kept.width, kept.exif]).toEqual(['image/jpeg', 64, undefined]);
    expect((await got(tech.get(`/api/v1/attachments?record_kind=inspection&record_id=${inspection.id}`))).items[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    for (const path of [`/inspections/${inspection.id}`, `/return-units/${id}`])
      expect(await (await tech.get(path)).text()).toContain(`/api/v1/attachments/${shot.attachment_id}`);
  });

  it('a photo that is none is refused by its content, and the other answers are not kept either', async () => {
    const { inspection } = await onTheBench();
    const [check, plate] = [inspection.steps.find((step: Json) => step.kind === 'check'), inspection.steps.find((step: Json) => step.kind === 'photo')];
    const program = new File([new Uint8Array([0x4d, 0x5a, 0, 0, 1, 2, 3])], 'plate.jpg', { type: 'image/jpeg' });
    expect(
      (
        await send(`/inspections/${inspection.id}/steps`, [
          [`result:${check.id}`, 'ok'],
          [`photo:${plate.id}`, program],
        ])
      ).status,
    ).toBe(415);
    expect(
      (
        await send(`/inspections/${inspection.id}/steps`, [
          [`result:${check.id}`, 'perhaps'],
          [`photo:${plate.id}`, await photo()],
        ])
      ).status,
    ).toBe(422);
    expect((await send(`/inspections/${inspection.id}/steps`, [['photo:no-such-step', await photo()]])).status).toBe(422);
    const after = await got(tech.get(`/api/v1/inspections/${inspection.id}`));
    expect(after.steps.every((step: Json) => step.result === null)).toBe(true);
    expect((await got(tech.get(`/api/v1/attachments?record_kind=inspection&record_id=${inspection.id}`))).items).toEqual([]);
  });

  it('several files go beside the unit at once; none, too many and too large are refused', async () => {
    const { id } = await onTheBench();
    const note = new File(['opened by the customer'], '所見.txt', { type: 'text/plain' });
    expect(
      (
        await send(`/return-units/${id}/files`, [
          ['file', await photo('a.jpg')],
          ['file', await photo('b.jpg')],
          ['file', note],
        ])
      ).status,
    ).toBe(303);
    const { items } = await got(tech.get(`/api/v1/attachments?record_kind=return_unit&record_id=${id}`));
    expect(items.map(({ name, media_type }: Json) => [name, media_type])).toEqual([
      ['a.jpg', 'image/jpeg'],
      ['b.jpg', 'image/jpeg'],
      ['所見.txt', 'text/plain; charset=utf-8'],
    ]);
    expect((await send(`/return-units/${id}/files`, [['file', new File([], '')]])).status).toBe(422);
    expect(
      (
        await send(
          `/return-units/${id}/files`,
          Array.from({ length: 21 }, () => ['file', note] as const),
        )
      ).status,
    ).toBe(422);
    const large = new File([new Uint8Array(11 * 1024 * 1024).fill(0x61)], 'log.txt');
    expect((await send(`/return-units/${id}/files`, [['file', large]])).status).toBe(413);
  });

  it('the page of a finished inspection is its record, in both languages', async () => {
    const { inspection } = await onTheBench();
    await made(tech.post(`/api/v1/inspections/${inspection.id}/verdict`, { verdict: 'confirmed', failure_mode: 'POE_FAIL', note: 'burnt smell' }));
    expect(await (await tech.get(`/inspections/${inspection.id}?lang=en`)).text()).toMatch(/Inspection record[\s\S]*PoE circuit failed[\s\S]*burnt smell/);
    expect(await (await tech.get(`/inspections/${inspection.id}?lang=ja`)).text()).toMatch(/検証記録[\s\S]*PoE回路故障/);
    expect((await tech.get('/inspections/no-such')).status).toBe(404);
  });
});
