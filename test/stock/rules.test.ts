import { describe, expect, it } from 'vitest';
import { availableOf, orderStateAfter, suggestedOrder } from '../../src/stock/rules.ts';

it('available = good − reserved − held', () => expect(availableOf({ good: 5, reserved: 3, held: 1 })).toBe(1));

describe('the suggested order', () => {
  const policy = { reorder_point: 3, safety_stock: 2, order_quantity: null };
  it.each([
    // available  on order  policy                              demand  order
    [4, 0, policy, null, 0],
    [3, 0, policy, null, 2],
    [2, 0, policy, null, 3],
    [2, 5, policy, null, 0],
    [2, 0, { ...policy, order_quantity: 20 }, null, 20],
    [8, 0, policy, 7.2, 4],
    [2, 0, null, 50, 0],
  ])('available %d, on order %d, policy %j, demand %s: %d', (available, on_order, given, expected_demand, order) => {
    expect(suggestedOrder({ available, on_order, policy: given, expected_demand })).toBe(order);
  });
});

it('an order is received when every line is', () => {
  const line = (quantity: number, received_quantity: number) => ({ quantity, received_quantity });
  expect([orderStateAfter([line(2, 0)]), orderStateAfter([line(2, 2), line(1, 0)]), orderStateAfter([line(2, 2), line(1, 1)])]).toEqual([
    'ordered',
    'partly_received',
    'received',
  ]);
});
