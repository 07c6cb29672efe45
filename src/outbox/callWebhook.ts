// One signed call of a webhook. Redirects are not followed: only the address that was added is called.
import { createHmac } from 'node:crypto';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { type PrivateReach, reachableLookup, refuseLiteral } from './reach.ts';
import type { OutboxRow } from './table.ts';

const TIMEOUT_MS = 10_000;

/** `t=<epoch seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`: the receiver checks both the sender and the age. */
export const signature = (secret: string, at: number, body: string): string => {
  const t = Math.floor(at / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
};

/** The status of the answer. Rejects with OutOfReach for a target that may not be called, with what went wrong otherwise. */
export function callWebhook(webhook: { url: string; secret: string }, row: OutboxRow, now: number, reach: PrivateReach): Promise<number> {
  refuseLiteral(webhook.url, reach);
  const request = webhook.url.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const call = request(
      webhook.url,
      {
        method: 'POST',
        agent: false,
        lookup: reachableLookup(reach),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(row.payload),
          'User-Agent': 'Kizashi',
          'Kizashi-Event': row.topic,
          'Kizashi-Delivery': row.id,
          'Kizashi-Signature': signature(webhook.secret, now, row.payload),
        },
      },
      (response) => {
        // The status is all that is wanted; whatever else the receiver says is not read.
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on('error', reject);
    call.end(row.payload);
  });
}
