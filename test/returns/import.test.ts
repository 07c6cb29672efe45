// CSV `returns` and `stock`: the columns of the contract, dry run, twice the same, undo.
import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { checkBooks } from '../../src/stock/check.ts';
import { listLevels } from '../../src/stock/levels.ts';
import { type ImportOptions, importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { undoImport } from '../../src/transfer/undoImport.ts';
import { eachDb } from '../support/eachDb.ts';
import { cast, fielded, placeOf, stocked } from './cast.ts';

const csv = (...lines: string[]): Uint8Array => new TextEncoder().encode(lines.join('\r\n'));
const load = (ctx: Ctx, kind: string, bytes: Uint8Array, options: ImportOptions = {}) => importFile(ctx, findKind(importKinds, kind), bytes, options);
const counts = (report: { rows_created: number; rows_updated: number; rows_same: number; rows_failed: number }) => [
  report.rows_created,
  report.rows_updated,
  report.rows_same,
  report.rows_failed,
];

eachDb('imports of the desk', (test) => {
  beforeAll(async () => {
    await cast(test.ctx());
  });
  const HEAD = 'serial,model_code,returned_on,reported_symptom,verdict,failure_mode,component,cause,failed_on,disposition';

  it('a row of returns becomes a closed return with its verdict and disposition; the same file again adds nothing', async () => {
    const ctx = test.ctx();
    const [a, b] = [await fielded(ctx), await fielded(ctx)];
    const file = csv(
      HEAD,
      `${a.serial},H-100,2026/2/3,NO_IMAGE,confirmed,SD_WORN,SD_CARD,WEAR,２０２６/1/30,return_to_maker`,
      `${b.serial},,2026-02-04,時々止まる,no_fault_found,,,,,restock`,
      `${a.serial},H-100,2026-03-01,,customer_damage,,,,,`,
    );
    expect(counts(await load(ctx, 'returns', file, { dry_run: true }))).toEqual([3, 0, 0, 0]);
    expect(await ctx.db.selectFrom('returns').select('id').execute()).toEqual([]);
    const done = await load(ctx, 'returns', file);
    expect(counts(done)).toEqual([3, 0, 0, 0]);
    const rows = await ctx.db
      .selectFrom('return_units')
      .innerJoin('returns', 'returns.id', 'return_units.return_id')
      .selectAll('return_units')
      .select(['returns.state as return_state', 'returns.customer_id'])
      .orderBy('return_units.returned_on')
      .execute();
    expect(
      rows.map((row) => [
        row.return_state,
        row.state,
        row.verdict,
        row.failure_mode_id,
        row.failed_on,
        row.returned_on,
        row.disposition,
        row.reported_text,
        row.repeat_no,
        row.coverage,
      ]),
    ).toEqual([
      ['closed', 'resolved', 'confirmed', 'mode-sd-worn', '2026-01-30', '2026-02-03', 'return_to_maker', null, 1, 'maker'],
      ['closed', 'resolved', 'no_fault_found', null, null, '2026-02-04', 'restock', '時々止まる', 1, 'maker'],
      ['closed', 'resolved', 'customer_damage', null, null, '2026-03-01', null, null, 2, 'paid'],
    ]);
    expect(await placeOf(ctx, a.id)).toBe('customer/new');
    expect(counts(await load(ctx, 'returns', file))).toEqual([0, 0, 3, 0]);
    const corrected = csv(HEAD, `${b.serial},,2026-02-04,,confirmed,POE_FAIL,,,,`);
    const correction = await load(ctx, 'returns', corrected);
    expect(counts(correction)).toEqual([0, 1, 0, 0]);
    // The verdict is new today, whatever day the unit came back: whoever watches for verdicts sees it. Another cause is none.
    const judged = () => ctx.db.selectFrom('return_units').select(['verdict', 'verdict_at']).where('unit_id', '=', b.id).execute();
    expect(await judged()).toEqual([{ verdict: 'confirmed', verdict_at: ctx.now }]);
    const later = { ...ctx, now: ctx.now + 60_000 };
    const cause = await load(later, 'returns', csv(HEAD, `${b.serial},,2026-02-04,,confirmed,SD_WORN,,,,`));
    expect(await judged()).toEqual([{ verdict: 'confirmed', verdict_at: ctx.now }]);
    await undoImport(later, importKinds, cause.id ?? '');
    await undoImport(ctx, importKinds, correction.id ?? '');
    expect(await ctx.db.selectFrom('return_units').select('verdict').where('unit_id', '=', b.id).execute()).toEqual([{ verdict: 'no_fault_found' }]);
    await undoImport(ctx, importKinds, done.id ?? '');
    expect(await ctx.db.selectFrom('return_units').select('id').execute()).toEqual([]);
  });

  it('bad rows are named with column and reason, and nothing is written', async () => {
    const unit = await fielded(test.ctx());
    const report = await load(
      test.ctx(),
      'returns',
      csv(HEAD, `${unit.serial},H-100,2026-02-03,,confirmed,NO_SUCH,,,,`, 'NOBODY,H-100,2026-02-03,,,,,,,', `${unit.serial},H-100,2026-02-05,,,,,,2026-02-09,`),
      { dry_run: true },
    );
    expect(counts(report)).toEqual([0, 0, 0, 3]);
    expect(report.rows.flatMap((row) => row.errors.map((error) => error.column))).toEqual(['failure_mode', 'serial', 'failed_on']);
  });

  it('stock: a serial goes to its shelf, a quantity is booked as the difference, undone by reversing entries', async () => {
    const ctx = test.ctx();
    const [unit, shelved] = [await fielded(ctx), await stocked(ctx)];
    const file = csv(
      'model_code,location,condition,quantity,serial',
      `H-100,defect_stock,defective,,${unit.serial}`,
      `H-100,good_stock,new,,${shelved.serial}`,
      'H-200,good_stock,new,7,',
    );
    const done = await load(ctx, 'stock', file);
    expect(counts(done)).toEqual([0, 2, 1, 0]);
    expect(await placeOf(ctx, unit.id)).toBe('defect_stock/defective');
    const good = async () => (await listLevels(ctx, { limit: 50, sort: 'model_code' })).items.find((level) => level.model_code === 'H-200')?.good ?? 0;
    expect(await good()).toBe(7);
    expect(counts(await load(ctx, 'stock', file))).toEqual([0, 0, 3, 0]);
    expect(counts(await load(ctx, 'stock', csv('model_code,location,condition,quantity', 'H-200,good_stock,new,4'), { dry_run: true }))).toEqual([0, 1, 0, 0]);
    await undoImport(ctx, importKinds, done.id ?? '');
    expect([await placeOf(ctx, unit.id), await good()]).toEqual(['customer/new', 0]);
    expect(await checkBooks(ctx)).toEqual({ balances: [], places: [], over_reserved: [] });
  });
});
