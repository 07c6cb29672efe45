import { describe, expect, it } from 'vitest';
import { fitInterval, macOf, ownWarrantyEnd, startingDay } from '../../src/unit/rules.ts';

describe('where a new service interval fits', () => {
  const closed = { id: 'closed', from_on: '2026-01-10', to_on: '2026-01-20' };
  const open = { id: 'open', from_on: '2026-02-01', to_on: null };
  it.each([
    // present         from          to            outcome
    [[], '2026-01-01', null, 'fits'],
    [[closed], '2026-01-20', null, 'fits'],
    [[closed], '2026-01-01', '2026-01-10', 'fits'],
    [[closed], '2026-01-19', null, 'overlaps closed'],
    [[closed], '2026-01-01', '2026-01-11', 'overlaps closed'],
    [[closed, open], '2026-01-20', '2026-02-01', 'fits'],
    [[open], '2026-02-01', null, 'closes open'],
    [[open], '2026-03-01', null, 'closes open'],
    [[open], '2026-01-31', null, 'overlaps open'],
    [[open], '2026-01-31', '2026-02-02', 'overlaps open'],
  ] as const)('%j + %s…%s %s', (present, from_on, to_on, outcome) => {
    const fit = fitInterval(present, from_on, to_on);
    const said = 'overlap' in fit ? `overlaps ${fit.overlap.id}` : fit.close === null ? 'fits' : `closes ${fit.close.id}`;
    expect(said).toBe(outcome);
  });
});

it('service starts when delivered, else when purchased, else 14 days after shipping', () => {
  expect(startingDay({ delivered_on: '2026-01-05', purchased_on: '2026-01-01', shipped_on: '2025-12-20' })).toEqual({
    on: '2026-01-05',
    basis: 'delivered_on',
  });
  expect(startingDay({ purchased_on: '2026-01-01', shipped_on: '2025-12-20' })).toEqual({ on: '2026-01-01', basis: 'purchased_on' });
  expect(startingDay({ shipped_on: '2025-12-20' })).toEqual({ on: '2026-01-03', basis: 'shipped_on' });
  expect(startingDay({})).toBeNull();
});

it('our warranty ends on the anniversary, clamped to the month, unless another day was agreed', () => {
  expect(ownWarrantyEnd({ delivered_on: '2024-02-29', own_warranty_ends_on: null }, 12)).toBe('2025-02-28');
  expect(ownWarrantyEnd({ delivered_on: '2024-04-10', own_warranty_ends_on: null }, 12)).toBe('2025-04-10');
  expect(ownWarrantyEnd({ delivered_on: '2024-04-10', own_warranty_ends_on: '2027-01-01' }, 12)).toBe('2027-01-01');
  expect(ownWarrantyEnd({ delivered_on: '2024-04-10', own_warranty_ends_on: null }, null)).toBeNull();
});

it.each([
  ['aa-bb-cc-dd-ee-0f', 'AA:BB:CC:DD:EE:0F'],
  ['aabb.ccdd.ee0f', 'AA:BB:CC:DD:EE:0F'],
  ['ＡＡＢＢＣＣＤＤＥＥ０Ｆ', 'AA:BB:CC:DD:EE:0F'],
  ['aabbccddee', null],
  ['gg:bb:cc:dd:ee:ff', null],
])('the MAC address %s reads as %s', (text, mac) => {
  expect(macOf(text)).toBe(mac);
});
