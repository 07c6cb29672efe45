// Runs the scheduled jobs: one process at a time holds a job's lease; a crash gives it back when the lease ends.
import { setMaxListeners } from 'node:events';
import { Cron } from 'croner';
import { systemActor } from '../core/actor.ts';
import { newSecret } from '../core/id.ts';
import type { Log } from '../core/log.ts';
import { messageOf } from '../core/messageOf.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Store } from '../db/open.ts';
import { isLocked } from '../db/patient.ts';
import type { Job } from './schedule.ts';

export interface JobSettings {
  readonly store: Store;
  readonly zone: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Spreads the start of a job over the processes that share a store. */
const JITTER_MS = 500;
/** A store that somebody holds for minutes delays a job: one of the night would otherwise wait for the next. */
const LOCKED_WAIT_MS = 30_000;
const LOCKED_TRIES = 60;

/** Schedules the jobs; the returned function stops them and waits for the one that is running. */
export function runJobs(jobs: readonly Job[], settings: JobSettings): () => Promise<void> {
  const process = newSecret(9);
  const stopped = new AbortController();
  setMaxListeners(jobs.length + 1, stopped.signal);
  const running = new Set<Promise<unknown>>();
  const begin = async (job: Job) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS));
    if (!stopped.signal.aborted) await runJob(job, settings, process, stopped.signal);
  };
  const crons = jobs.map(
    (job) =>
      new Cron(job.cron, { timezone: settings.zone, protect: true, unref: true }, async () => {
        const run = begin(job);
        running.add(run);
        await run.finally(() => running.delete(run));
      }),
  );
  return async () => {
    for (const cron of crons) cron.stop();
    stopped.abort();
    await Promise.allSettled(running);
  };
}

/** Runs one job now if nobody else holds its lease. A failure is logged and kept in its row; it never throws. While the store is locked it is tried again, until `stopped`. */
export async function runJob(job: Job, settings: JobSettings, process: string, stopped?: AbortSignal): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const outcome = await runOnce(job, settings, process);
    if (outcome !== 'locked') return outcome === 'ran';
    if (tries === LOCKED_TRIES || !(await pause(stopped))) return true;
  }
}

/** False when it was cut short. */
function pause(stopped?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopped?.removeEventListener('abort', end);
      resolve(stopped?.aborted !== true);
    };
    const timer = setTimeout(end, LOCKED_WAIT_MS);
    if (stopped?.aborted) end();
    else stopped?.addEventListener('abort', end);
  });
}

async function runOnce(job: Job, { store, zone, now, log }: JobSettings, process: string): Promise<'ran' | 'held' | 'locked'> {
  const started = now();
  try {
    if (!(await takeLease(store, job, process, started))) return 'held';
    const ctx: Ctx = { db: store.db, now: started, zone, actor: systemActor(job.name), afterCommit: (run) => run() };
    const result = await job.work(ctx);
    await giveBack(store, job, process, now(), null);
    log.debug({ job: job.name, ms: now() - started, result }, 'job done');
    return 'ran';
  } catch (error) {
    const locked = isLocked(error);
    if (locked) log.warn({ job: job.name }, 'the store is locked; the job comes later');
    else log.error({ err: error, job: job.name }, 'job failed');
    await giveBack(store, job, process, now(), messageOf(error)).catch(() => undefined);
    return locked ? 'locked' : 'ran';
  }
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
