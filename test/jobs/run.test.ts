// Jobs: one process at a time, nothing lost by a crash, a failure or a locked store.
import Sqlite from 'better-sqlite3';
import { Cron } from 'croner';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { openLog } from '../../src/core/log.ts';
import { sqliteFile } from '../../src/db/open.ts';
import { runJob, runJobs } from '../../src/jobs/run.ts';
import { deliveryJob, type Job, mendingJob, schedule } from '../../src/jobs/schedule.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const LEASE_S = 60;
const jobOf = (work: Job['work']): Job => ({ name: 'a-job', cron: '* * * * * *', lease_s: LEASE_S, work });

eachDb('a job', (test) => {
  beforeEach(async () => {
    await test.store.db.deleteFrom('job_runs').execute();
  });
  const settings = (now = NOW) => ({ store: test.store, zone: 'Asia/Tokyo', now: () => now, log: openLog('silent') });
  const row = () => test.store.db.selectFrom('job_runs').selectAll().executeTakeFirst();

  it('runs as itself at the moment it began, and gives its lease back', async () => {
    const seen: unknown[] = [];
    const job = jobOf(async ({ now, zone, actor }) => seen.push([now, zone, actor.name]));
    expect(await runJob(job, settings(), 'one')).toBe(true);
    expect(seen).toEqual([[NOW, 'Asia/Tokyo', 'a-job']]);
    expect(await row()).toEqual({ name: 'a-job', leased_by: null, leased_until_at: null, started_at: NOW, finished_at: NOW, error: null });
  });

  it('runs in one process at a time, and in the next one when the first is done', async () => {
    let end: () => void = () => {};
    let runs = 0;
    const job = jobOf(() => {
      runs++;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const first = runJob(job, settings(), 'one');
    await vi.waitFor(() => expect(runs).toBe(1));
    expect([await runJob(job, settings(), 'two'), runs]).toEqual([false, 1]);
    end();
    await first;
    const second = runJob(job, settings(), 'two');
    await vi.waitFor(() => expect(runs).toBe(2));
    end();
    expect(await second).toBe(true);
  });

  it('of a process that died is taken over when its lease has ended, not before', async () => {
    let runs = 0;
    const job = jobOf(async () => runs++);
    await test.store.db
      .insertInto('job_runs')
      .values({ name: 'a-job', leased_by: 'dead', leased_until_at: NOW + LEASE_S * 1000, started_at: NOW, finished_at: null, error: null })
      .execute();
    expect([await runJob(job, settings(NOW + LEASE_S * 1000 - 1), 'two'), await runJob(job, settings(NOW + LEASE_S * 1000), 'two')]).toEqual([false, true]);
    expect(runs).toBe(1);
  });

  it('that fails keeps the reason until it succeeds, and does not throw', async () => {
    expect(
      await runJob(
        jobOf(() => Promise.reject(new Error('no paper'))),
        settings(),
        'one',
      ),
    ).toBe(true);
    expect(await row()).toMatchObject({ error: 'no paper', leased_by: null });
    await runJob(
      jobOf(async () => {}),
      settings(),
      'one',
    );
    expect(await row()).toMatchObject({ error: null });
  });

  it('that finds the store locked comes when it is free, not a day later', async () => {
    if (test.dialect !== 'sqlite') return;
    let runs = 0;
    const job = jobOf(async () => runs++);
    const other = new Sqlite(sqliteFile(test.store.url), { timeout: 0 });
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const run = runJob(job, settings(), 'one');
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(runs).toBe(0);
    other.exec('rollback');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([await run, runs]).toEqual([true, 1]);
  });

  it('that waits for a locked store holds up nobody who stops', async () => {
    if (test.dialect !== 'sqlite') return;
    const locked = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    let runs = 0;
    const work = () => {
      runs++;
      return Promise.reject(locked);
    };
    const stop = runJobs([jobOf(work)], settings());
    await vi.waitFor(() => expect(runs).toBeGreaterThan(0), 5000);
    await stop();
  });

  it('whose moment comes while its process stops does not begin', async () => {
    if (test.dialect !== 'sqlite') return;
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let runs = 0;
    const stop = runJobs([jobOf(async () => runs++)], settings());
    const timers = vi.getTimerCount();
    while (vi.getTimerCount() === timers) await vi.advanceTimersByTimeAsync(1);
    const stopped = stop();
    await vi.advanceTimersByTimeAsync(1000);
    await stopped;
    expect([runs, await row()]).toEqual([0, undefined]);
  });
});

it('every periodic job has a name of its own and a moment it comes', () => {
  const jobs = [...schedule, deliveryJob({} as never), mendingJob([])];
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  for (const { name, cron, lease_s } of jobs) {
    expect([name, new Cron(cron, { timezone: 'Asia/Tokyo', paused: true }).nextRun() instanceof Date]).toEqual([name, true]);
    expect(lease_s).toBeGreaterThan(0);
  }
});
