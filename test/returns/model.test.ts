// Property: no sequence of deeds at the desk breaks an invariant. Ten thousand of them: test/bench/deskModel.ts.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast } from './cast.ts';
import { doStep, hirePeople, newWorld, steps } from './model.ts';
import { brokenInvariants } from './modelInvariants.ts';

const SEED = 20_260_401;
/** Sequences of a hundred; PostgreSQL is asked over a socket and takes four times as long. */
const RUNS = { sqlite: 12, postgres: 4 };
const STEPS = 100;

eachDb('random work at the desk', (test) => {
  beforeAll(async () => {
    await cast(test.ctx());
    await hirePeople(test.ctx());
  });

  const runs = RUNS[test.dialect];

  it(`keeps every invariant over ${runs * STEPS} steps`, async () => {
    let done = 0;
    let now = NOW;
    await fc.assert(
      fc.asyncProperty(steps(STEPS), async (sequence) => {
        const world = await newWorld(test.ctx({ now }));
        for (const step of sequence) {
          now += 60_000;
          const ctx = test.ctx({ now });
          if (await doStep(ctx, world, step)) done++;
          expect(await brokenInvariants(ctx), JSON.stringify(step)).toEqual([]);
        }
      }),
      { seed: SEED, numRuns: runs, endOnFailure: true },
    );
    // A sequence of refusals would prove nothing.
    expect(done).toBeGreaterThan((runs * STEPS) / 5);
  }, 120_000);
});
