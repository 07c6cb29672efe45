// The three shapes the desk's JSON routes have: a list, one record, the creation of a record under another.
import { createRoute, type z } from '@hono/zod-openapi';
import type { Gate } from './env.ts';
import { answers, body, gated, IdParam, problems } from './route.ts';

interface Said<P extends string> {
  readonly path: P;
  readonly gate: Gate;
  readonly tag: string;
  readonly summary: string;
}

/** GET of a list or of something without an id. */
export const getting = <P extends string, Q extends z.ZodObject, O extends z.ZodType>({ path, gate, tag, summary }: Said<P>, query: Q, answer: O) =>
  createRoute({ method: 'get', path, tags: [tag], summary, ...gated(gate), request: { query }, responses: { 200: answers(answer), ...problems } });

/** GET of one record, `/things/{id}`. */
export const gettingOne = <P extends string, O extends z.ZodType>({ path, gate, tag, summary }: Said<P>, answer: O) =>
  createRoute({ method: 'get', path, tags: [tag], summary, ...gated(gate), request: { params: IdParam }, responses: { 200: answers(answer), ...problems } });

/** POST that makes a record. */
export const posting = <P extends string, I extends z.ZodType, O extends z.ZodType>({ path, gate, tag, summary }: Said<P>, input: I, answer: O) =>
  createRoute({ method: 'post', path, tags: [tag], summary, ...gated(gate), request: { body: body(input) }, responses: { 201: answers(answer), ...problems } });

/** POST under a record: `/things/{id}/noun`. */
export const postingTo = <P extends string, I extends z.ZodType, O extends z.ZodType>({ path, gate, tag, summary }: Said<P>, input: I, answer: O) =>
  createRoute({
    method: 'post',
    path,
    tags: [tag],
    summary,
    ...gated(gate),
    request: { params: IdParam, body: body(input) },
    responses: { 201: answers(answer), ...problems },
  });

/** POST under a record that needs nothing more said. */
export const postingBare = <P extends string, O extends z.ZodType>({ path, gate, tag, summary }: Said<P>, answer: O) =>
  createRoute({ method: 'post', path, tags: [tag], summary, ...gated(gate), request: { params: IdParam }, responses: { 201: answers(answer), ...problems } });
