// Who the portal is for.
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { words } from './words.ts';

/** The context of a partner's person. Throws `forbidden` for staff, who have their own pages. */
export function partnerOf(c: AppContext): Ctx {
  if (c.var.ctx.actor.partner_id === null) throw new Problem('forbidden', [words('en').staff_only, words('ja').staff_only]);
  return c.var.ctx;
}
