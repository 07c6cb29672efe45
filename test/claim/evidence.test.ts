import { parse } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { createClaim } from '../../src/claim/create.ts';
import { canonicalJson, type EvidenceContent, freezeEvidence, getEvidencePack } from '../../src/claim/evidence.ts';
import { carriers } from '../../src/claim/evidenceParts.tsx';
import type { Part } from '../../src/claim/evidenceRates.ts';
import type { EvidenceUnit } from '../../src/claim/evidenceUnits.ts';
import { tablesOf, zipEvidence } from '../../src/claim/evidenceZip.tsx';
import { CreateClaim } from '../../src/claim/inputs.ts';
import { sha256 } from '../../src/core/id.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { compareCohorts } from '../../src/quality/comparison.ts';
import { listFailureRates } from '../../src/quality/failureRates.ts';
import { RateQuery } from '../../src/quality/inputs.ts';
import { periodOf } from '../../src/quality/period.ts';
import { compareRates } from '../../src/stats/compareRates.ts';
import { type Cast, castFor, fail, serve } from '../investigation/cast.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, '0')}`);
const unitOf = (unit: EvidenceUnit | undefined): EvidenceUnit => {
  if (unit === undefined) throw new Error('the pack lists units');
  return unit;
};
const noPhoto = async (): Promise<null> => null;

eachDb('an evidence pack', (test) => {
  let cast: Cast;
  let packId: string;
  const asKato = (now = NOW): Ctx => test.ctx({ actor: cast.kato, now });
  const subject = () => ({ subject_kind: 'cohort' as const, cohort: { model_id: cast.x100, hw_rev: null, batch_id: cast.jan, firmware_id: null } });
  const read = async (id: string): Promise<EvidenceContent> => (await getEvidencePack(asKato(), id)).content;

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    const bad = await serve(test.ctx(), cast, numbered('JAN', 30), { batch_code: '25-01', firmware: '4.2.9', in_service_on: '2025-04-01' });
    await serve(test.ctx(), cast, numbered('JUN', 30), { batch_code: '25-06', firmware: '4.2.10', in_service_on: '2025-07-01' });
    const sisters = await serve(test.ctx(), cast, numbered('SIS', 20), { model_id: cast.x200, in_service_on: '2025-04-01' });
    await serve(test.ctx(), cast, numbered('ZEN', 20), { model_id: cast.z1, in_service_on: '2025-04-01' });
    for (const [i, unit] of bad.slice(0, 8).entries()) await fail(test.ctx(), unit, { failed_on: `2025-1${i % 3}-15`, failure_mode_id: cast.seal });
    for (const unit of bad.slice(8, 10)) await fail(test.ctx(), unit, { failed_on: '2025-11-01', verdict: 'no_fault_found' });
    for (const unit of sisters.slice(0, 1)) await fail(test.ctx(), unit, { failed_on: '2025-11-01', failure_mode_id: cast.seal });
    packId = (await freezeEvidence(asKato(), subject())).id;
  });

  it('says what the failure-rate tables say, to the last digit', async () => {
    const content = await read(packId);
    const [figures] = content.figures;
    const compared = await compareCohorts(
      asKato(),
      { maker: 'ACME', model: 'X-100', batch: '25-01' },
      null,
      { maker: 'ACME' },
      periodOf(asKato(), {}),
      'confirmed',
    );
    const { units, exposure_days, failures, rate_per_1000_device_months, ci_low, ci_high } = compared.first;
    expect(figures?.confirmed).toEqual({ units, exposure_days, failures, rate_per_1000_device_months, ci_low, ci_high });
    expect(figures?.confirmed).toMatchObject({ units: 30, failures: 8, exposure_days: 30 * 366 });
    expect(figures?.against_maker).toEqual(compared.exact);
    const tables = await Promise.all(
      ['batch', 'firmware'].map((by) => listFailureRates(asKato(), RateQuery.parse({ by, maker: 'ACME', model: 'X-100', limit: 500 }))),
    );
    expect([figures?.batches.map((part) => part.row), figures?.firmwares.map((part) => part.row)]).toEqual(tables.map((table) => table.items));
    const models = await listFailureRates(asKato(), RateQuery.parse({ by: 'model', limit: 500 }));
    expect(content.models[0]?.same_maker).toEqual(models.items.filter((row) => row.group.maker === 'ACME'));
    expect(content.models[0]?.same_family.map((row) => row.group.model).sort()).toEqual(['X-100', 'X-200', 'Z-1']);
  });

  it('lists the confirmed units with their service, and no unit whose fault was not found', async () => {
    const { units, cost } = await read(packId);
    expect(units.map((unit) => unit.finding)).toEqual(Array(8).fill('confirmed'));
    expect(units[0]).toMatchObject({
      serial: 'JAN001',
      batch: '25-01',
      firmware: '4.2.9',
      in_service_on: '2025-04-01',
      failed_on: '2025-10-15',
      service_days: 197,
      failure_mode: 'SEAL',
    });
    expect(cost).toEqual([{ model: 'X-100', units: 8, unit_cost: 120, currency: 'USD', total: 960 }]);
  });

  it('is the same record when nothing changed, and the same bytes whenever it is packed', async () => {
    const again = await freezeEvidence(test.ctx({ actor: cast.sato, now: NOW + 3_600_000 }), subject());
    expect(again.id).toBe(packId);
    const { pack, content } = await getEvidencePack(asKato(), packId);
    expect(pack.fingerprint).toBe(sha256(pack.content));
    expect(pack.content).toBe(canonicalJson(content));
    for (const locale of ['en', 'ja'] as const) {
      const [first, second] = [await zipEvidence(pack, content, locale, noPhoto), await zipEvidence(again, JSON.parse(again.content), locale, noPhoto)];
      expect(sha256(first)).toBe(sha256(second));
    }
  });

  it('packs every table with rows as CSV, the frozen figures and the document', async () => {
    const { pack, content } = await getEvidencePack(asKato(), packId);
    const files = unzipSync(await zipEvidence(pack, content, 'ja', noPhoto));
    // Nothing was measured, photographed or heard of these units: a file without even a head would only puzzle.
    expect(Object.keys(files)).toEqual(['batches.csv', 'firmwares.csv', 'index.html', 'life.csv', 'models.csv', 'pack.json', 'rates.csv', 'units.csv']);
    const text = (name: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[name]);
    expect(sha256(text('pack.json'))).toBe(pack.fingerprint);
    expect(text('index.html')).toContain(pack.fingerprint);
    expect(text('index.html')).toContain('不良確定');
    const rows: Record<string, string>[] = parse(text('units.csv'), { columns: true, bom: true });
    expect(rows.map((row) => row.serial)).toEqual(content.units.map((unit) => unit.serial));
    const rates: Record<string, string>[] = parse(text('rates.csv'), { columns: true, bom: true });
    expect(Number(rates[0]?.ci_low)).toBe(content.figures[0]?.confirmed.ci_low);
    expect(
      Object.entries(tablesOf(content))
        .flatMap(([name, rows]) => (rows.length > 0 ? [`${name}.csv`] : []))
        .sort(),
    ).toEqual(Object.keys(files).filter((name) => name.endsWith('.csv')));
  });

  it('names cohorts, failure modes and components in the language of the document, in its CSV by their codes', async () => {
    const { pack, content } = await getEvidencePack(asKato(), packId);
    const files = async (locale: 'en' | 'ja') => {
      const zip = unzipSync(await zipEvidence(pack, content, locale, noPhoto));
      return (name: string): string => new TextDecoder().decode(zip[name]);
    };
    const [en, ja] = [await files('en'), await files('ja')];
    expect([en('index.html'), ja('index.html')].map((html) => html.includes('ACME X-100 batch 25-01'))).toEqual([true, false]);
    expect(ja('index.html')).toContain('ACME X-100 ロット 25-01');
    expect([en('index.html').includes('<td>Seal leak</td>'), ja('index.html').includes('<td>防水不良</td>')]).toEqual([true, true]);
    expect(ja('units.csv')).toBe(en('units.csv'));
    expect(ja('units.csv')).toContain('SEAL');
  });

  it('changes its fingerprint when the figures do, and leaves the old pack as it was', async () => {
    const before = (await getEvidencePack(asKato(), packId)).pack;
    const unit = await test.ctx().db.selectFrom('units').selectAll().where('serial', '=', 'JAN020').executeTakeFirstOrThrow();
    await fail(test.ctx(), unit, { failed_on: '2026-01-10', failure_mode_id: cast.seal });
    const later = await freezeEvidence(asKato(), subject());
    expect(later.fingerprint).not.toBe(before.fingerprint);
    expect((await getEvidencePack(asKato(), packId)).pack).toEqual(before);
  });

  it('of an investigation speaks of its cohorts and failure mode', async () => {
    const { id } = await openInvestigation(
      asKato(),
      OpenInvestigation.parse({
        title: 'Leaks',
        problem: 'x',
        cohorts: [{ model_id: cast.x100, batch_id: cast.jan }],
        links: [{ kind: 'failure_mode', record_id: cast.sensor }],
      }),
    );
    const content = await read((await freezeEvidence(asKato(), { subject_kind: 'investigation', subject_id: id })).id);
    expect(content.failure_modes.map((mode) => mode.code)).toEqual(['SENSOR']);
    expect(content.figures[0]?.confirmed).toMatchObject({ failures: 0, units: 30 });
    expect(content.units).toEqual([]);
    const empty = await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'Vague', problem: 'x' }));
    await expect(freezeEvidence(asKato(), { subject_kind: 'investigation', subject_id: empty.id })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('of a claim says what we ask and lists the claimed units in its order', async () => {
    const units = await test
      .ctx()
      .db.selectFrom('units')
      .select(['id', 'serial'])
      .where('serial', 'in', ['JAN001', 'JAN009', 'JAN029'])
      .orderBy('serial', 'desc')
      .execute();
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({
        maker_id: cast.acme,
        title: 'Seals',
        statement: 'Please replace',
        remedy: 'credit',
        currency: 'USD',
        lines: units.map((unit) => ({ unit_id: unit.id, claimed_amount: 100.5 })),
      }),
    );
    const content = await read((await freezeEvidence(asKato(), { subject_kind: 'claim', subject_id: claim.id })).id);
    expect(content.asked).toEqual({
      number: claim.number,
      title: 'Seals',
      statement: 'Please replace',
      remedy: 'credit',
      units: 3,
      amount: 301.5,
      currency: 'USD',
    });
    expect(content.units.map((unit) => [unit.serial, unit.finding])).toEqual([
      ['JAN029', null],
      ['JAN009', 'nff'],
      ['JAN001', 'confirmed'],
    ]);
  });

  it('of several failure modes shows each apart, a parent mode with its branches', async () => {
    const child = await addMode('SEAL_LENS', cast.seal);
    const units = await test.ctx().db.selectFrom('units').selectAll().where('serial', 'in', ['JAN025', 'JAN026']).orderBy('serial').execute();
    for (const [i, unit] of units.entries()) await fail(test.ctx(), unit, { failed_on: `2026-02-0${i + 1}`, failure_mode_id: [child, cast.sensor][i] ?? null });
    const { id } = await openInvestigation(
      asKato(),
      OpenInvestigation.parse({
        title: 'Both',
        problem: 'x',
        cohorts: [{ model_id: cast.x100, batch_id: cast.jan }],
        links: [cast.seal, cast.sensor].map((record_id) => ({ kind: 'failure_mode', record_id })),
      }),
    );
    const content = await read((await freezeEvidence(asKato(), { subject_kind: 'investigation', subject_id: id })).id);
    expect(content.figures.map((one) => [one.failure_mode, one.confirmed.failures, one.life === null])).toEqual([
      ['SEAL', 10, false],
      ['SENSOR', 1, true],
    ]);
    expect(content.models.map((one) => one.failure_mode)).toEqual(['SEAL', 'SENSOR']);
    expect(content.units.map((unit) => unit.failure_mode).sort()).toEqual([...Array(9).fill('SEAL'), 'SEAL_LENS', 'SENSOR']);
    const figures = content.figures.reduce((sum, one) => sum + one.confirmed.failures, 0);
    expect(content.units).toHaveLength(figures);
  });

  const addMode = async (code: string, parent_id: string): Promise<string> => {
    const id = `mode-${code}`;
    await test
      .ctx()
      .db.insertInto('codes')
      .values({ id, tree: 'failure_mode', code, parent_id, name_en: code, name_ja: code, merged_into_id: null, retired_at: null, created_at: 0, version: 1 })
      .execute();
    return id;
  };

  it('names the batch that carries the excess, and in both languages', async () => {
    const { pack, content } = await getEvidencePack(asKato(), packId);
    expect(carriers(content.figures[0]?.batches ?? []).map((part) => part.row.group.batch)).toEqual(['25-01']);
    const text = async (locale: 'en' | 'ja'): Promise<string> =>
      new TextDecoder().decode(unzipSync(await zipEvidence(pack, content, locale, noPhoto))['index.html']).replaceAll(/<[^>]+>/g, ' ');
    const [english, japanese] = [await text('en'), await text('ja')];
    expect(english).toContain('Batch 25-01 carries 8 of 8.');
    expect(english).toContain('25-01 ▲');
    expect(japanese).toContain('ロット 25-01 が8件中8件を占めます。');
    expect(japanese).toContain(pack.fingerprint.slice(0, 12));
    expect(/[ぁ-ん]/.test(english)).toBe(false);
  });

  it('marks no batch when chance explains the difference', () => {
    const row = (failures: number): Part => ({
      row: { failures } as Part['row'], // carriers look at the comparison alone
      against_rest: compareRates({ count: failures, exposure: 10_000 }, { count: 3, exposure: 10_000 }),
    });
    expect(carriers([row(6), row(3)])).toEqual([]);
    expect(carriers([row(40)])).toHaveLength(1);
    expect(carriers([{ ...row(40), against_rest: null }])).toEqual([]);
    // Found among a thousand batches the same difference is nothing special.
    expect(carriers([row(14), ...Array.from({ length: 999 }, () => row(3))])).toEqual([]);
    expect(carriers([row(14)])).toHaveLength(1);
  });

  it('shows bench values with their limits, photos and the telemetry before the failure', async () => {
    const { pack, content } = await getEvidencePack(asKato(), packId);
    const [first] = content.units;
    const shown: EvidenceContent = {
      ...content,
      units: [
        {
          ...unitOf(first),
          bench: [{ inspected_on: '2025-10-20', step_en: 'Leak rate', step_ja: '漏れ量', result: 'ng', value: 4.2, value_unit: 'ml/min', min: null, max: 0.5 }],
          photos: [{ attachment_id: 'att-1', name: '水<b>.jpg', media_type: 'image/jpeg', sha256: 'ab'.repeat(32) }],
          telemetry: [
            { day_on: '2025-10-14', reports: 96, rh_pct_max: 81.5 },
            { day_on: '2025-10-15', reports: 12 },
          ],
        },
      ],
    };
    const photo = new Uint8Array([255, 216, 255]);
    const files = unzipSync(await zipEvidence(pack, shown, 'ja', async () => photo));
    const file = `photos/${'ab'.repeat(6)}-水_b_.jpg`;
    expect(files[file]).toEqual(photo);
    const html = new TextDecoder().decode(files['index.html']);
    for (const part of ['漏れ量', '4.2 ml/min', ' … 0.5', `src="${file}"`, 'rh_pct_max', '10-14', '81.5', '·']) expect(html).toContain(part);
    expect(html).not.toContain('水<b>');
    const csv = (name: string): Record<string, string>[] => parse(Buffer.from(files[name] ?? []), { columns: true, bom: true });
    expect(csv('bench.csv')).toMatchObject([{ serial: 'JAN001', step_ja: '漏れ量', value: '4.2', max: '0.5' }]);
    expect(csv('telemetry.csv').map((row) => [row.day_on, row.reports, row.rh_pct_max])).toEqual([
      ['2025-10-14', '96', '81.5'],
      ['2025-10-15', '12', ''],
    ]);
  });

  it('is not made by a support tech, nor seen by a partner', async () => {
    await expect(freezeEvidence(test.ctx({ actor: cast.tech }), subject())).rejects.toMatchObject({ code: 'forbidden' });
    await expect(getEvidencePack(test.ctx({ actor: { ...cast.tech, partner_id: 'p' } }), packId)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

it('equal objects are equal bytes whatever the order of their keys', () => {
  expect(canonicalJson({ b: [{ y: 1, x: null }], a: 'あ' })).toBe(canonicalJson({ a: 'あ', b: [{ x: null, y: 1 }] }));
});
