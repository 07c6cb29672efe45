import { expect, it } from 'vitest';
import { DAY_MS, type Defect, rateAt, strikeAt } from '../../simulators/defects.ts';
import { seedOf } from '../../simulators/random.ts';
import { groundTruth, inService, isInService, makeWorld } from '../../simulators/world.ts';

const now = Date.parse('2026-11-22T00:00:00Z');
const world = makeWorld({ seed: 7, units: 2000, now });

it('has at least six makers, forty models and the units asked for', () => {
  expect(new Set(world.models.map((model) => model.maker_code)).size).toBeGreaterThanOrEqual(6);
  expect(world.models.length).toBeGreaterThanOrEqual(40);
  expect(inService(world)).toHaveLength(2000);
});

it('is the same for the same seed and another for another', () => {
  expect(makeWorld({ seed: 7, units: 300, now })).toEqual(makeWorld({ seed: 7, units: 300, now }));
  expect(makeWorld({ seed: 8, units: 300, now }).units[0]).not.toEqual(makeWorld({ seed: 7, units: 300, now }).units[0]);
});

it('names every unit once: by device_id, by MAC, and by model and serial', () => {
  const distinct = (name: (unit: (typeof world.units)[number]) => string) => new Set(world.units.map(name)).size;
  expect(distinct((unit) => unit.device_id)).toBe(world.units.length);
  expect(distinct((unit) => unit.mac)).toBe(world.units.length);
  expect(distinct((unit) => `${unit.model_code} ${unit.serial}`)).toBe(world.units.length);
  expect(world.units.every((unit) => /^[A-Za-z0-9_-]{1,64}$/.test(unit.device_id))).toBe(true);
});

it('lets two models share a serial, as in the field', () => {
  expect(new Set(world.units.map((unit) => unit.serial)).size).toBeLessThan(world.units.length);
});

it('ships, delivers and installs in that order, and installs before it returns', () => {
  for (const unit of world.units) {
    expect(unit.shipped_at).toBeLessThan(unit.delivered_at);
    expect(unit.delivered_at).toBeLessThanOrEqual(unit.in_service_at);
    if (unit.fate.complaint !== null) expect(unit.fate.complaint.returned_at).toBeGreaterThan(unit.in_service_at);
  }
});

it('refers only to batches, firmwares, sites and customers that exist', () => {
  const models = new Map(world.models.map((model) => [model.code, model]));
  const customers = new Set(world.customers.map((customer) => customer.code));
  for (const unit of world.units) {
    const model = models.get(unit.model_code);
    expect(model?.batches.map((batch) => batch.code)).toContain(unit.batch_code);
    for (const firmware of unit.firmwares) expect(model?.firmwares.map(({ version }) => version)).toContain(firmware.version);
    expect(world.sites).toContain(unit.site);
    expect(customers).toContain(unit.site.customer_code);
  }
  for (const model of world.models) for (const code of model.substitutes) expect(models.has(code)).toBe(true);
});

it('plants defects in cohorts large enough to be seen, and says whom they struck', () => {
  const truth = groundTruth(world);
  expect(truth.defects.map((defect) => defect.kind).sort()).toEqual(['brownout', 'crash', 'encoder', 'ircut', 'storage']);
  for (const defect of truth.defects) expect(defect.struck_serials.length, defect.id).toBeGreaterThanOrEqual(8);
});

it('sends most of the planted card failures back, and the bench confirms most of those', () => {
  const complaints = world.units.flatMap(({ fate }) => (fate.complaint?.defect_id === 'sd-card-batch' ? [fate.complaint] : []));
  const confirmed = complaints.filter((complaint) => complaint.verdict === 'confirmed');
  expect(complaints.length).toBeGreaterThan(15);
  expect(confirmed.length / complaints.length).toBeGreaterThan(0.7);
});

it('holds healthy returns as well, so that no-fault-found is not rare', () => {
  const past = world.units.filter((unit) => !isInService(unit, now)).map((unit) => unit.fate.complaint?.verdict);
  expect(past.filter((verdict) => verdict === 'no_fault_found').length).toBeGreaterThan(10);
  expect(past.filter((verdict) => verdict === 'confirmed').length).toBeGreaterThan(30);
});

const ramped: Defect = { id: 'd', kind: 'storage', cohort: { model_code: 'M' }, onset_at: now, ramp_days: 20, per_day: 0.05 };

it('a planted rate rises in a straight line, then stays', () => {
  const figures = [-1, 0, 10, 20, 40].map((day) => rateAt(ramped, '1.0', now + day * DAY_MS));
  expect(figures).toEqual([0, 0, 0.025, 0.05, 0.05]);
  expect(rateAt({ ...ramped, cohort: { model_code: 'M', firmware: '2.0' } }, '1.0', now + 40 * DAY_MS)).toBe(0);
});

it('strikes follow the cumulated hazard: 1 − exp(−p·(u − R/2)) have failed after u days', () => {
  const strikesAt = Array.from({ length: 4000 }, (_, n) => (strikeAt(ramped, seedOf(1, `unit ${n}`), now - 100 * DAY_MS) - now) / DAY_MS);
  expect(Math.min(...strikesAt)).toBeGreaterThan(0);
  for (const [day, hazard] of [
    [10, (0.05 * 100) / 40],
    [30, 0.05 * 20],
  ] as const) {
    expect(strikesAt.filter((at) => at <= day).length / 4000).toBeCloseTo(1 - Math.exp(-hazard), 1);
  }
});

it('a unit installed later than the onset only meets the hazard from then on', () => {
  const installed = now + 60 * DAY_MS;
  const strikesAt = Array.from({ length: 500 }, (_, n) => strikeAt(ramped, seedOf(2, `unit ${n}`), installed));
  expect(Math.min(...strikesAt)).toBeGreaterThanOrEqual(installed);
});
