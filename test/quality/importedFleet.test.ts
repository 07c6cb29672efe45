import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addDays } from '../../src/core/time.ts';
import { addToken } from '../../src/person/tokens.ts';
import { type Caller, callerOf, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

/** Model, drive-days, failures, published AFR in percent with its 95 % interval: Backblaze Drive Stats, 50 days of 2016. */
const published = [
  ['HMS5C4040ALE640', 368_077, 2, 0.2, 0.02, 0.72],
  ['HMS5C4040BLE640', 186_832, 1, 0.2, 0.0, 1.09],
  ['ST6000DX000', 97_864, 2, 0.75, 0.09, 2.69],
  ['HDS5C3030ALA630', 236_690, 5, 0.77, 0.25, 1.8],
  ['HDS5C4040ALE630', 136_969, 4, 1.07, 0.29, 2.73],
  ['HDS722020ALA330', 224_052, 13, 2.12, 1.13, 3.62],
  ['ST4000DM000', 1_681_473, 139, 3.02, 2.54, 3.56],
  ['WD30EFRX', 54_686, 6, 4.0, 1.47, 8.72],
] as const;

/** χ²(α/2; 2f)/2 and χ²(1−α/2; 2f+2)/2 by SciPy. */
const garwood: Record<number, readonly [number, number]> = {
  1: [0.025317807984289876, 5.571643390938898],
  2: [0.24220927854396496, 7.22468766772396],
  4: [1.0898653736263249, 10.241588675403694],
  5: [1.6234863901184207, 11.66833207932267],
  6: [2.2018942534908508, 13.059474022518685],
  13: [6.921952491003801, 22.230395918158873],
  139: [116.8535916995698, 164.12275930495767],
};

const Table = z.object({
  items: z.array(
    z.object({
      model: z.string(),
      units: z.number(),
      exposure_days: z.number(),
      failures: z.number(),
      afr: z.number(),
      afr_ci_low: z.number(),
      afr_ci_high: z.number(),
      rate_per_1000_device_months: z.number(),
      ci_low: z.number(),
      ci_high: z.number(),
      returned: z.number(),
      nff: z.number(),
    }),
  ),
});

const STAY = 5844;
const BEGAN = '2010-01-01';

// Every drive serves sixteen years, the last one what is left; the first ones fail on their last day. One more came back faultless.
function csvOfFleet(): { models: string; units: string; returns: string } {
  const models = ['maker_code,model_code,name'];
  const units = ['model_code,serial,in_service_on,out_of_service_on'];
  const returns = ['model_code,serial,returned_on,verdict'];
  for (const [model, days, failures] of published) {
    models.push(`BB,${model},${model}`);
    for (let i = 0; i * STAY < days; i++) {
      const end = addDays(BEGAN, Math.min(STAY, days - i * STAY));
      units.push(`${model},${model}-${i},${BEGAN},${end}`);
      if (i < failures) returns.push(`${model},${model}-${i},${end},confirmed`);
      else if (i === failures) returns.push(`${model},${model}-${i},${end},no_fault_found`);
    }
  }
  return { models: models.join('\n'), units: units.join('\n'), returns: returns.join('\n') };
}

eachDb('a fleet imported as CSV', (test) => {
  let quality: Caller;

  beforeAll(async () => {
    const app = testApp(test.store);
    const { token } = await addToken(test.ctx(), { name: 'admin', role: 'admin', partner_id: null, scopes: null, expires_at: null });
    const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': 'en' };
    quality = callerOf(app, headers);
    for (const [kind, text] of Object.entries(csvOfFleet())) {
      const form = new FormData();
      form.set('kind', kind);
      form.set('file', new File([text], `${kind}.csv`));
      const answer = await app.request('/api/v1/imports', { method: 'POST', body: form, headers });
      expect(answer.status, `${kind}: ${answer.status === 201 ? '' : await answer.text()}`).toBe(201);
    }
  });

  describe.each(published)('%s', (model, days, failures, afr, low, high) => {
    const found = async () => Table.parse(await (await quality.get(`/api/v1/failure-rates?by=model&model=${model}`)).json()).items[0];

    it('has the published AFR and interval, to the published decimals', async () => {
      const row = await found();
      expect(row).toMatchObject({ model, exposure_days: days, failures, units: Math.ceil(days / STAY), nff: 1, returned: failures + 1 });
      expect((row?.afr ?? 0) * 100).toBeCloseTo(afr, 1);
      expect((row?.afr_ci_low ?? 0) * 100).toBeCloseTo(low, 2);
      expect((row?.afr_ci_high ?? 0) * 100).toBeCloseTo(high, 2);
    });

    it('has Garwood’s limits to 1e-8', async () => {
      const row = await found();
      const [lower, upper] = garwood[failures] ?? [0, 0];
      const perMonths = (30.4375 * 1000) / days;
      for (const [value, expected] of [
        [row?.afr, (failures * 365) / days],
        [row?.afr_ci_low, (lower * 365) / days],
        [row?.afr_ci_high, (upper * 365) / days],
        [row?.rate_per_1000_device_months, failures * perMonths],
        [row?.ci_low, lower * perMonths],
        [row?.ci_high, upper * perMonths],
      ] as const)
        expect(Math.abs((value ?? Number.NaN) / expected - 1)).toBeLessThan(1e-8);
    });
  });

  it('a period is the difference of its ends, half-open', async () => {
    const of = async (query: string) =>
      Table.pick({ items: true }).parse(await (await quality.get(`/api/v1/failure-rates?by=model&model=WD30EFRX&kind=returned&${query}`)).json()).items[0];
    const day = await of('from_on=2015-01-01&to_on=2015-01-02');
    // Nine whole stays, and the last drive's 2,090 days, which end in September 2015.
    expect(day).toMatchObject({ exposure_days: 10, units: 10, failures: 0 });
    expect(await of('from_on=2015-09-21&to_on=2015-09-23')).toMatchObject({ exposure_days: 19, units: 10 });
    const before = await of('to_on=2015-01-01');
    const after = await of('from_on=2015-01-01');
    expect((before?.exposure_days ?? 0) + (after?.exposure_days ?? 0)).toBe(54_686);
  });
});
