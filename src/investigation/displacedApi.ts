// Promises a hold took back, and the move of each to a unit that is not held: reached by the hold, or by the investigation that placed it.
import { createRoute, z } from '@hono/zod-openapi';
import { staffOnly } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import type { Ctx } from '../db/ctx.ts';
import { getHold } from '../stock/hold.ts';
import { answers, body, gated, IdParam, newApi, pageOf, problems } from '../web/route.ts';
import { listDisplaced, moveToSubstitute, type TakenBackBy } from './displaced.ts';
import { idOf } from './load.ts';

export const displacedApi = newApi();

const Nullable = z.string().nullable();
const Displaced = z
  .object({
    reservation_id: z.string(),
    model_code: z.string(),
    serial: Nullable,
    quantity: z.int(),
    cause_kind: z.string(),
    cause_id: Nullable,
    return_id: Nullable,
    return_number: Nullable,
    moved_to: Nullable,
  })
  .openapi('DisplacedReservation');

const ReservationParam = IdParam.extend({ reservation_id: z.string().openapi({ param: { name: 'reservation_id', in: 'path' } }) });

function addRoutes(base: '/investigations' | '/stock/holds', tag: string, permission: Permission, by: (ctx: Ctx, id: string) => Promise<TakenBackBy>): void {
  const path = `${base}/{id}/displaced-reservations` as const;
  const tags = [tag];
  displacedApi.openapi(
    createRoute({
      method: 'get',
      path,
      tags,
      summary: 'Promises that holds took back',
      ...gated(permission),
      request: { params: IdParam },
      responses: { 200: answers(pageOf(Displaced)), ...problems },
    }),
    async (c) => {
      staffOnly(c.var.ctx);
      return c.json({ items: await listDisplaced(c.var.ctx, await by(c.var.ctx, c.req.valid('param').id)), next_cursor: null }, 200);
    },
  );
  displacedApi.openapi(
    createRoute({
      method: 'post',
      path: `${path}/{reservation_id}/substitution`,
      tags,
      summary: 'Move a promise to a unit that is not held',
      ...gated('stock:write'),
      request: { params: ReservationParam, body: body(z.strictObject({ unit_id: z.string().min(1).max(64).optional() })) },
      responses: { 201: answers(z.object({ unit_id: Nullable, model_id: z.string() })), ...problems },
    }),
    async (c) => {
      const { id, reservation_id } = c.req.valid('param');
      return c.json(await moveToSubstitute(c.var.ctx, await by(c.var.ctx, id), reservation_id, c.req.valid('json').unit_id), 201);
    },
  );
}

addRoutes('/investigations', 'Investigations', 'investigation:read', async (ctx, id) => ({ investigation_id: await idOf(ctx, id) }));
addRoutes('/stock/holds', 'Stock', 'stock:read', async (ctx, id) => ({ hold_id: (await getHold(ctx, id)).id }));
