// /inbound-mails: where a mail server, or a program that reads a mailbox, hands over mail as it came.
import { createRoute, z } from '@hono/zod-openapi';
import { Problem } from '../core/problem.ts';
import { answers, gated, newApi, problems } from '../web/route.ts';
import { receiveMail } from './inboundMail.ts';
import { CaseJson, caseJson } from './json.ts';

/** A mail with attachments; the frame of the product allows more. */
const LARGEST_MAIL_BYTES = 25 * 1024 * 1024;

const handOver = createRoute({
  method: 'post',
  path: '/inbound-mails',
  tags: ['Cases'],
  summary: 'Hand over a mail as it came (RFC 5322); the same Message-ID twice is one message',
  ...gated('case:write'),
  request: { body: { required: true, content: { 'message/rfc822': { schema: z.string().openapi({ format: 'binary' }) } } } },
  responses: {
    201: answers(
      z.object({
        /** `kept`: written by a program and answering no case; see /automatic-mails. */
        outcome: z.enum(['opened', 'added', 'repeated', 'kept']),
        case: CaseJson.nullable(),
        automatic_mail_id: z.string().nullable(),
      }),
    ),
    ...problems,
  },
});

/** Attachments go under `dataDir` (DATA_DIR). */
export function inboundMailApi(dataDir: string) {
  const api = newApi();
  api.openapi(handOver, async (c) => {
    if (!c.req.header('Content-Type')?.startsWith('message/rfc822'))
      throw new Problem('unsupported', ['Send message/rfc822', 'message/rfc822 で送信してください']);
    const raw = new Uint8Array(await c.req.arrayBuffer());
    if (raw.length > LARGEST_MAIL_BYTES) throw new Problem('too_large', ['The mail is larger than 25 MiB', 'メールが25 MiBを超えています']);
    const { row, kept, outcome } = await receiveMail(c.var.ctx, dataDir, raw);
    return c.json({ outcome, case: row === null ? null : caseJson(row, c.var.ctx.actor), automatic_mail_id: kept?.id ?? null }, 201);
  });
  return api;
}
