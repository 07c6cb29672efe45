import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { batchRows, type Cell, caseRows, csvOf, dayText, modelRows, returnRows, unitRows } from '../../simulators/csv.ts';
import { dispositionOf, findingOf } from '../../simulators/findings.ts';
import { boxesToCome } from '../../simulators/technician.ts';
import { inService, isInService, makeWorld } from '../../simulators/world.ts';

const now = Date.parse('2026-11-22T00:00:00Z');
const world = makeWorld({ seed: 7, units: 600, now });
const readBack = (rows: readonly Readonly<Record<string, Cell>>[]): Record<string, string>[] => parse(csvOf(rows), { columns: true });

it('what is written is what a reader of CSV reads', () => {
  const rows = [
    { a: 'plain', b: 'with, comma' },
    { a: 'a "quote"', b: 'two\r\nlines' },
    { a: null, b: 3 },
  ];
  expect(readBack(rows)).toEqual([
    { a: 'plain', b: 'with, comma' },
    { a: 'a "quote"', b: 'two\r\nlines' },
    { a: '', b: '3' },
  ]);
});

it('days are those of Japan', () => {
  expect([dayText(Date.parse('2026-04-10T14:59:59Z')), dayText(Date.parse('2026-04-10T15:00:00Z'))]).toEqual(['2026-04-10', '2026-04-11']);
});

it('there is one row for every model, batch and unit', () => {
  expect(readBack(modelRows(world))).toHaveLength(world.models.length);
  expect(readBack(batchRows(world))).toHaveLength(world.models.reduce((sum, model) => sum + model.batches.length, 0));
  expect(readBack(unitRows(world))).toHaveLength(world.units.length);
});

it('a unit that came back is out of service since then, the others are in service', () => {
  const out = readBack(unitRows(world)).filter((row) => row.out_of_service_on !== '');
  expect(out).toHaveLength(world.units.length - inService(world).length);
  for (const row of out) expect((row.out_of_service_on ?? '') >= (row.in_service_on ?? '')).toBe(true);
});

it('every past return is told with its verdict, in order, none of the future', () => {
  const rows = readBack(returnRows(world));
  const days = rows.map((row) => row.returned_on ?? '');
  expect(rows).toHaveLength(world.units.filter((unit) => !isInService(unit, now)).length);
  expect(days).toEqual([...days].sort());
  expect(days.at(-1) ?? '').not.toBe('');
  expect((days.at(-1) ?? '') <= dayText(now)).toBe(true);
  for (const row of rows) expect((row.failed_on ?? '') <= (row.returned_on ?? '')).toBe(true);
});

it('only what the bench confirmed, or saw broken, has a failure mode', () => {
  for (const row of readBack(returnRows(world))) expect(row.failure_mode !== '').toBe(row.verdict === 'confirmed' || row.verdict === 'customer_damage');
});

it('the inquiry comes before the return and after the failure', () => {
  const returned = readBack(returnRows(world));
  readBack(caseRows(world, 'sato@example.com')).forEach((row, n) => {
    expect(Date.parse(row.opened_at ?? '')).toBeLessThanOrEqual(Date.parse(row.solved_at ?? ''));
    expect(dayText(Date.parse(row.opened_at ?? '')) >= (returned[n]?.failed_on ?? '')).toBe(true);
  });
});

it('boxes still to come are of units in service, the next one first', () => {
  const boxes = boxesToCome(world);
  expect(boxes.length).toBeGreaterThan(5);
  expect(boxes.every(({ unit, complaint }) => isInService(unit, now) && complaint.returned_at > now)).toBe(true);
  const arrivals = boxes.map(({ complaint }) => complaint.returned_at);
  expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
});

it.each([
  ['confirmed', 'return_to_maker', 'SD_WORN'],
  ['no_fault_found', 'restock', undefined],
  ['customer_damage', 'return_to_customer', 'SD_WORN'],
  ['undetermined', 'return_to_maker', undefined],
] as const)('a unit found %s goes to %s', (verdict, disposition, mode) => {
  const complaint = { reason: 'storage', failed_at: now, returned_at: now, verdict, defect_id: null } as const;
  expect(dispositionOf(complaint)).toBe(disposition);
  expect(findingOf(complaint)?.failure_mode).toBe(mode);
});

it('a planted fault is laid at the maker, an ordinary one at wear', () => {
  const complaint = { reason: 'storage', failed_at: now, returned_at: now, verdict: 'confirmed' } as const;
  expect([findingOf({ ...complaint, defect_id: 'sd-card-batch' })?.cause, findingOf({ ...complaint, defect_id: null })?.cause]).toEqual(['PART_LOT', 'WEAR']);
});
