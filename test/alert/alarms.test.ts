// What must never alarm, and what must always be found.
import { describe, expect, test } from 'vitest';
import { alarmedModels, type Excess } from './laboratory.ts';

const each = (count: number, make: (i: number) => Excess): Excess[] => Array.from({ length: count }, (_, i) => make(i));

describe('never an alarm', () => {
  test('on an ordinary fleet', () => {
    expect(alarmedModels({ seed: 11 })).toEqual([]);
    expect(alarmedModels({ seed: 12 })).toEqual([]);
  });

  test('on one chatty device with 50,000 events', () => {
    expect(alarmedModels({ excesses: each(50_000, (i) => ({ unit: 'chatty', site: null, model: 3, day: 80 + (i % 60) })) })).toEqual([]);
  });

  test('on the power cut of one site, however many devices hang there', () => {
    expect(alarmedModels({ network: true, excesses: each(280, (i) => ({ unit: `u${i}`, site: 'depot', model: 3, day: 100 })) })).toEqual([]);
  });

  test('on a fleet-wide outage twelve times the ordinary', () => {
    expect(alarmedModels({ factor: (_, day) => (day === 90 || day === 91 ? 12 : 1) })).toEqual([]);
  });

  test('on an outage that takes every device of a fleet so small, and of a signal so rare, that two episodes a day are ordinary', () => {
    // 40 models of 25 devices: 1,000 x 0.002 a day; then all of them at once.
    expect(alarmedModels({ devices: () => 25, factor: (_, day) => (day === 90 ? 500 : 1) })).toEqual([]);
  });

  test('on winter', () => {
    expect(alarmedModels({ days: 240, factor: (_, day) => 1 + 0.8 * Math.max(0, Math.sin((Math.PI * (day - 60)) / 120)) })).toEqual([]);
  });

  test('on a growth burst', () => {
    expect(alarmedModels({ devices: (model, day) => (model === 3 && day >= 90 ? 900 : 300) })).toEqual([]);
  });

  test('on eager upgraders who had a third more trouble all along', () => {
    expect(alarmedModels({ factor: (model) => (model === 3 ? 1.3 : 1) })).toEqual([]);
  });

  test('on a cohort of one', () => {
    expect(
      alarmedModels({ devices: (model) => (model === 3 ? 1 : 300), excesses: each(3, (i) => ({ unit: 'only', site: null, model: 3, day: 70 + 31 * i })) }),
    ).toEqual([]);
  });
});

describe('always found', () => {
  test('a ramp to five times the rate in 500 devices', () => {
    const [first, ...others] = alarmedModels({
      devices: (model) => (model === 3 ? 500 : 300),
      factor: (model, day) => (model === 3 && day >= 80 ? 1 + 4 * Math.min(1, (day - 80) / 45) : 1),
    });
    expect(first?.model).toBe(3);
    expect(first?.day).toBeLessThan(80 + 35);
    expect(others).toEqual([]);
  });

  test('a step to three times the rate in 300 devices with a firmware', () => {
    const [first, ...others] = alarmedModels({ factor: (model, day) => (model === 3 && day >= 80 ? 3 : 1) });
    expect(first?.model).toBe(3);
    expect(first?.day).toBeLessThan(80 + 35);
    expect(others).toEqual([]);
  });

  test('the silent death of a tenth of a batch', () => {
    const deaths = each(30, (i) => ({ unit: `dead${i}`, site: `site${i}`, model: 3, day: 90 + (i % 20) }));
    // Devices fall silent for good four times more rarely than they have ordinary trouble.
    const [first, ...others] = alarmedModels({ network: true, factor: () => 0.25, excesses: deaths });
    expect(first?.model).toBe(3);
    expect(first?.day).toBeLessThan(90 + 20);
    expect(others).toEqual([]);
  });
});
