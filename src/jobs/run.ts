// Runs the scheduled jobs: one process at a time holds a job's lease; a crash gives it back when the lease ends.
import { Cron } from 'croner';
import { systemActor } from '../core/actor.ts';
import { newSecret } from '../core/id.ts';
import type { Log } from '../core/log.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Store } from '../db/open.ts';
import type { Job } from './schedule.ts';

export interface JobSettings {
  readonly store: Store;
  readonly zone: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Spreads the start of a job over the processes that share a store. */
const JITTER_MS = 500;

/** Schedules the jobs; the returned function stops them and waits for the one that is running. */
export function runJobs(jobs: readonly Job[], settings: JobSettings): () => Promise<void> {
  const process = newSecret(9);
  const running = new Set<Promise<unknown>>();
  const crons = jobs.map(
    (job) =>
      new Cron(job.cron, { timezone: settings.zone, protect: true, unref: true }, async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS));
        const run = runJob(job, settings, process);
        running.add(run);
        await run.finally(() => running.delete(run));
      }),
  );
  return async () => {
    for (const cron of crons) cron.stop();
    await Promise.allSettled(running);
  };
}

/** Runs one job now if nobody else holds its lease. A failure is logged and kept in its row; it never throws. */
export async function runJob(job: Job, settings: JobSettings, process: string): Promise<boolean> {
  const { store, zone, now, log } = settings;
  const started = now();
  try {
    if (!(await takeLease(store, job, process, started))) return false;
    const ctx: Ctx = { db: store.db, now: started, zone, actor: systemActor(job.name), afterCommit: (run) => run() };
    const result = await job.work(ctx);
    await giveBack(store, job, process, now(), null);
    log.debug({ job: job.name, ms: now() - started, result }, 'job done');
  } catch (error) {
    log.error({ err: error, job: job.name }, 'job failed');
    await giveBack(store, job, process, now(), error instanceof Error ? error.message : String(error)).catch(() => undefined);
  }
  return true;
}

async function takeLease(store: Store, job: Job, process: string, now: number): Promise<boolean> {
  const lease = { leased_by: process, leased_until_at: now + job.lease_s * 1000, started_at: now };
  const taken = await store.db
    .insertInto('job_runs')
    .values({ name: job.name, ...lease, finished_at: null, error: null })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet(lease)
        .where((where) => where.or([where('job_runs.leased_until_at', 'is', null), where('job_runs.leased_until_at', '<=', now)])),
    )
    .returning('name')
    .executeTakeFirst();
  return taken !== undefined;
}

async function giveBack(store: Store, job: Job, process: string, now: number, error: string | null): Promise<void> {
  await store.db
    .updateTable('job_runs')
    .set({ leased_by: null, leased_until_at: null, finished_at: now, error })
    .where('name', '=', job.name)
    .where('leased_by', '=', process)
    .execute();
}
