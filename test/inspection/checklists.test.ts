// Which checklist a unit is inspected by: the most specific that fits, and a changed one never changes what was done before.
import { beforeAll, expect, it } from 'vitest';
import { cast, fielded } from '../returns/cast.ts';
import { answered, got, type Json, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('a checklist', (test) => {
  let tech: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, { now: NOW });
    [tech, quality] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'quality')];
  });

  const step = (name: string) => ({ kind: 'check', need: 'required', name_en: name, name_ja: name });
  const checklist = (name: string, scope: object): Promise<Json> =>
    made(quality.post('/api/v1/checklists', { name_en: name, name_ja: name, ...scope, steps: [step(`${name} 1`)] }));
  /** The checklist an inspection of a unit of that kind starts with. */
  const usedFor = async (model_code: string, hw_rev: string): Promise<string> => {
    const unit = await fielded(test.ctx(), { model_code, hw_rev });
    const { return_unit_id } = await returned(tech, unit.serial, { model_code });
    return (await made(tech.post('/api/v1/inspections', { return_unit_id }))).checklist_id;
  };

  it('of the model and its revision comes before that of the model, of the maker, and the one for all', async () => {
    const ofAll = await usedFor('H-100', 'A');
    const maker = await checklist('Maker', { maker_code: 'HIK' });
    expect(ofAll).not.toBe(maker.id);
    expect(await usedFor('H-200', 'A')).toBe(maker.id);
    const model = await checklist('Model', { model_code: 'H-100' });
    const revision = await checklist('Revision', { model_code: 'H-100', hw_rev: 'B' });
    expect([await usedFor('H-100', 'A'), await usedFor('H-100', 'B'), await usedFor('H-200', 'B')]).toEqual([model.id, revision.id, maker.id]);
  });

  it('there is one in force for the same units', async () => {
    const refused = await answered(
      409,
      quality.post('/api/v1/checklists', { name_en: 'Again', name_ja: 'Again', model_code: 'H-100', steps: [step('again')] }),
    );
    expect(refused.blocking).toMatch(/^\/api\/v1\/checklists\/\w+$/);
  });

  it('changed, leaves the inspections of the past the steps they were done with', async () => {
    const before = await checklist('Lens', { model_code: 'H-200' });
    const unit = await fielded(test.ctx(), { model_code: 'H-200' });
    const { return_unit_id } = await returned(tech, unit.serial, { model_code: 'H-200' });
    const inspection = await made(tech.post('/api/v1/inspections', { return_unit_id }));
    await answered(200, quality.patch(`/api/v1/checklists/${before.id}`, { steps: [step('Lens 1'), step('Lens 2')] }));
    expect((await got(tech.get(`/api/v1/inspections/${inspection.id}`))).checklist_id).toBe(before.id);
    expect(await usedFor('H-200', 'A')).not.toBe(before.id);
  });
});
