// Deny by default: every route names its gate, and a response that passed none is replaced by 403 (http/app.ts).
import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import type { AppMiddleware, Gate } from './env.ts';

/** Every route of the product and its gate, for the test that walks them. */
export const declaredRoutes: { method: string; path: string; gate: Gate }[] = [];

/** Lets the request through when the actor may. */
export const pass =
  (gate: Gate): AppMiddleware =>
  async (c, next) => {
    c.set('gate', gate);
    if (gate !== 'public' && !c.var.signedIn) throw new Problem('unauthenticated', ['Sign in first', 'サインインしてください']);
    if (gate !== 'public' && gate !== 'signed-in') allow(c.var.ctx, gate);
    await next();
  };
