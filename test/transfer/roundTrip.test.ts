// What leaves as CSV comes back as it was, for every kind; and what is not a CSV file of its kind is refused in words, and writes nothing.
import { zipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { openCase } from '../../src/case/open.ts';
import { createBatch } from '../../src/catalog/write.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { postMove } from '../../src/ledger/move.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { exportTable } from '../../src/transfer/exportTable.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { eachDb, NOW, type TestStore } from '../support/eachDb.ts';
import { fullStore } from '../support/fullStore.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const load = (ctx: Ctx, kind: string, file: Uint8Array, dry_run = true) => importFile(ctx, findKind(importKinds, kind), file, { dry_run });

async function exported(ctx: Ctx, table: string): Promise<string> {
  let text = '';
  for await (const slice of exportTable(ctx, importKinds, table)) text += slice;
  return text;
}

async function everyKind(test: TestStore): Promise<void> {
  const ctx = test.ctx();
  await fullStore(test.store, NOW);
  await createBatch(ctx, { model_code: 'H-100', code: 'B-1', made_on: '2025-06-01' });
  const model = await ctx.db.selectFrom('models').select('id').where('code', '=', 'H-200').executeTakeFirstOrThrow();
  await postMove(ctx, {
    model_id: model.id,
    quantity: 7,
    from: { location: 'supplier', condition: null },
    to: { location: 'good_stock', condition: 'new' },
    unit_id: null,
    cause_kind: 'test',
    cause_id: null,
  });
  await addUser(ctx, AddUser.parse({ email: 'aoi@example.com', name: 'Aoi', role: 'tech' }));
  await openCase(ctx, { type: 'trouble', source: 'phone', initiated_by: 'customer', subject: 'no picture', message: '=no picture', unit_ids: [] });
  const file = 'case_no,opened_at,customer_code,channel,owner,solved_at,rating\nX-1,2026-01-02T03:04:05Z,ACME,mail,aoi@example.com,2026-01-03T00:00:00Z,4\n';
  await load(ctx, 'cases', bytes(file), false);
  const { serial } = await ctx.db.selectFrom('units').select('serial').where('serial', 'like', 'SN-%').orderBy('serial', 'desc').executeTakeFirstOrThrow();
  await load(ctx, 'returns', bytes(`serial,returned_on,reported_symptom,verdict\n${serial},2026/1/20,映像が出ない,no_fault_found\n`), false);
}

eachDb('an export', (test) => {
  beforeAll(() => everyKind(test));

  it('of every kind is the same when it is imported again, row by row', async () => {
    const ctx = test.ctx();
    for (const kind of ['models', 'batches', 'units', 'returns', 'stock', 'cases']) {
      const text = await exported(ctx, kind);
      const again = await load(ctx, kind, bytes(text));
      expect([kind, again.rows_total > 0]).toEqual([kind, true]);
      expect([kind, again.rows.filter(({ result }) => result !== 'same')]).toEqual([kind, []]);
      const contract = Object.keys(findKind(importKinds, kind).columns);
      expect([kind, text.split('\r\n', 1)[0]?.split(',')]).toEqual([kind, expect.arrayContaining(contract.filter((column) => column !== 'maker_code'))]);
    }
  });

  it('keeps the substitutes of a model in their order, and the spares that have no serial', async () => {
    expect(await exported(test.ctx(), 'models')).toMatch(/H-100,.*,H-200,/);
    expect(await exported(test.ctx(), 'stock')).toContain('H-200,good_stock,new,7,');
  });
});

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0xff, 0xfe, 0x81]);
const HEAD = 'model_code,serial';

eachDb('a file that is not what it should be', (test) => {
  const refused = async (file: Uint8Array) => {
    const error = await load(test.ctx(), 'units', file, false).catch((problem: unknown) => problem);
    expect(await test.store.db.selectFrom('imports').select('id').execute()).toEqual([]);
    return error;
  };

  it('is refused as malformed when it is a picture, empty, or has a quotation mark that never ends', async () => {
    for (const file of [PNG, bytes(''), bytes('\ufeff'), bytes('\r\n\r\n'), bytes(',,,\r\n')]) expect(await refused(file)).toMatchObject({ code: 'malformed' });
    expect(await refused(bytes(`${HEAD}\r\nX-100,A-1\r\nX-100,"A-2\r\nX-100,A-3\r\n`))).toMatchObject({
      code: 'malformed',
      words: [expect.stringMatching(/row \d/), expect.any(String)],
    });
  });

  it('is refused as malformed when it is a workbook and not its CSV', async () => {
    const workbook = zipSync({ '[Content_Types].xml': bytes('<Types/>'), 'xl/workbook.xml': bytes('<workbook/>') });
    expect(await refused(workbook)).toMatchObject({ code: 'malformed' });
  });

  it('is refused naming the columns it lacks or repeats', async () => {
    expect(await refused(bytes('name,colour\r\nx,y'))).toMatchObject({ code: 'invalid', extra: { errors: [{ path: 'model_code' }, { path: 'serial' }] } });
    expect(await refused(bytes('model_code,serial,Serial\r\nX-100,A,B'))).toMatchObject({ code: 'invalid', extra: { errors: [{ path: 'serial' }] } });
  });

  it('with a heading alone holds nothing and writes nothing', async () => {
    expect(await load(test.ctx(), 'units', bytes(`${HEAD}\r\n`), false)).toMatchObject({ id: null, rows_total: 0 });
  });

  it('with a cell of a megabyte, or more cells than headings, names the row and the column', async () => {
    const large = await load(test.ctx(), 'units', bytes(`${HEAD}\r\nX-100,${'9'.repeat(2 ** 20)}\r\nX-100,A-1,B,C\r\n`));
    expect(large.rows).toMatchObject([
      { row: 2, result: 'error', errors: [{ column: 'serial' }] },
      { row: 3, result: 'error', errors: [{ column: '' }] },
    ]);
  });

  it('with a hundred columns more is read without them, and says so', async () => {
    const more = Array.from({ length: 100 }, (_, i) => `extra_${i}`);
    const report = await load(test.ctx(), 'units', bytes(`${HEAD},${more.join(',')}\r\nX-100,A-1,${more.join(',')}\r\n`));
    expect(report.ignored_columns).toEqual(more);
  });
});
