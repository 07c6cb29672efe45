// Idempotency-Key on any unsafe JSON route: claim, change and stored answer are one transaction, so a key racing itself is answered once.
import { sha256 } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { transaction } from '../db/ctx.ts';
import { type Answer, claimKey, storeAnswer } from '../idempotency/once.ts';
import type { AppContext, AppMiddleware } from './env.ts';

const LONGEST_KEY = 200;
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Leaves the transaction without a trace: a refused request writes nothing, not even its key. */
class Refused extends Error {}

export const idempotent: AppMiddleware = async (c, next) => {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined || !UNSAFE.has(c.req.method) || !c.var.signedIn) return next();
  if (key === '' || key.length > LONGEST_KEY) throw invalid('Idempotency-Key', ['1 to 200 characters', '1〜200文字で指定してください']);
  const fingerprint = sha256(`${c.req.method} ${c.req.path}\n${sha256(new Uint8Array(await c.req.arrayBuffer()))}`);
  const outer = c.var.ctx;
  try {
    const before = await transaction(outer, async (ctx) => {
      const answered = await claimKey(ctx, key, fingerprint);
      if (answered !== null) return answered;
      c.set('ctx', ctx);
      await next();
      if (c.error !== undefined || c.res.status >= 400) throw new Refused();
      await storeAnswer(ctx, key, await answerOf(c.res));
      return null;
    });
    if (before !== null) return replay(c, before);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  } finally {
    c.set('ctx', outer);
  }
};

const answerOf = async (given: Response): Promise<Answer> => ({
  status: given.status,
  content_type: given.headers.get('Content-Type'),
  etag: given.headers.get('ETag'),
  location: given.headers.get('Location'),
  body: await given.clone().text(),
});

function replay(c: AppContext, answer: Answer): Response {
  c.set('gate', 'signed-in');
  c.header('Idempotent-Replayed', 'true');
  if (answer.content_type !== null) c.header('Content-Type', answer.content_type);
  if (answer.etag !== null) c.header('ETag', answer.etag);
  if (answer.location !== null) c.header('Location', answer.location);
  // Only answers below 400 are stored, and each came from a route of ours.
  return c.newResponse(answer.body === '' ? null : answer.body, answer.status as 200);
}
