import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { concludeTest, judge, recordValue, retireTestTemplate, saveTestTemplate, startTest } from '../../src/investigation/test.ts';
import { RecordValue, SaveTestTemplate, StartTest } from '../../src/investigation/testInputs.ts';
import { listTestTemplates, viewTest } from '../../src/investigation/testQueries.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Cast, castFor, serve } from './cast.ts';

const SPRAY = {
  code: 'IPX6',
  kind: 'water_ingress',
  name_en: 'Water jet',
  name_ja: '噴流試験',
  method: '100 l/min for 3 min',
  steps: [
    { code: 'depth', name_en: 'Water inside', name_ja: '内部の水', unit: 'mm', min: null, max: 0 },
    { code: 'look', name_en: 'Appearance', name_ja: '外観' },
  ],
};

eachDb('a test record', (test) => {
  let cast: Cast;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });
  const start = async (serials: string[]) => {
    const [template] = await listTestTemplates(asKato());
    return startTest(asKato(), StartTest.parse({ template_id: template?.id, title: 'Batch 25-01', serials }));
  };
  const measure = (id: string, sample_id: string, step_code: string, fields: object) =>
    recordValue(asKato(), id, RecordValue.parse({ sample_id, step_code, ...fields }));

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    await saveTestTemplate(asKato(), SaveTestTemplate.parse(SPRAY));
    await serve(test.ctx(), cast, ['AB-0012']);
  });

  it('ties samples to units by any spelling of the serial, each once', async () => {
    const { samples } = await viewTest(asKato(), (await start(['S/N: ab0012', 'AB-0012', 'STRANGER'])).id);
    expect(samples.map((sample) => [sample.serial_key, sample.unit_id !== null]).sort()).toEqual([
      ['AB0012', true],
      ['STRANGER', false],
    ]);
  });

  it('judges values by the limits of the protocol and concludes when all are there', async () => {
    const { id } = await start(['AB0012']);
    const [sample] = (await viewTest(asKato(), id)).samples;
    await expect(concludeTest(asKato(), id, { result: 'pass', conclusion: 'Dry' })).rejects.toMatchObject({
      words: ['Not measured: AB0012: Water inside, AB0012: Appearance', '未測定: AB0012: 内部の水、AB0012: 外観'],
    });
    expect((await measure(id, sample?.id ?? '', 'depth', { value: 2 })).result).toBe('fail');
    expect((await measure(id, sample?.id ?? '', 'look', { observation: 'Clean' })).result).toBe('noted');
    await expect(concludeTest(asKato(), id, { result: 'pass', conclusion: 'Dry' })).rejects.toThrow('no pass');
    expect((await measure(id, sample?.id ?? '', 'depth', { value: 0 })).result).toBe('pass');
    expect(await concludeTest(asKato(), id, { result: 'pass', conclusion: 'Dry' })).toMatchObject({ state: 'done', result: 'pass', tested_on: '2026-04-01' });
    await expect(measure(id, sample?.id ?? '', 'depth', { value: 1 })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps the revision of the protocol it was made by', async () => {
    const record = await start(['AB0012']);
    await saveTestTemplate(asKato(), SaveTestTemplate.parse({ ...SPRAY, steps: SPRAY.steps.slice(0, 1) }));
    const view = await viewTest(asKato(), record.id);
    expect([view.template.revision, view.steps.length]).toEqual([1, 2]);
    const [current] = await listTestTemplates(asKato());
    expect(current?.revision).toBe(2);
    await retireTestTemplate(asKato(), current?.id ?? '');
    await expect(startTest(asKato(), StartTest.parse({ template_id: current?.id, title: 'x', serials: ['A'] }))).rejects.toMatchObject({ code: 'invalid' });
  });

  it('with a step that needs a photo is not concluded without one', async () => {
    const { id: template_id } = await saveTestTemplate(
      asKato(),
      SaveTestTemplate.parse({
        code: 'DROP',
        kind: 'drop',
        name_en: 'Drop',
        name_ja: '落下',
        steps: [{ code: 'crack', name_en: 'Crack', name_ja: '亀裂', photo: 'required' }],
      }),
    );
    const { id } = await startTest(asKato(), StartTest.parse({ template_id, title: 'Drop from 1 m', serials: ['AB0012'] }));
    const [sample] = (await viewTest(asKato(), id)).samples;
    await measure(id, sample?.id ?? '', 'crack', { observation: 'None', result: 'pass' });
    await expect(concludeTest(asKato(), id, { result: 'pass', conclusion: 'Fine' })).rejects.toThrow('1 steps need a photo');
  });
});

it('limits decide, people decide where there are none', () => {
  expect(judge({ min: 1, max: 2 }, { value: 2 })).toBe('pass');
  expect(judge({ min: 1, max: null }, { value: 0.5, result: 'pass' })).toBe('fail');
  expect(judge({ min: null, max: null }, { value: 7 })).toBe('noted');
  expect(judge({ min: null, max: null }, { value: 7, result: 'fail' })).toBe('fail');
});

eachDb('a store without a test template', (test) => {
  it('says what is missing where a test would begin, and where templates and evidence are listed', async () => {
    const lead = await callerWith(testApp(test.store), test.store, 'lead');
    const text = async (path: string) => (await lead.get(path)).text();
    expect(await text('/test-records/new')).toMatch(/No template yet.*<a href="\/test-templates">/);
    expect(await text('/test-templates')).toContain('No template yet');
    expect(await text('/evidence-packs?lang=ja')).toContain('資料はありません');
  });
});
