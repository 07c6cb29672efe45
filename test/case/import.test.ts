// CSV `cases`: the columns of the contract, dry run, twice the same, corrections, undo.
import { expect, it } from 'vitest';
import { saveCaseCode } from '../../src/case/catalogue.ts';
import { getCase } from '../../src/case/queries.ts';
import { logWork } from '../../src/case/unit.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { listKpis } from '../../src/kpi/queries.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { undoImport } from '../../src/transfer/undoImport.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, castDesk, lena } from './cast.ts';

const HEAD = 'case_no,opened_at,customer_code,serial,channel,category,cause,owner,solved_at,rating';
const csv = (...lines: string[]): Uint8Array => new TextEncoder().encode([HEAD, ...lines].join('\r\n'));
const ONE = 'Z-1,2026-03-30T01:00:00Z,SAKURA,u1,mail,PICTURE,CABLE,aoi,2026-03-31T01:00:00Z,5';

eachDb('cases from a file', (test) => {
  const load = (bytes: Uint8Array, dry_run = false) => importFile(as(test, lena), findKind(importKinds, 'cases'), bytes, { dry_run });
  const counts = (report: { rows_created: number; rows_updated: number; rows_same: number; rows_failed: number }) => [
    report.rows_created,
    report.rows_updated,
    report.rows_same,
    report.rows_failed,
  ];
  const find = (external_no: string) => test.store.db.selectFrom('cases').selectAll().where('external_no', '=', external_no).executeTakeFirstOrThrow();

  it('become events at their moments; the same file again adds nothing', async () => {
    await castDesk(test.store);
    await saveCaseCode(as(test, lena), { tree: 'category', code: 'PICTURE', parent_id: null, name_en: 'Picture', name_ja: '映像' });
    await saveCaseCode(as(test, lena), { tree: 'cause', code: 'CABLE', parent_id: null, name_en: 'Cable', name_ja: 'ケーブル' });
    const file = csv(ONE, 'Z-2,2026-03-31T01:00:00Z,,,phone,,,aoi@kizashi.example,,', 'Z-3,2026-03-31T02:00:00Z,YUKI,,,,,,2026-03-31T02:00:00Z,');
    expect(counts(await load(file, true))).toEqual([3, 0, 0, 0]);
    expect(await test.store.db.selectFrom('cases').select('id').execute()).toEqual([]);
    expect(counts(await load(file))).toEqual([3, 0, 0, 0]);
    expect(await find('Z-1')).toMatchObject({
      state: 'solved',
      owner_id: 'aoi',
      customer_id: 'sakura',
      source: 'mail',
      rating: 5,
      opened_at: Date.UTC(2026, 2, 30, 1),
      solved_at: Date.UTC(2026, 2, 31, 1),
    });
    expect(await find('Z-2')).toMatchObject({ state: 'open', owner_id: 'aoi', source: 'phone' });
    expect(await find('Z-3')).toMatchObject({ state: 'solved', owner_id: 'lena', partner_id: 'north' });
    expect(counts(await load(file))).toEqual([0, 0, 3, 0]);
  });

  it('what the file does not say is unknown, not 0', async () => {
    const kpis = await listKpis(as(test, lena), { from_on: '2026-03-01', to_on: '2026-04-01' }, {});
    expect(kpis.find(({ name }) => name === 'first_reply')).toMatchObject({ denominator: 0, pending: 0, value: null });
    expect(kpis.find(({ name }) => name === 'solved')).toMatchObject({ value: 2 });
  });

  it('a bad row names its column and stops nothing silently', async () => {
    const report = await load(csv(ONE, ONE, 'Z-9,2026-03-31T01:00:00Z,NOBODY,nope,,X,Y,ghost,2026-03-01T00:00:00Z,7'), true);
    expect(report.rows_failed).toBe(2);
    expect(JSON.stringify(report)).toContain('rating');
  });

  it('a correction is one more event', async () => {
    expect(counts(await load(csv(ONE.replace(/5$/, '2'))))).toEqual([0, 1, 0, 0]);
    expect(await find('Z-1')).toMatchObject({ solved_at: Date.UTC(2026, 2, 31, 1) });
  });

  it('taken back they count nowhere, and imported again they are there again', async () => {
    const row = 'Z-5,2026-03-31T01:00:00Z,,,,,,aoi,,';
    const done = await load(csv(row));
    await undoImport(as(test, lena), importKinds, done.id ?? '');
    expect(await find('Z-5')).toMatchObject({ state: 'closed', spam_at: NOW });
    expect(counts(await load(csv(row)))).toEqual([0, 1, 0, 0]);
    expect(await find('Z-5')).toMatchObject({ state: 'open', spam_at: null });
  });

  it('not once somebody worked on one', async () => {
    const done = await load(csv('Z-6,2026-03-31T01:00:00Z,,,,,,aoi,,'));
    await logWork(as(test, aoi), (await getCase(as(test, aoi), (await find('Z-6')).id)).id, { minutes: 5 });
    await expect(undoImport(as(test, lena), importKinds, done.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are read with the clock on the wall as other desks write it, and are the same when they come back as instants', async () => {
    expect(counts(await load(csv('W-1,2026/3/30 9:05,SAKURA,,mail,,,aoi,２０２６-03-31 18:00:30,')))).toEqual([1, 0, 0, 0]);
    expect(await find('W-1')).toMatchObject({ opened_at: Date.UTC(2026, 2, 30, 0, 5), solved_at: Date.UTC(2026, 2, 31, 9, 0, 30) });
    expect(counts(await load(csv('W-1,2026-03-30T00:05:00Z,SAKURA,,mail,,,aoi,2026-03-31T09:00:30Z,')))).toEqual([0, 0, 1, 0]);
    const wrong = csv('W-2,2026/2/30 9:00,,,,,,aoi,,', 'W-3,2026/3/30,,,,,,aoi,,', 'W-4,2026/3/30 25:00,,,,,,aoi,,');
    expect(counts(await load(wrong, true))).toEqual([0, 0, 0, 3]);
  });
});
