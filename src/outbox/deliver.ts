// Sends what waits in the outbox: mail over SMTP, webhooks signed over HTTP. What fails is tried again later and later, then given up and kept.
import { createTransport } from 'nodemailer';
import type { Ctx } from '../db/ctx.ts';
import { callWebhook } from './callWebhook.ts';
import { OutOfReach, type PrivateReach } from './reach.ts';
import type { OutboxRow } from './table.ts';
import type { MailedFile } from './tell.ts';

export interface DeliverySettings {
  readonly smtp_url?: string | undefined;
  readonly mail_from?: string | undefined;
  readonly public_url?: string | undefined;
  readonly webhook_private?: PrivateReach | undefined;
  /** The bytes of a file under DATA_DIR by their hash, null when they are gone. Without it mail with files fails. */
  readonly file_bytes?: ((sha256: string) => Promise<Uint8Array | null>) | undefined;
}

/** Waits between attempts; after the last the row has failed until somebody replays it. About two days in all. */
export const BACKOFF_MS = [60, 300, 1800, 7200, 21_600, 43_200, 86_400].map((seconds) => seconds * 1000);
const BATCH = 200;
const AT_ONCE = 8;
const LONGEST_ROUND_MS = 10_000;
const TIMEOUT_MS = 10_000;
const LONGEST_ERROR = 500;

/** Why mail waits where nobody has said how it leaves. */
export const NO_MAIL_SERVER = 'SMTP_URL and MAIL_FROM are not set';

export interface Delivered {
  sent: number;
  retried: number;
  failed: number;
  waiting: number;
}

interface MailedAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

type Outcome = { readonly result: 'sent' } | { readonly result: 'retry' | 'fail' | 'wait'; readonly error: string };

/** One round over what is due: mail and every webhook for itself, so that a receiver that hangs keeps nobody else waiting. Mail without SMTP settings stays and says so. */
export async function deliverOutbox(ctx: Ctx, settings: DeliverySettings): Promise<Delivered> {
  const delivered: Delivered = { sent: 0, retried: 0, failed: 0, waiting: 0 };
  const webhooks = await ctx.db.selectFrom('outbox').select('target').distinct().where('kind', '=', 'webhook').where('due_at', '<=', ctx.now).execute();
  await Promise.all([deliverMail(ctx, settings, delivered), ...webhooks.map(({ target }) => callDue(ctx, target, settings, delivered))]);
  return delivered;
}

async function deliverMail(ctx: Ctx, settings: DeliverySettings, delivered: Delivered): Promise<void> {
  const due = await listDue(ctx).where('kind', '=', 'mail').execute();
  if (due.length === 0) return;
  const mail = mailer(settings);
  try {
    for (let i = 0; i < due.length; i += AT_ONCE)
      await Promise.all(due.slice(i, i + AT_ONCE).map(async (row) => settle(ctx, row, await mail.send(row), delivered)));
  } finally {
    mail.close();
  }
}

/** What one webhook is due. A receiver that is down or slow gets the rest in the next round, not everybody else later. */
async function callDue(ctx: Ctx, webhook_id: string, settings: DeliverySettings, delivered: Delivered): Promise<void> {
  const due = await listDue(ctx).where('kind', '=', 'webhook').where('target', '=', webhook_id).execute();
  const enough = AbortSignal.timeout(LONGEST_ROUND_MS);
  for (let i = 0; i < due.length && !enough.aborted; i += AT_ONCE) {
    const called = due.slice(i, i + AT_ONCE).map(async (row) => {
      const outcome = await sendWebhook(ctx, row, settings.webhook_private ?? 'refuse');
      await settle(ctx, row, outcome, delivered);
      return outcome.result;
    });
    if ((await Promise.all(called)).includes('retry')) return;
  }
}

const listDue = (ctx: Ctx) => ctx.db.selectFrom('outbox').selectAll().where('due_at', '<=', ctx.now).orderBy('due_at').orderBy('id').limit(BATCH);

/** When the next attempt is due, or null when there is none. `attempts` includes the one that failed. */
export const nextAttempt = (now: number, attempts: number): number | null => {
  const wait = BACKOFF_MS[attempts - 1];
  return wait === undefined ? null : now + wait;
};

async function settle(ctx: Ctx, row: OutboxRow, outcome: Outcome, delivered: Delivered): Promise<void> {
  if (outcome.result === 'sent') {
    delivered.sent += 1;
    await ctx.db
      .updateTable('outbox')
      .set({ sent_at: ctx.now, due_at: null, attempts: row.attempts + 1, last_error: null, failed_at: null })
      .where('id', '=', row.id)
      .execute();
    return;
  }
  const last_error = outcome.error.slice(0, LONGEST_ERROR);
  if (outcome.result === 'wait') {
    delivered.waiting += 1;
    if (row.last_error !== last_error) await ctx.db.updateTable('outbox').set({ last_error }).where('id', '=', row.id).execute();
    return;
  }
  const attempts = row.attempts + 1;
  const due_at = outcome.result === 'fail' ? null : nextAttempt(ctx.now, attempts);
  if (due_at === null) delivered.failed += 1;
  else delivered.retried += 1;
  await ctx.db
    .updateTable('outbox')
    .set({ attempts, due_at, failed_at: due_at === null ? ctx.now : null, last_error })
    .where('id', '=', row.id)
    .execute();
}

function mailer({ smtp_url, mail_from, public_url, file_bytes }: DeliverySettings): { send(row: OutboxRow): Promise<Outcome>; close(): void } {
  if (smtp_url === undefined || mail_from === undefined) {
    return { send: async () => ({ result: 'wait', error: NO_MAIL_SERVER }), close: () => undefined };
  }
  const transport = createTransport({ url: smtp_url, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS });
  const host = /@([^>\s]+)/.exec(mail_from)?.[1] ?? 'kizashi';
  return {
    close: () => transport.close(),
    send: async (row) => {
      const { subject, text, files = [] }: { subject: string; text: string; files?: readonly MailedFile[] } = JSON.parse(row.payload);
      const attachments: MailedAttachment[] = [];
      for (const { name, media_type, sha256 } of files) {
        const bytes = (await file_bytes?.(sha256)) ?? null;
        // The customer was told of the file: a mail without it is worse than one that waits for a person.
        if (bytes === null) return { result: 'fail', error: `The file ${name} is gone` };
        attachments.push({ filename: name, contentType: media_type, content: Buffer.from(bytes) });
      }
      try {
        // The same row has the same Message-ID: a mail sent twice by a crash is one to the receiver.
        await transport.sendMail({
          from: mail_from,
          to: row.target,
          subject,
          text: text.replaceAll('{{public_url}}', public_url ?? ''),
          messageId: `<${row.id}@${host}>`,
          attachments,
        });
        return { result: 'sent' };
      } catch (error) {
        return { result: refusedForGood(error) ? 'fail' : 'retry', error: String(error instanceof Error ? error.message : error) };
      }
    },
  };
}

/** 5yz of the receiving server: trying again will not help (RFC 5321 §4.2.1). */
const refusedForGood = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'responseCode' in error &&
  typeof error.responseCode === 'number' &&
  error.responseCode >= 500 &&
  error.responseCode < 600;

async function sendWebhook(ctx: Ctx, row: OutboxRow, reach: PrivateReach): Promise<Outcome> {
  const webhook = await ctx.db.selectFrom('webhooks').selectAll().where('id', '=', row.target).executeTakeFirst();
  if (webhook === undefined || webhook.disabled_at !== null) return { result: 'fail', error: 'The webhook is disabled' };
  try {
    const status = await callWebhook(webhook, row, ctx.now, reach);
    if (status >= 200 && status < 300) return { result: 'sent' };
    // 410 says: never again. Everything else may be mended.
    return { result: status === 410 ? 'fail' : 'retry', error: `HTTP ${status}` };
  } catch (error) {
    return { result: error instanceof OutOfReach ? 'fail' : 'retry', error: reasonOf(error) };
  }
}

/** Several refused addresses come as one error without words of its own. */
const reasonOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : error instanceof Error ? error.message || error.name : String(error);
