// Codes are renamed, merged and retired; what was recorded with them stays readable, and counts under the code that stays.
import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast, fielded } from './cast.ts';
import { answered, got, inspected, made, returned } from './http.ts';

eachDb('a code tree', (test) => {
  let tech: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, { now: NOW });
    [tech, quality] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'quality')];
  });

  const base = '/api/v1/codes/failure_mode';
  const code = (name: string, parent?: string) => made(quality.post(base, { code: name, parent, name_en: `${name} en`, name_ja: `${name} ja` }));
  const confirmed = async (failure_mode: string): Promise<string> => {
    const unit = await fielded(test.ctx());
    const { return_unit_id } = await returned(tech, unit.serial);
    await inspected(tech, return_unit_id, 'confirmed', { failure_mode });
    return return_unit_id;
  };
  const modeOf = async (return_unit_id: string) => (await got(tech.get(`/api/v1/return-units/${return_unit_id}`))).failure_mode_id;

  it('a merged code is out of use; its units count under the one that stays, the inspection keeps what was written then', async () => {
    const [from, kept] = [await code('CAP-BULGE'), await code('CAP')];
    const unit = await confirmed('CAP-BULGE');
    expect(await modeOf(unit)).toBe(from.id);
    await made(quality.post(`${base}/${from.id}/merge`, { into_id: 'CAP', reason: 'the same thing' }));
    expect(await modeOf(unit)).toBe(kept.id);
    const [inspection] = (await got(tech.get(`/api/v1/inspections?return_unit_id=${unit}`))).items;
    expect(inspection.failure_mode_id).toBe(from.id);
    expect(await got(tech.get(`${base}/${from.id}`))).toMatchObject({ merged_into_id: kept.id, retired_at: expect.any(String) });
    const told = await got(quality.get(`/api/v1/history?record_kind=code&record_id=${from.id}`));
    expect(told.items[0]).toMatchObject({ action: 'code.merged', reason: 'the same thing' });
    expect((await answered(409, quality.post(`${base}/${from.id}/merge`, { into_id: 'CAP', reason: 'again' }))).code).toBe('conflict');
  });

  it('what hung below a merged code hangs below the one that stays', async () => {
    const [from, kept] = [await code('LENS-OLD'), await code('LENS')];
    const below = await code('LENS-FOG', 'LENS-OLD');
    await made(quality.post(`${base}/${from.id}/merge`, { into_id: kept.id, reason: 'one tree' }));
    expect(await got(tech.get(`${base}/${below.id}`))).toMatchObject({ parent_id: kept.id, retired_at: null });
  });

  it('a renamed code is the same code', async () => {
    const named = await code('FAN');
    const unit = await confirmed('FAN');
    await answered(200, quality.patch(`${base}/${named.id}`, { name_en: 'Fan stuck', name_ja: 'ファン固着' }));
    expect(await modeOf(unit)).toBe(named.id);
    expect(await got(tech.get(`${base}/FAN`))).toMatchObject({ id: named.id, name_ja: 'ファン固着' });
  });

  it('a retired code is refused for new findings and stays with the old', async () => {
    const retired = await code('DUST');
    const unit = await confirmed('DUST');
    await made(quality.post(`${base}/${retired.id}/retirement`, { reason: 'too vague' }));
    expect(await modeOf(unit)).toBe(retired.id);
    const next = await returned(tech, (await fielded(test.ctx())).serial);
    const refused = await answered(
      422,
      tech.post('/api/v1/inspections', { return_unit_id: next.return_unit_id, verdict: 'confirmed', failure_mode: 'DUST', all_steps_ok: false }),
    );
    expect(refused.errors[0].path).toBe('failure_mode');
    expect((await got(tech.get(base))).items.some(({ id }: { id: string }) => id === retired.id)).toBe(false);
    expect((await got(tech.get(`${base}?retired=true&limit=500`))).items.some(({ id }: { id: string }) => id === retired.id)).toBe(true);
  });

  it('no code hangs below itself, and none is merged into what hangs below it', async () => {
    const top = await code('TOP');
    const below = await code('BELOW', 'TOP');
    await answered(422, quality.patch(`${base}/${top.id}`, { parent: below.id }));
    await answered(422, quality.post(`${base}/${top.id}/merge`, { into_id: below.id, reason: 'wrong way' }));
  });

  it('merged on and on, any name it ever had leads to the one that stays', async () => {
    const [a, b, c] = [await code('CHAIN-A'), await code('CHAIN-B'), await code('CHAIN-C')];
    const old = await confirmed('CHAIN-A');
    await made(quality.post(`${base}/${a.id}/merge`, { into_id: b.id, reason: 'the same' }));
    await made(quality.post(`${base}/${b.id}/merge`, { into_id: c.id, reason: 'the same again' }));
    for (const name of ['CHAIN-A', 'CHAIN-B', 'chain-c']) expect([name, await modeOf(await confirmed(name))]).toEqual([name, c.id]);
    expect(await modeOf(old)).toBe(c.id);
    expect(await got(tech.get(`${base}/${a.id}`))).toMatchObject({ merged_into_id: c.id });
    expect(await answered(409, quality.post(`${base}/${c.id}/merge`, { into_id: a.id, reason: 'back' }))).toMatchObject({ code: 'conflict' });
  });

  it('two people merge two codes into each other at once: one of them stays', async () => {
    for (let round = 0; round < 3; round++) {
      const [a, b] = [await code(`RING-A${round}`), await code(`RING-B${round}`)];
      const merge = (from: string, into_id: string) => quality.post(`${base}/${from}/merge`, { into_id, reason: 'the same' });
      const answers = await Promise.all([merge(a.id, b.id), merge(b.id, a.id)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      const states = await Promise.all([a, b].map(async ({ id }) => (await got(tech.get(`${base}/${id}`))).retired_at === null));
      expect(states.filter((lives) => lives)).toHaveLength(1);
    }
  });

  it('two people hang two codes below each other at once: the tree closes no circle', async () => {
    for (let round = 0; round < 3; round++) {
      const [a, b] = [await code(`LOOP-A${round}`), await code(`LOOP-B${round}`)];
      const answers = await Promise.all([quality.patch(`${base}/${a.id}`, { parent: b.id }), quality.patch(`${base}/${b.id}`, { parent: a.id })]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
      const listed = (await got(tech.get(`${base}?limit=500`))).items.map(({ id }: { id: string }) => id);
      expect(listed).toEqual(expect.arrayContaining([a.id, b.id]));
    }
  });

  it('a code of that name exists once, and a technician does not change the tree', async () => {
    const first = await code('TWICE');
    expect((await answered(409, quality.post(base, { code: 'twice', name_en: 'x', name_ja: 'x' }))).blocking).toBe(`${base}/${first.id}`);
    await answered(403, tech.post(base, { code: 'MINE', name_en: 'x', name_ja: 'x' }));
  });
});
