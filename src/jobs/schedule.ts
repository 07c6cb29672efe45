// EVERY periodic job of the product, in one list. jobs/run.ts runs each on one process at a time.
import { learnSignals } from '../alert/learnSignals.ts';
import { refreshIncidents } from '../alert/refresh.ts';
import { scanCohorts } from '../alert/scan.ts';
import { closeSettled } from '../case/course.ts';
import { remindDeadlines } from '../claim/remind.ts';
import type { Ctx } from '../db/ctx.ts';
import { forgetOldKeys } from '../idempotency/once.ts';
import { matchKnownIssues } from '../investigation/knownIssueMatch.ts';
import { remindActions, watchFixes } from '../investigation/watch.ts';
import { type DeliverySettings, deliverOutbox } from '../outbox/deliver.ts';
import { freezeTotals } from '../quality/freeze.ts';
import { forecastSpares } from '../quality/spareDemand.ts';
import { remindOverdue } from '../returns/remind.ts';
import { proveBooks } from '../stock/check.ts';
import { countCohorts } from '../telemetry/cohorts.ts';
import { followAllFirmware, followFirmware } from '../telemetry/followFirmware.ts';
import { watchSites } from '../telemetry/outages.ts';
import { forgetOldDrafts } from '../transfer/drafts.ts';
import type { ImportKind } from '../transfer/kind.ts';
import { mendImports } from '../transfer/undoImport.ts';

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

export const schedule: readonly Job[] = [
  { name: 'forget-idempotency-keys', cron: '0 17 3 * * *', lease_s: 600, work: forgetOldKeys },
  { name: 'freeze', cron: '15 * * * * *', lease_s: 1800, work: freezeTotals },
  { name: 'forecast-spares', cron: '45 */5 * * * *', lease_s: 3600, work: forecastSpares },
  { name: 'remind-overdue-returns', cron: '0 10 8 * * *', lease_s: 600, work: remindOverdue },
  { name: 'prove-stock-books', cron: '0 40 3 * * *', lease_s: 1800, work: proveBooks },
  { name: 'close-settled-cases', cron: '10 20 4 * * *', lease_s: 600, work: closeSettled },
  { name: 'count-cohorts', cron: '20 7 * * * *', lease_s: 1800, work: countCohorts },
  { name: 'learn-signals', cron: '0 10 2 * * 0', lease_s: 1800, work: learnSignals },
  { name: 'scan-cohorts', cron: '0 30 2 * * *', lease_s: 3600, work: scanCohorts },
  { name: 'follow-incidents', cron: '35 41 * * * *', lease_s: 900, work: refreshIncidents },
  { name: 'forget-drafts', cron: '0 50 3 * * *', lease_s: 600, work: forgetOldDrafts },
  { name: 'watch-sites', cron: '40 * * * * *', lease_s: 300, work: watchSites },
  { name: 'follow-firmware', cron: '35 */5 * * * *', lease_s: 1800, work: followFirmware },
  { name: 'follow-all-firmware', cron: '0 50 4 * * *', lease_s: 3600, work: followAllFirmware },
  { name: 'match-known-issues', cron: '30 */5 * * * *', lease_s: 600, work: matchKnownIssues },
  { name: 'watch-fixes', cron: '50 23 * * * *', lease_s: 600, work: watchFixes },
  { name: 'remind-actions', cron: '0 5 8 * * *', lease_s: 300, work: remindActions },
  { name: 'remind-claim-deadlines', cron: '0 0 8 * * *', lease_s: 300, work: remindDeadlines },
];

/** Mail and webhooks leave every ten seconds; where to is a setting of the process. */
export const deliveryJob = (settings: DeliverySettings): Job => ({
  name: 'deliver-outbox',
  cron: '*/10 * * * * *',
  lease_s: 300,
  work: (ctx) => deliverOutbox(ctx, settings),
});

/** Takes back imports that a crash left half written; which kinds there are is for main to say. */
export const mendingJob = (kinds: readonly ImportKind[]): Job => ({
  name: 'mend-imports',
  cron: '25 */10 * * * *',
  lease_s: 1800,
  work: (ctx) => mendImports(ctx, kinds),
});
