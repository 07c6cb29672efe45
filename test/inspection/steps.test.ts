// Steps of an inspection as the bench records them: judged by their range, done again, skipped, wrong ones refused whole.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { cast, fielded } from '../returns/cast.ts';
import { answered, got, type Json, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the steps of an inspection', (test) => {
  let tech: Caller;
  let check: string;
  let volts: string;
  let photo: string;
  let other: string;
  let base: string;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    const quality = await callerWith(app, test.store, 'quality');
    tech = await callerWith(app, test.store, 'tech');
    const step = (kind: string, need: string, name_en: string, name_ja: string, more: object = {}) => ({ kind, need, name_en, name_ja, ...more });
    const checklist = await made(
      quality.post('/api/v1/checklists', {
        name_en: 'Dome',
        name_ja: 'ドーム',
        model_code: 'H-100',
        steps: [
          step('check', 'required', 'Picture', '映像'),
          step('value', 'required', 'Supply', '電源', { value_unit: 'V', min_value: 47.5, max_value: 48.5 }),
          step('photo', 'optional', 'Housing', '筐体'),
        ],
      }),
    );
    [check, volts, photo] = checklist.steps.map(({ id }: Json) => id);
    const foreign = await made(
      quality.post('/api/v1/checklists', { name_en: 'Other', name_ja: '他', model_code: 'H-200', steps: [step('check', 'required', 'Lens', 'レンズ')] }),
    );
    other = foreign.steps[0].id;
  });
  beforeEach(async () => {
    const { return_unit_id } = await returned(tech, (await fielded(test.ctx())).serial);
    base = `/api/v1/inspections/${(await made(tech.post('/api/v1/inspections', { return_unit_id }))).id}`;
  });

  const record = (...steps: object[]) => tech.post(`${base}/steps`, { steps });
  const end = (fields: object, language = 'en') => tech.post(`${base}/verdict`, fields, { 'Accept-Language': language });
  const results = async (): Promise<Json> =>
    Object.fromEntries((await got(tech.get(base))).steps.filter(({ result }: Json) => result !== null).map(({ id, result }: Json) => [id, result]));

  it.each([
    [47.4, 'ng'],
    [47.5, 'ok'],
    [48.5, 'ok'],
    [48.6, 'ng'],
  ])('%d V is %s, whatever the person says of it', async (value, result) => {
    await made(record({ step_id: volts, value, result: result === 'ok' ? 'ng' : 'ok' }));
    expect(await results()).toEqual({ [volts]: result });
  });

  it('done again, the last answer stands', async () => {
    await made(record({ step_id: volts, value: 12 }, { step_id: check, result: 'ng' }));
    await made(record({ step_id: volts, value: 48 }));
    expect(await results()).toEqual({ [volts]: 'ok', [check]: 'ng' });
  });

  it.each([
    ['a step of another checklist', () => ({ step_id: other, result: 'ok' }), 'steps.1.step_id'],
    ['a check without an answer', () => ({ step_id: check }), 'steps.1'],
    ['a measurement without its value', () => ({ step_id: volts, result: 'ok' }), 'steps.1'],
    ['a measurement that is no number', () => ({ step_id: volts, value: '' }), 'steps.1.value'],
    ['a measurement said to be true', () => ({ step_id: volts, value: true }), 'steps.1.value'],
    ['a photo that is not there', () => ({ step_id: photo, attachment_id: 'nowhere' }), 'steps.1.attachment_id'],
  ])('%s is refused by its place, and what came with it is not kept', async (_, wrong, path) => {
    const good = wrong().step_id === volts ? { step_id: check, result: 'ok' } : { step_id: volts, value: 48 };
    expect((await answered(422, record(good, wrong()))).errors[0].path).toBe(path);
    expect(await results()).toEqual({});
  });

  it('a skipped required step keeps the unit from passing, and is named in the reader’s language', async () => {
    await made(record({ step_id: volts, value: 48 }, { step_id: check, result: 'skipped' }));
    expect((await answered(409, end({ verdict: 'no_fault_found', result: 'pass' }))).detail).toContain('Picture');
    expect((await answered(409, end({ verdict: 'no_fault_found', result: 'pass' }, 'ja'))).detail).toContain('映像');
    expect(await made(end({ verdict: 'no_fault_found', result: 'fail' }))).toMatchObject({ state: 'done', result: 'fail' });
  });

  it('an ended inspection takes no more steps and no second verdict', async () => {
    await made(record({ step_id: volts, value: 48 }, { step_id: check, result: 'ok' }));
    expect(await made(end({ verdict: 'no_fault_found' }))).toMatchObject({ result: 'pass' });
    expect(await answered(409, record({ step_id: check, result: 'ng' }))).toMatchObject({ blocking: base });
    expect(await answered(409, end({ verdict: 'confirmed' }))).toMatchObject({ blocking: base });
    expect(await results()).toEqual({ [volts]: 'ok', [check]: 'ok' });
  });
});
