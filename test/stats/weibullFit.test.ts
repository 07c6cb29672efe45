import { describe, expect, it } from 'vitest';
import { kaplanMeier } from '../../src/stats/kaplanMeier.ts';
import { type LifeRow, onlyMode } from '../../src/stats/lifeRow.ts';
import { fitLimitedFailure, MIN_LIKELIHOOD_RATIO } from '../../src/stats/limitedFailure.ts';
import { nevadaLifeRows } from '../../src/stats/nevada.ts';
import { chiSquareTail } from '../../src/stats/normal.ts';
import { fitWeibayes } from '../../src/stats/weibayes.ts';
import { fitWeibull, quantileAge, type WeibullFit, weibullSurvival } from '../../src/stats/weibullFit.ts';
import * as figures from './lifeFigures.ts';
import { bearingCage, dieselFan, integratedCircuits, leftTruncated, nevadaShipments, shockAbsorber, waltons } from './lifeTables.ts';

const cases: [string, LifeRow[], figures.ExpectedFit][] = [
  ['shock absorbers', shockAbsorber, figures.shockAbsorberAll],
  ['shock absorbers, mode 1 alone', onlyMode(shockAbsorber, 'Mode1'), figures.shockAbsorberMode1],
  ['shock absorbers, mode 2 alone', onlyMode(shockAbsorber, 'Mode2'), figures.shockAbsorberMode2],
  ['bearing cages', bearingCage, figures.bearingCage],
  ['diesel fans', dieselFan, figures.dieselFan],
  ['waltons', waltons, figures.waltons],
  ['Nevada grid at exact months', nevadaLifeRows(nevadaShipments, false), figures.nevadaExact],
  ['Nevada grid as intervals', nevadaLifeRows(nevadaShipments, true), figures.nevadaInterval],
  ['integrated circuits', integratedCircuits, figures.integratedCircuits],
];

const relative = (value: number | null, expected: number): number => (value === null ? Infinity : Math.abs(value / expected - 1));

function mustFit(rows: readonly LifeRow[]): WeibullFit {
  const found = fitWeibull(rows);
  if (found === null) throw new Error('no fit');
  return found;
}

describe('Weibull maximum likelihood', () => {
  it.each(cases)('%s: estimates and log-likelihood agree with R to 1e-6', (_, rows, expected) => {
    const found = mustFit(rows);
    expect(relative(found.log_likelihood, expected.logLikelihood)).toBeLessThan(1e-7);
    for (const key of ['shape', 'scale', 'b1', 'b5', 'b10', 'b50'] as const) expect(relative(found[key].estimate, expected[key][0]), key).toBeLessThan(1e-6);
  });

  it.each(cases)('%s: profile and Wald limits agree with R to 1e-4', (_, rows, expected) => {
    const found = mustFit(rows);
    for (const key of ['shape', 'scale', 'b1', 'b5', 'b10', 'b50'] as const) {
      const [, low, high, waldLow, waldHigh] = expected[key];
      const { ci_low, ci_high, wald } = found[key];
      expect(relative(ci_low, low), `${key} low`).toBeLessThan(1e-6);
      expect(relative(ci_high, high), `${key} high`).toBeLessThan(1e-6);
      expect(relative(wald[0], waldLow), `${key} Wald low`).toBeLessThan(1e-4);
      expect(relative(wald[1], waldHigh), `${key} Wald high`).toBeLessThan(1e-4);
    }
  });

  it('agrees with the published bearing-cage fit: shape 2.035, scale 11,792, B10 3,903', () => {
    const found = mustFit(bearingCage);
    expect(found.shape.estimate).toBeCloseTo(2.035, 3);
    expect(found.scale.estimate).toBeCloseTo(11_792, 0);
    expect(found.b10.estimate).toBeCloseTo(3_903, 0);
  });

  it('takes late enrolment into account: ignoring it moves B10 by a quarter', () => {
    const found = mustFit(leftTruncated);
    expect(relative(found.shape.estimate, 1.810716416)).toBeLessThan(1e-8);
    expect(relative(found.scale.estimate, 887.4929565)).toBeLessThan(1e-8);
    expect(relative(found.log_likelihood, -874.5412107)).toBeLessThan(1e-9);
    expect(relative(found.b10.estimate, 256.1070788)).toBeLessThan(1e-8);
    expect(relative(found.b10.ci_low, 207.1788)).toBeLessThan(1e-6);
    expect(relative(found.b10.ci_high, 305.4655)).toBeLessThan(1e-6);
    const ignoring = mustFit(leftTruncated.map((row) => ({ ...row, entry: 0 })));
    expect(relative(ignoring.shape.estimate, 2.037186241)).toBeLessThan(1e-8);
    expect(relative(ignoring.b10.estimate, 322.240083)).toBeLessThan(1e-8);
  });

  it('has no maximum with fewer than three failures, with none, or with all at one age', () => {
    const row = { time: 100, lower: null, failed: true, count: 1, entry: 0, mode: null };
    expect(fitWeibull([])).toBeNull();
    expect(
      fitWeibull([
        { ...row, count: 2 },
        { ...row, failed: false, count: 50 },
      ]),
    ).toBeNull();
    expect(fitWeibull([{ ...row, failed: false, count: 50 }])).toBeNull();
    expect(fitWeibull([{ ...row, count: 50 }])).toBeNull();
  });

  it('B_p is the age at which a share p has failed', () => {
    for (const p of [0.01, 0.1, 0.5, 0.9]) expect(weibullSurvival(1.7, 900, quantileAge(1.7, 900, p))).toBeCloseTo(1 - p, 12);
  });
});

describe('a defective sub-population', () => {
  it('is found among the integrated circuits: p = 0.00674, μ = 3.35, σ = 2.02 (Meeker & Escobar 1998, §11.5.2)', () => {
    const plain = mustFit(integratedCircuits);
    const found = fitLimitedFailure(integratedCircuits, plain.log_likelihood);
    expect(found).not.toBeNull();
    if (found === null) return;
    expect(relative(found.share, 0.0067444508)).toBeLessThan(1e-6);
    expect(relative(Math.log(found.scale), 3.34523376)).toBeLessThan(1e-6);
    expect(relative(1 / found.shape, 2.01622562)).toBeLessThan(1e-6);
    expect(relative(found.log_likelihood, -293.032888)).toBeLessThan(1e-8);
    expect(relative(found.share_low, 0.00454966)).toBeLessThan(1e-4);
    expect(relative(found.share_high, 0.00954692)).toBeLessThan(1e-4);
    expect(found.likelihood_ratio).toBeCloseTo(19.997, 3);
  });

  it('is offered above a likelihood ratio of 2.71, the 95 % point of half a χ² with one degree of freedom', () => {
    expect(chiSquareTail(MIN_LIKELIHOOD_RATIO) / 2).toBeCloseTo(0.05, 12);
  });

  it.each(cases.slice(0, 8))('%s: is not offered', (_, rows) => {
    expect(fitLimitedFailure(rows, mustFit(rows).log_likelihood)).toBeNull();
  });
});

describe('Weibayes', () => {
  it('equals total time over failures for shape 1, and 1/20 of survivors for the 95 % bound without failure', () => {
    const rows = [{ time: 1000, lower: null, failed: false, count: 30, entry: 0, mode: null }];
    const none = fitWeibayes(rows, 1);
    expect(none?.scale).toBeNull();
    expect(none?.scale_low).toBeCloseTo(30_000 / -Math.log(0.05), 6);
    const one = fitWeibayes([...rows, { time: 500, lower: null, failed: true, count: 1, entry: 0, mode: null }], 1);
    expect(one?.scale).toBeCloseTo(30_500, 6);
    expect(one?.scale_low).toBeCloseTo(30_500 / 4.743864518, 4);
  });

  it('counts only the time under observation', () => {
    const late = fitWeibayes([{ time: 1000, lower: null, failed: true, count: 1, entry: 400, mode: null }], 1);
    expect(late?.scale).toBeCloseTo(600, 9);
  });
});

describe('the survival curve beside the fit', () => {
  it('passes through R’s figures for the shock absorbers', () => {
    const point = kaplanMeier(shockAbsorber)
      .filter(({ time }) => time <= 10_000)
      .at(-1);
    expect(1 - (point?.survival ?? 0)).toBeCloseTo(0.0549535604, 9);
    expect(point?.std_error).toBeCloseTo(0.0378314159, 9);
    expect(point?.ci_low).toBeCloseTo(0.79731573, 8);
    expect(point?.ci_high).toBeCloseTo(0.98599488, 8);
  });
});
