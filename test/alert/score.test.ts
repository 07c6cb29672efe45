// A small scored fleet: the product's own scan, seeded, against planted truth.
import { expect, test } from 'vitest';
import { productPaths } from '../../simulators/score/detect.ts';
import { FIRST_DAY, feed } from '../../simulators/score/feed.ts';
import { simulateFleet } from '../../simulators/score/history.ts';
import { alertsOf, scoreOf, tallyOf } from '../../simulators/score/measure.ts';
import { bookNuisances } from '../../simulators/score/nuisance.ts';
import { alertThreshold } from '../../src/alert/rules.ts';

test('on 60 models with nine defects it finds most before the fifth return and keeps quiet about the others', () => {
  const history = simulateFleet(3, { models: 60, days: 330, hardware_defects: 9, firmware_defects: 2, chatty_devices: 10, site_outages: 20, growth_bursts: 4 });
  bookNuisances(history);
  const fed = feed(history);
  const alerts = productPaths(history, fed).map((path) => alertsOf(path, alertThreshold(1), FIRST_DAY));
  const score = scoreOf(tallyOf(history, alerts));
  expect(score.false_per_1000).toBeLessThan(2);
  expect(score.all.before_fifth).toBeGreaterThanOrEqual(0.5);
  expect(score.all.lead).toBeGreaterThan(0);
}, 120_000);
