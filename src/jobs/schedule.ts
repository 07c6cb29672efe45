// EVERY periodic job of the product, in one list. jobs/run.ts runs each on one process at a time.
import type { Ctx } from '../db/ctx.ts';
import { forgetOldKeys } from '../idempotency/once.ts';

export interface Job {
  /** Also the key of its lease and the actor in the history. */
  readonly name: string;
  /** Cron pattern in TZ_BUSINESS, with seconds. */
  readonly cron: string;
  /** Longest it may take, in seconds: after that another process may take the lease. */
  readonly lease_s: number;
  /** Returns what is worth a line in the log, if anything. */
  readonly work: (ctx: Ctx) => Promise<unknown>;
}

export const schedule: readonly Job[] = [{ name: 'forget-idempotency-keys', cron: '0 17 3 * * *', lease_s: 600, work: forgetOldKeys }];
