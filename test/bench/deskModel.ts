// Ten thousand random steps at the desk without a breach, on SQLite and, with DATABASE_URL of an empty PostgreSQL, there too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { systemActor } from '../../src/core/actor.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { cast } from '../returns/cast.ts';
import { doStep, hirePeople, newWorld, steps } from '../returns/model.ts';
import { brokenInvariants } from '../returns/modelInvariants.ts';

/** Steps with one set of units; then new ones, so that sequences stay short enough to read when one fails. */
const SEQUENCE = 100;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { steps: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' }, url: { type: 'string' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-model-'));
  const store = openStore(values.url ?? `sqlite:${join(folder, 'model.db')}`);
  await migrate(store);
  let now = Date.UTC(2026, 3, 1);
  const ctx = (): Ctx => ({ db: store.db, now, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run) => run() });
  await cast(ctx());
  await hirePeople(ctx());
  const done = new Map<string, number>();
  const sequences = fc.sample(steps(SEQUENCE), { numRuns: Math.ceil(Number(values.steps) / SEQUENCE), seed: Number(values.seed) });
  for (const [i, sequence] of sequences.entries()) {
    const world = await newWorld(ctx());
    for (const step of sequence) {
      now += 60_000;
      const outcome = await doStep(ctx(), world, step).catch((error: unknown) => {
        throw new Error(`${JSON.stringify(step)} of sequence ${i} is a bug`, { cause: error });
      });
      if (outcome) done.set(step.kind, (done.get(step.kind) ?? 0) + 1);
      const broken = await brokenInvariants(ctx());
      if (broken.length > 0) throw new Error(`broken after ${JSON.stringify(step)} of sequence ${i}: ${JSON.stringify(broken)}`);
    }
  }
  const total = [...done.values()].reduce((sum, n) => sum + n, 0);
  console.log(
    `${store.dialect}: ${sequences.length * SEQUENCE} steps, ${total} done, the others refused; no invariant broken. Done: ${[...done]
      .sort()
      .map(([kind, n]) => `${kind} ${n}`)
      .join(', ')}`,
  );
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
