// Promises a hold took back, and the move of each to a unit that is not held: reached by the hold, or by the investigation that placed it.
import { createRoute, z } from '@hono/zod-openapi';
import { staffOnly } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import { answers, body, gated, IdParam, newApi, pageOf, problems } from '../web/route.ts';
import { listDisplaced, moveToSubstitute, type TakenBackBy } from './displaced.ts';

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

function addRoutes(base: '/investigations' | '/stock/holds', tag: string, permission: Permission, by: (id: string) => TakenBackBy): void {
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
      return c.json({ items: await listDisplaced(c.var.ctx, by(c.req.valid('param').id)), next_cursor: null }, 200);
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
      return c.json(await moveToSubstitute(c.var.ctx, by(id), reservation_id, c.req.valid('json').unit_id), 201);
    },
  );
}

addRoutes('/investigations', 'Investigations', 'investigation:read', (investigation_id) => ({ investigation_id }));
addRoutes('/stock/holds', 'Stock', 'stock:read', (hold_id) => ({ hold_id }));
