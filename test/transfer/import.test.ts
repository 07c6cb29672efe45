import { beforeAll, expect, it } from 'vitest';
import { createMaker, createModel } from '../../src/catalog/write.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { findBalanceDrift, findPlaceDrift } from '../../src/ledger/balance.ts';
import { moveUnit } from '../../src/ledger/move.ts';
import { exportTable } from '../../src/transfer/exportTable.ts';
import { type ImportOptions, importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { undoImport } from '../../src/transfer/undoImport.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import { findUnits, getUnit, listFirmwareIntervals, listServiceIntervals } from '../../src/unit/queries.ts';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from '../unit/parts.ts';

const csv = (...lines: string[]): Uint8Array => new TextEncoder().encode(lines.join('\r\n'));
const load = (ctx: Ctx, kind: string, bytes: Uint8Array, options: ImportOptions = {}) => importFile(ctx, findKind(importKinds, kind), bytes, options);
const counts = (report: { rows_created: number; rows_updated: number; rows_same: number; rows_failed: number }) => [
  report.rows_created,
  report.rows_updated,
  report.rows_same,
  report.rows_failed,
];

eachDb('imports', (test) => {
  beforeAll(async () => {
    await smallCatalog(test.ctx());
  });
  const count = async (table: 'units' | 'models' | 'history' | 'imports') =>
    Number(
      (
        await test.store.db
          .selectFrom(table)
          .select((each) => each.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    );

  it.each(importKinds.map(({ name, columns }) => [name, Object.entries(columns)] as const))(
    'of %s name every row when none can be read',
    async (name, columns) => {
      const head = columns.filter(([, { required }]) => required).map(([column]) => column);
      const report = await load(test.ctx(), name, csv(head.join(','), head.map(() => '').join(',') || ',', head.map(() => '').join(',') || ','), {
        dry_run: true,
      });
      expect([report.rows_created, report.rows_failed === report.rows_total]).toEqual([0, true]);
    },
  );

  it('of models create makers they name, keep substitutes that come later in the file, and are the same the second time', async () => {
    const ctx = test.ctx();
    const file = csv(
      'maker_code,model_code,name,own_warranty_months,maker_warranty_months,substitutes',
      'NEWCO,N-1,Ｎ１カメラ,１２,24,N-2;N-3',
      'NEWCO,N-2,N2,,,',
      'NEWCO,N-3,N3,36,,',
    );
    expect(counts(await load(ctx, 'models', file, { dry_run: true }))).toEqual([3, 0, 0, 0]);
    expect(await ctx.db.selectFrom('makers').select('id').where('code', '=', 'NEWCO').executeTakeFirst()).toBeUndefined();
    expect(counts(await load(ctx, 'models', file))).toEqual([3, 0, 0, 0]);
    const n1 = await ctx.db.selectFrom('models').selectAll().where('code', '=', 'N-1').executeTakeFirstOrThrow();
    expect(n1).toMatchObject({ name: 'Ｎ１カメラ', own_warranty_months: 12, maker_warranty_months: 24 });
    expect(
      await ctx.db
        .selectFrom('model_substitutes')
        .innerJoin('models', 'models.id', 'substitute_id')
        .select('code')
        .where('model_id', '=', n1.id)
        .orderBy('preference')
        .execute(),
    ).toEqual([{ code: 'N-2' }, { code: 'N-3' }]);
    const again = await load(ctx, 'models', file);
    expect([again.id, ...counts(again)]).toEqual([null, 0, 0, 3, 0]);
  });

  it('name the row, the column and the reason of every wrong cell, in the caller’s language, and write nothing', async () => {
    const ctx = test.ctx();
    const before = [await count('units'), await count('history'), await count('imports')];
    const file = csv(
      'model_code,serial,shipped_on,device_id,batch_code,location',
      'X-100,W-1,2026/1/2,w-1,B1,good_stock',
      'NOPE,W-2,,,,',
      'X-100,W-3,2026/2/30,,,',
      'X-100,,,,,',
      'X-100,w1,,,,',
      'X-100,W-4,,a/b,B9,moon',
    );
    const report = await load(ctx, 'units', file, { dry_run: true });
    expect(counts(report)).toEqual([1, 0, 0, 5]);
    expect(report.rows.filter((row) => row.result === 'error').map((row) => [row.row, row.errors.map((error) => error.column)])).toEqual([
      [3, ['model_code']],
      [4, ['shipped_on']],
      [5, ['serial']],
      [6, ['serial']],
      [7, ['device_id', 'location']],
    ]);
    const japanese = await load({ ...ctx, actor: { ...ctx.actor, locale: 'ja' } }, 'units', file, { dry_run: true });
    expect(japanese.rows[1]?.errors[0]?.message).toBe('機種 NOPE がありません');
    await expect(load(ctx, 'units', file)).rejects.toMatchObject({
      code: 'invalid',
      extra: { errors: expect.arrayContaining([expect.objectContaining({ path: 'rows.4.shipped_on' })]) },
    });
    expect([await count('units'), await count('history'), await count('imports')]).toEqual(before);
    const good = await load(ctx, 'units', file, { skip_errors: true });
    expect([good.id === null, ...counts(good)]).toEqual([false, 1, 0, 0, 5]);
  });

  it('of 5,000 rows in CP932 name the 3 bad ones; importing the mended file twice adds nothing the second time', async () => {
    const ctx = test.ctx();
    const rows = (bad: boolean) =>
      Array.from({ length: 5000 }, (_, i) => {
        if (bad && (i === 10 || i === 2500)) return `X-100,CP-${i},2026/13/1,S1,B1`;
        if (bad && i === 4999) return `X-100,CP-${i},,NOWHERE,B1`;
        return `X-100,CP-${i},2026/1/${1 + (i % 28)},S1,B1`;
      });
    const file = (bad: boolean) => cp932(['model_code,serial,shipped_on,site_code,batch_code,備考', ...rows(bad)].join('\r\n'));
    const tried = await load(ctx, 'units', file(true), { dry_run: true });
    expect([tried.encoding, tried.ignored_columns, tried.rows.filter((row) => row.result === 'error').map((row) => row.row)]).toEqual([
      'cp932',
      ['備考'],
      [12, 2502, 5001],
    ]);
    const units = await count('units');
    await expect(load(ctx, 'units', file(true))).rejects.toMatchObject({ code: 'invalid' });
    expect(await count('units')).toBe(units);
    const phases: string[] = [];
    expect(
      counts(
        await load(ctx, 'units', file(false), {
          onProgress: (phase, done, total) => {
            if (done === total) phases.push(`${phase} ${total}`);
          },
        }),
      ),
    ).toEqual([5000, 0, 0, 0]);
    expect(phases).toEqual(['checking 5000', 'writing 5000']);
    expect(counts(await load(ctx, 'units', file(false)))).toEqual([0, 0, 5000, 0]);
    expect([await count('units'), await findBalanceDrift(ctx), await findPlaceDrift(ctx)]).toEqual([units + 5000, [], []]);
  });

  it('of units write identifiers, intervals, first move and history, and keep a unit’s row when a cell is empty', async () => {
    const ctx = test.ctx();
    const report = await load(
      ctx,
      'units',
      csv(
        'model_code,serial,batch_code,hw_rev,firmware,mac,device_id,shipped_on,in_service_on,site_code',
        'X-100,FULL-1,B1,B,5.0,00-11-22-33-44-FF,full-1,２０２６年１月２日,2026/1/10,S1',
      ),
    );
    const [unit] = await findUnits(ctx, 'full-1');
    expect(unit).toMatchObject({
      serial: 'FULL-1',
      batch_code: 'B1',
      hw_rev: 'B',
      firmware: '5.0',
      mac: '00:11:22:33:44:FF',
      device_id: 'full-1',
      shipped_on: '2026-01-02',
      customer_code: 'C1',
      location: 'customer',
      condition: 'new',
    });
    expect(await listServiceIntervals(ctx, unit?.id ?? '')).toMatchObject([{ from_on: '2026-01-10', to_on: null, site_code: 'S1', estimated_at: null }]);
    expect(
      await ctx.db
        .selectFrom('stock_moves')
        .select(['cause_kind', 'cause_id'])
        .where('unit_id', '=', unit?.id ?? '')
        .execute(),
    ).toEqual([{ cause_kind: 'import', cause_id: report.id }]);
    expect(
      await ctx.db
        .selectFrom('history')
        .select('action')
        .where('record_id', '=', unit?.id ?? '')
        .execute(),
    ).toEqual([{ action: 'unit.created' }]);
    const update = csv('model_code,serial,firmware,out_of_service_on,hw_rev,mac', 'X-100,full1,5.1,2026/3/1,,00:11:22:33:44:FE');
    expect(counts(await load(ctx, 'units', update))).toEqual([0, 1, 0, 0]);
    expect(counts(await load(ctx, 'units', csv('model_code,serial,firmware', 'X-100,full1,5.1')))).toEqual([0, 0, 1, 0]);
    expect(await getUnit(ctx, unit?.id ?? '')).toMatchObject({ hw_rev: 'B', firmware: '5.1', mac: '00:11:22:33:44:FE', site_code: 'S1', version: 2 });
    expect(await listServiceIntervals(ctx, unit?.id ?? '')).toMatchObject([{ from_on: '2026-01-10', to_on: '2026-03-01' }]);
    expect((await listFirmwareIntervals(ctx, unit?.id ?? '')).map(({ firmware, to_on }) => [firmware, to_on])).toEqual([
      ['5.0', '2026-04-01'],
      ['5.1', null],
    ]);
  });

  it('ask for the maker when two makers have the model code', async () => {
    const ctx = test.ctx();
    await createMaker(ctx, { code: 'SECOND', name: 'Second' });
    await createModel(ctx, { maker_code: 'SECOND', code: 'X-200', name: 'Twin' });
    const unclear = await load(ctx, 'units', csv('model_code,serial', 'X-200,TWIN-1'), { dry_run: true });
    expect(unclear.rows[0]?.errors).toEqual([{ column: 'maker_code', message: 'Several makers have a model X-200: AKARI, SECOND' }]);
    expect(counts(await load(ctx, 'units', csv('maker_code,model_code,serial', 'SECOND,X-200,TWIN-1', 'AKARI,X-200,TWIN-1')))).toEqual([2, 0, 0, 0]);
    expect((await findUnits(ctx, 'TWIN-1')).length).toBe(2);
  });

  it('are undone while nothing was built on them: units go, balances return, and the same file imports anew', async () => {
    const ctx = test.ctx();
    const known = await createUnit(ctx, { model_code: 'X-100', serial: 'UNDO-0', hw_rev: 'A', mac: '00:00:00:00:00:AA', in_service_on: '2026-01-01' });
    const balances = await ctx.db.selectFrom('stock_balances').selectAll().where('location', '=', 'good_stock').execute();
    const file = csv(
      'model_code,serial,hw_rev,device_id,location,firmware,mac',
      'X-100,UNDO-0,B,,,7.0,00:00:00:00:00:AB',
      'X-100,UNDO-1,A,undo-1,good_stock,7.0,',
      'X-100,UNDO-2,A,undo-2,good_stock,,',
    );
    const report = await load(ctx, 'units', file);
    expect(counts(report)).toEqual([2, 1, 0, 0]);
    const undone = await undoImport(test.ctx({ now: ctx.now + 1000 }), importKinds, report.id ?? '');
    expect(undone.state).toBe('undone');
    expect([await findUnits(ctx, 'UNDO-1'), await findUnits(ctx, 'undo-2')]).toEqual([[], []]);
    expect(await getUnit(ctx, known.id)).toMatchObject({ hw_rev: 'A', firmware: null, mac: '00:00:00:00:00:AA' });
    expect((await ctx.db.selectFrom('stock_balances').selectAll().where('location', '=', 'good_stock').where('quantity', '>', 0).execute()).length).toBe(
      balances.filter((balance) => balance.quantity > 0).length,
    );
    expect([await findBalanceDrift(ctx), await findPlaceDrift(ctx)]).toEqual([[], []]);
    await expect(undoImport(ctx, importKinds, report.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
    expect(counts(await load(ctx, 'units', file))).toEqual([2, 1, 0, 0]);
  });

  it('cannot be undone once a unit was changed, moved or a batch was used: the record is named', async () => {
    const ctx = test.ctx();
    const later = test.ctx({ now: ctx.now + 60_000 });
    const one = async (serial: string) => {
      const { id } = await load(ctx, 'units', csv('model_code,serial,location', `X-100,${serial},good_stock`));
      const [unit] = await findUnits(ctx, serial);
      if (unit === undefined || id === null) throw new Error('the import made no unit');
      return { id, unit, blocking: `/api/v1/units/${unit.id}` };
    };
    const [changed, moved] = [await one('KEEP-1'), await one('KEEP-2')];
    await updateUnit(later, changed.unit.id, { hw_rev: 'Z' });
    await moveUnit(later, moved.unit, { location: 'bench', condition: 'unverified' }, { cause_kind: 'test', cause_id: null });
    for (const { id, blocking } of [changed, moved])
      await expect(undoImport(later, importKinds, id)).rejects.toMatchObject({ code: 'conflict', extra: { blocking } });
    const batches = await load(ctx, 'batches', csv('model_code,batch_code,made_on', 'X-100,B-USED,2026.1.5'));
    await createUnit(ctx, { model_code: 'X-100', serial: 'USES-BATCH', batch_code: 'B-USED' });
    await expect(undoImport(later, importKinds, batches.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
    const free = await load(ctx, 'batches', csv('model_code,batch_code,made_on', 'X-100,B-FREE,2026-01-05', 'X-100,B1,2025-07-07'));
    expect((await undoImport(later, importKinds, free.id ?? '')).state).toBe('undone');
    expect(await ctx.db.selectFrom('batches').select(['code', 'made_on']).where('code', 'in', ['B-FREE', 'B1']).execute()).toEqual([
      { code: 'B1', made_on: '2025-06-01' },
    ]);
  });

  it('leave nothing behind when the store changed between judging and writing', async () => {
    const ctx = test.ctx();
    const file = csv('model_code,serial,device_id', ...Array.from({ length: 1700 }, (_, i) => `X-100,RACE-${i},race-${i}`));
    const units = (await test.store.db.selectFrom('units').select('id').where('removed_at', 'is', null).execute()).length;
    let interfered = false;
    const interfere = (phase: string) => {
      if (phase !== 'writing' || interfered) return;
      interfered = true;
      void createUnit(ctx, { model_code: 'X-200', maker_code: 'AKARI', serial: 'THIEF', device_id: 'race-1650' });
    };
    await expect(load(ctx, 'units', file, { onProgress: interfere })).rejects.toThrow();
    expect((await test.store.db.selectFrom('units').select('id').where('removed_at', 'is', null).execute()).length).toBe(units + 1);
    expect((await ctx.db.selectFrom('imports').select('state').orderBy('id', 'desc').limit(1).executeTakeFirst())?.state).toBe('failed');
    expect(await findBalanceDrift(ctx)).toEqual([]);
  });

  it.each([
    ['an empty file', ''],
    ['a picture', '\u0089PNG\u0000\u0001'],
    ['an open quotation', 'model_code,serial\n"X-100,1\n'],
    ['a file without its columns', 'a,b\n1,2\n'],
  ])('refuse %s', async (_, text) => {
    await expect(load(test.ctx(), 'units', csv(text))).rejects.toMatchObject({ name: 'Problem' });
  });

  it('take tabs, semicolons, UTF-16 and a BOM as spreadsheets write them', async () => {
    const ctx = test.ctx();
    const text = 'model_code\tserial\r\nX-100\tTAB-1\r\n\r\nX-100\tTAB-2\r\n';
    const utf16 = new Uint8Array([0xff, 0xfe, ...new Uint8Array(Buffer.from(text, 'utf16le'))]);
    expect((await load(ctx, 'units', utf16, { dry_run: true })).rows.map((row) => row.row)).toEqual([2, 4]);
    expect(counts(await load(ctx, 'units', csv('\ufeffmodel_code;serial', 'X-100;SEMI-1'), { dry_run: true }))).toEqual([1, 0, 0, 0]);
    expect(
      counts(await load(ctx, 'units', csv('機種,製造番号', 'X-100,MAP-1'), { dry_run: true, mapping: { model_code: '機種', serial: '製造番号' } })),
    ).toEqual([1, 0, 0, 0]);
  });

  it('come back from an export unchanged, formulas defused on the way', async () => {
    const ctx = test.ctx();
    await load(ctx, 'models', csv('maker_code,model_code,name', 'NEWCO,F-1,"=cmd|\'/c calc\'!A0"'));
    for (const kind of ['models', 'batches', 'units']) {
      let text = '';
      for await (const slice of exportTable(ctx, importKinds, kind)) text += slice;
      if (kind === 'models') expect(text).toContain("'=cmd");
      const again = await load(ctx, kind, csv(text), { dry_run: true });
      expect([kind, again.rows_created, again.rows_updated, again.rows_failed]).toEqual([kind, 0, 0, 0]);
    }
    expect((await ctx.db.selectFrom('models').select('name').where('code', '=', 'F-1').executeTakeFirst())?.name).toBe("=cmd|'/c calc'!A0");
  });
});

/** ASCII and the two characters this test needs, as CP932 has them (備考 = 94 F5 8D 6C). */
function cp932(text: string): Uint8Array {
  const known = new Map([
    ['備', [0x94, 0xf5]],
    ['考', [0x8d, 0x6c]],
  ]);
  return Uint8Array.from([...text].flatMap((character) => known.get(character) ?? [character.charCodeAt(0)]));
}
