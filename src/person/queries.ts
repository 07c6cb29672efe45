import { staffOnly } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';

const userFields = ['id', 'email', 'name', 'role', 'partner_id', 'locale', 'locked_until_at', 'disabled_at', 'created_at', 'version'] as const;
const tokenFields = ['id', 'name', 'role', 'scopes', 'partner_id', 'owner_id', 'created_at', 'expires_at', 'last_used_at', 'revoked_at'] as const;

/** Newest first; sort by `created_at`, `email` or `name`. */
export const listUsers = (ctx: Ctx, request: PageRequest) =>
  listPage(ctx.db.selectFrom('users').select(userFields), request, { created_at: 'created_at', email: 'email', name: 'name' }, 'id');

export const listTokens = (ctx: Ctx, request: PageRequest) =>
  listPage(ctx.db.selectFrom('tokens').select(tokenFields), request, { created_at: 'created_at', name: 'name' }, 'id');

export const findUser = (ctx: Ctx, id: string) =>
  ctx.db
    .selectFrom('users')
    .select([...userFields, 'single_keys'])
    .where('id', '=', id)
    .executeTakeFirst();

export async function getUser(ctx: Ctx, id: string) {
  const user = await findUser(ctx, id);
  if (user === undefined) throw notFound(['User', 'ユーザー']);
  return user;
}

export interface HistoryFilter {
  readonly record_kind?: string | undefined;
  readonly record_id?: string | undefined;
  readonly actor_id?: string | undefined;
}

/** The history of one record or of all, newest first. For staff: a partner's rows cannot be told apart here. */
export function listHistory(ctx: Ctx, request: PageRequest, filter: HistoryFilter) {
  staffOnly(ctx);
  let query = ctx.db.selectFrom('history').selectAll();
  if (filter.record_kind !== undefined) query = query.where('record_kind', '=', filter.record_kind);
  if (filter.record_id !== undefined) query = query.where('record_id', '=', filter.record_id);
  if (filter.actor_id !== undefined) query = query.where('actor_id', '=', filter.actor_id);
  return listPage(query, request, { at: 'id' }, 'id');
}
