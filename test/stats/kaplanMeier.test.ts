import { describe, expect, it } from 'vitest';
import { aalenJohansen } from '../../src/stats/aalenJohansen.ts';
import { kaplanMeier, survivalAt } from '../../src/stats/kaplanMeier.ts';
import { onlyMode } from '../../src/stats/lifeRow.ts';
import { atRiskAt, riskTable } from '../../src/stats/riskTable.ts';
import { dieselFan, leftTruncated, lifeRows, shockAbsorber } from './lifeTables.ts';

describe('Kaplan–Meier', () => {
  it('agrees with R on the shock absorbers at 20,000 and 25,000 miles', () => {
    const points = kaplanMeier(shockAbsorber);
    expect(1 - survivalAt(points, 20_000)).toBeCloseTo(0.2162475441, 9);
    expect(1 - survivalAt(points, 25_000)).toBeCloseTo(0.4611701865, 9);
  });

  it('agrees with R on the diesel fans at 5,000 hours, log-log limits included', () => {
    const point = kaplanMeier(dieselFan)
      .filter(({ time }) => time <= 5000)
      .at(-1);
    expect(1 - (point?.survival ?? 0)).toBeCloseTo(0.1727657555, 9);
    expect(point?.std_error).toBeCloseTo(0.0509999042, 9);
    expect(point?.ci_low).toBeCloseTo(0.69861674, 8);
    expect(point?.ci_high).toBeCloseTo(0.90456394, 8);
  });

  it('agrees with R under left truncation', () => {
    const points = kaplanMeier(leftTruncated);
    const expected = [
      [90, 0.9859986975],
      [180, 0.9438682744],
      [365, 0.8137259967],
      [540, 0.6595725712],
      [730, 0.5233146579],
    ] as const;
    for (const [time, survival] of expected) expect(survivalAt(points, time)).toBeCloseTo(survival, 9);
    expect(points.filter(({ time }) => time <= 365).at(-1)?.std_error).toBeCloseTo(0.0269323948, 9);
    expect(atRiskAt(lifeRows('3 2>5+ 5>9+'), [0, 3, 5, 6])).toEqual([1, 2, 1, 1]);
  });

  it('counts a unit censored at a failure’s age as at risk, and one entering then as not', () => {
    expect(riskTable(lifeRows('5 5+ 5>8 9'))).toMatchObject([
      { time: 5, at_risk: 3, failed: 1 },
      { time: 8, at_risk: 2 },
      { time: 9, at_risk: 1 },
    ]);
  });

  it('has no error and no limits once everybody failed', () => {
    expect(kaplanMeier(lifeRows('3 4')).at(-1)).toMatchObject({ survival: 0, std_error: null, ci_low: null, ci_high: null });
  });

  it('is empty without failures', () => {
    expect(kaplanMeier(lifeRows('3+ 4+'))).toEqual([]);
    expect(kaplanMeier([])).toEqual([]);
  });
});

describe('Aalen–Johansen', () => {
  it('adds up, over the modes, to one minus Kaplan–Meier of all failures', () => {
    const curves = aalenJohansen(shockAbsorber);
    const total = [...curves.values()].reduce((sum, points) => sum + (points.at(-1)?.incidence ?? 0), 0);
    expect(total).toBeCloseTo(1 - (kaplanMeier(shockAbsorber).at(-1)?.survival ?? 0), 12);
  });

  it('stays below one minus Kaplan–Meier of a single mode, which overstates', () => {
    const incidence = aalenJohansen(shockAbsorber).get('Mode1')?.at(-1)?.incidence ?? 0;
    expect(incidence).toBeLessThan(1 - (kaplanMeier(onlyMode(shockAbsorber, 'Mode1')).at(-1)?.survival ?? 1));
    expect(incidence).toBeGreaterThan(0.3);
  });

  it('with a single mode it is one minus Kaplan–Meier, errors included', () => {
    const single = lifeRows('2:a 3+ 5:a 7+ 8:a 9+');
    const curve = aalenJohansen(single).get('a') ?? [];
    for (const [i, point] of kaplanMeier(single).entries()) {
      expect(curve[i]?.incidence).toBeCloseTo(1 - point.survival, 12);
      expect(curve[i]?.std_error).toBeCloseTo(point.std_error ?? 0, 12);
    }
  });
});
