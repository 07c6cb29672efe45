// Which models fail otherwise than their year before let expect, and that a page read twice tells what was recorded in between.
import { beforeAll, expect, it } from 'vitest';
import { listMovedRates } from '../../src/desk/movedRates.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { eachDb } from '../support/eachDb.ts';

const MODELS = ['QUIET', 'WORSE', 'LATER'];
const UNITS = 150;

eachDb('rates that moved', (test) => {
  const load = async (kind: string, lines: readonly string[]) => {
    const report = await importFile(test.ctx(), findKind(importKinds, kind), new TextEncoder().encode(`${lines.join('\r\n')}\r\n`));
    expect(report.rows_failed).toBe(0);
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  /** One confirmed failure of each of the units, on that day. */
  const failing = (model: string, units: readonly number[], on: string) =>
    load('returns', ['serial,returned_on,verdict,disposition', ...units.map((i) => `${model}-${i},${on},confirmed,return_to_maker`)]);

  beforeAll(async () => {
    await load('models', ['maker_code,model_code,name,own_warranty_months', ...MODELS.map((code) => `MK,${code},${code},24`)]);
    await load('units', [
      'model_code,serial,shipped_on,delivered_on,in_service_on,location',
      ...MODELS.flatMap((code) => numbers(UNITS).map((i) => `${code},${code}-${i},2025-01-08,2025-01-09,2025-01-10,customer`)),
    ]);
    for (const model of MODELS) await failing(model, [0, 1, 2], '2025-10-05');
    await failing('WORSE', numbers(30).slice(10), '2026-03-02');
  });

  it('names the model that fails more, with both counts, the ratio and its interval', async () => {
    const [moved, ...others] = await listMovedRates(test.ctx());
    expect(others).toEqual([]);
    expect(moved).toMatchObject({ model_code: 'WORSE', recent_failures: 20, before_failures: 3 });
    const { ratio, ratio_low, ratio_high, recent_days = 0, before_days = 0 } = moved ?? {};
    expect(ratio).toBeCloseTo(20 / recent_days / (3 / before_days), 10);
    expect([(ratio_low ?? 0) > 1, (ratio_low ?? 0) < (ratio ?? 0), (ratio_high ?? 0) > (ratio ?? 0)]).toEqual([true, true, true]);
  });

  it('tells what was recorded since it was last read, within the same instant', async () => {
    await listMovedRates(test.ctx());
    await failing('LATER', numbers(40).slice(10), '2026-03-03');
    expect((await listMovedRates(test.ctx())).map(({ model_code }) => model_code)).toEqual(['LATER', 'WORSE']);
  });
});
