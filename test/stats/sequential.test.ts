// Digits: reference figures of gamma-Poisson likelihood ratios and of one windowed Shiryaev-Roberts path, computed independently in R.
import { describe, expect, test } from 'vitest';
import { addDay, bestWindow, type Design, detectorAt, detectorPath, emptyStream, likelihoodRatio, type Stream, steps } from '../../src/stats/sequential.ts';

const design: Design = { window_days: 10, guard_days: 5, discount: 1, null_ratio: 1.25, templates: steps };
const PRIOR = { shape: 4, rate: 4 };
const Y = [1, 0, 1, 1, 0, 2, 1, 0, 1, 1, 2, 1, 3, 2, 4, 3, 2, 5, 3, 4];

function streamOf(events: readonly number[], expected = 1, discount = 1): Stream {
  const stream = emptyStream({ shape: new Float64Array(events.length).fill(PRIOR.shape), rate: new Float64Array(events.length).fill(PRIOR.rate) });
  for (const count of events) addDay(stream, count, expected, discount);
  return stream;
}

describe('the gamma-Poisson likelihood ratio', () => {
  test.each([
    { Y: 9, E: 3, A: 20, B: 20, lr: [4.244375398, 7.292335561, 6.881537306, 1.333814227] },
    { Y: 9, E: 3, A: 4, B: 4, lr: [2.298972984, 3.027751089, 2.968284042, 1.625151895] },
    { Y: 0, E: 3, A: 20, B: 20, lr: [0.2187735419, 0.0532866481, 0.00413306129, 5.595490238e-5] },
    { Y: 1, E: 3, A: 20, B: 20, lr: [0.3041485826, 0.092040574, 0.009423379742, 0.0001714747008] },
    { Y: 25, E: 10, A: 104, B: 100, lr: [23.61674889, 41.97914696, 4.849072755, 0.0007461761756] },
  ])('has the reference digits for Y=$Y E=$E A=$A', ({ Y, E, A, B, lr }) => {
    steps.forEach(({ ratio }, index) => {
      const mine = likelihoodRatio(Y, E, { shape: A, rate: B }, 1.25, ratio);
      expect(Math.abs(mine / (lr[index] ?? 0) - 1)).toBeLessThan(1e-8);
    });
  });
});

describe('the windowed Shiryaev-Roberts detector', () => {
  test('has the reference digits on a stream whose rate rises', () => {
    const reference = [
      0.5366177789, 0.6446706139, 1.141116014, 1.553785635, 1.404306749, 2.623638519, 2.836579795, 2.337512648, 2.80616578, 3.249050097, 4.661464699,
      4.256795746, 8.788254833, 10.20720285, 31.0035005, 49.55064486, 45.2932378, 183.4528285, 239.1657408, 484.2408928,
    ];
    for (const [t, value] of detectorPath(streamOf(Y), design).entries()) expect(Math.abs(value / (reference[t] ?? 0) - 1)).toBeLessThan(1e-8);
  });

  test('with an exponential onset equals the direct sum over days', () => {
    const discount = 0.999;
    const stream = streamOf(Y, 0.8, discount);
    for (const ramp_days of [1, 4, 30]) {
      const template = { ratio: 3, ramp_days };
      for (const t of [0, 7, 19]) {
        const mine = detectorAt(stream, t, { ...design, discount, templates: [template] });
        expect(mine / directly(t, template, discount)).toBeCloseTo(1, 9);
      }
    }
  });

  test('a day without events cannot raise any window', () => {
    const quiet = streamOf([...Y, 0]);
    expect(detectorAt(quiet, 20, design)).toBeLessThan(detectorAt(quiet, 19, design) + 1);
  });

  test('stays near zero when nothing is expected and nothing comes', () => {
    expect(
      detectorAt(
        streamOf(
          Array.from({ length: 30 }, () => 0),
          0,
        ),
        29,
        design,
      ),
    ).toBeCloseTo(10, 9);
  });

  test('the best window starts where the rate rose', () => {
    const flat = Array.from({ length: 60 }, () => 1);
    const risen = Array.from({ length: 12 }, () => 4);
    const best = bestWindow(streamOf([...flat, ...risen]), 71, { ...design, window_days: 60 });
    expect(best?.start).toBe(60);
    expect(best?.events).toBe(48);
    expect(best?.expected).toBe(12);
  });
});

function directly(t: number, template: { ratio: number; ramp_days: number }, discount: number): number {
  let sum = 0;
  for (let start = Math.max(0, t - 9); start <= t; start += 1) {
    let shape = PRIOR.shape;
    let rate = PRIOR.rate;
    for (let k = 0; k <= start - 5; k += 1) {
      shape += discount ** (start - 5 - k) * (Y[k] ?? 0);
      rate += discount ** (start - 5 - k) * 0.8;
    }
    let [log_weight, events, expected, raised] = [0, 0, 0, 0];
    for (let k = start; k <= t; k += 1) {
      const rho = template.ratio ** Math.min(1, (k - start + 1) / template.ramp_days);
      log_weight += (Y[k] ?? 0) * Math.log(rho);
      events += Y[k] ?? 0;
      expected += 0.8;
      raised += rho * 0.8;
    }
    sum += Math.exp(log_weight + (shape + events) * Math.log((rate + 1.25 * expected) / (rate + 1.25 * raised)));
  }
  return sum;
}
