// /users, /tokens, /me, /history.
import { createRoute, z } from '@hono/zod-openapi';
import { permissions, roles } from '../core/permission.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { locales } from '../core/words.ts';
import type { HistoryRow } from '../history/table.ts';
import { sessionCookie } from '../web/cookie.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { addUser, withPartner } from './addUser.ts';
import { changeSelf, changeUser } from './changeUser.ts';
import { AddToken, AddUser, ChangeSelf, ChangeUser } from './inputs.ts';
import { getUser, listHistory, listTokens, listUsers } from './queries.ts';
import type { TokenRow, UserRow } from './table.ts';
import { addToken, revokeToken } from './tokens.ts';

const User = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    partner_id: z.string().nullable(),
    locale: z.enum(locales),
    disabled_at: Instant.nullable(),
    created_at: Instant,
    version: z.int(),
  })
  .openapi('User');

const Token = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(roles),
    scopes: z.array(z.enum(permissions)).nullable(),
    partner_id: z.string().nullable(),
    owner_id: z.string().nullable(),
    created_at: Instant,
    expires_at: Instant.nullable(),
    last_used_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
  })
  .openapi('Token');

const Me = z
  .object({
    id: z.string(),
    kind: z.enum(['person', 'token', 'system']),
    name: z.string(),
    role: z.enum(roles),
    partner_id: z.string().nullable(),
    locale: z.enum(locales),
    scopes: z.array(z.enum(permissions)).nullable(),
  })
  .openapi('Me');

const Deed = z
  .object({
    id: z.string(),
    at: Instant,
    actor_kind: z.string(),
    actor_id: z.string(),
    actor_name: z.string(),
    action: z.string(),
    record_kind: z.string(),
    record_id: z.string(),
    reason: z.string().nullable(),
    change: z.unknown(),
  })
  .openapi('Deed');

export const personApi = newApi();

const tags = ['People and programs'];

personApi.openapi(
  createRoute({
    method: 'get',
    path: '/users',
    tags,
    summary: 'List users',
    ...gated('person:admin'),
    request: { query: ListQuery },
    responses: { 200: answers(pageOf(User)), ...problems },
  }),
  async (c) => {
    const page = await listUsers(c.var.ctx, c.req.valid('query'));
    return c.json({ ...page, items: page.items.map(userView) }, 200);
  },
);

personApi.openapi(
  createRoute({
    method: 'post',
    path: '/users',
    tags,
    summary: 'Add a user',
    ...gated('person:admin'),
    request: { body: body(AddUser) },
    responses: { 201: answers(User), ...problems },
  }),
  async (c) => {
    const user = await addUser(c.var.ctx, c.req.valid('json'));
    setETag(c, user.version);
    return c.json(userView(user), 201);
  },
);

personApi.openapi(
  createRoute({
    method: 'patch',
    path: '/users/{id}',
    tags,
    summary: 'Change a user',
    ...gated('person:admin'),
    request: { params: IdParam, body: body(ChangeUser) },
    responses: { 200: answers(User), ...problems },
  }),
  async (c) => {
    const user = await changeUser(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, user.version);
    return c.json(userView(user), 200);
  },
);

personApi.openapi(
  createRoute({
    method: 'get',
    path: '/tokens',
    tags,
    summary: 'List API tokens',
    ...gated('person:admin'),
    request: { query: ListQuery },
    responses: { 200: answers(pageOf(Token)), ...problems },
  }),
  async (c) => {
    const page = await listTokens(c.var.ctx, c.req.valid('query'));
    return c.json({ ...page, items: page.items.map(tokenView) }, 200);
  },
);

personApi.openapi(
  createRoute({
    method: 'post',
    path: '/tokens',
    tags,
    summary: 'Add an API token; its text is in the answer once',
    ...gated('person:admin'),
    request: { body: body(AddToken) },
    responses: { 201: answers(Token.extend({ token: z.string() })), ...problems },
  }),
  async (c) => {
    const { token, row } = await addToken(c.var.ctx, await withPartner(c.var.ctx, c.req.valid('json')));
    return c.json({ ...tokenView(row), token }, 201);
  },
);

personApi.openapi(
  createRoute({
    method: 'post',
    path: '/tokens/{id}/revocation',
    tags,
    summary: 'Revoke an API token',
    ...gated('person:admin'),
    request: { params: IdParam },
    responses: { 204: { description: 'Revoked' }, ...problems },
  }),
  async (c) => {
    await revokeToken(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  },
);

personApi.openapi(
  createRoute({ method: 'get', path: '/me', tags, summary: 'Who the caller is', ...gated('signed-in'), responses: { 200: answers(Me), ...problems } }),
  (c) => {
    const { id, kind, name, role, partner_id, locale, scopes } = c.var.ctx.actor;
    return c.json({ id, kind, name, role, partner_id, locale, scopes: scopes === null ? null : [...scopes] }, 200);
  },
);

personApi.openapi(
  createRoute({
    method: 'patch',
    path: '/me',
    tags,
    summary: 'Change one’s own settings',
    ...gated('self:write'),
    request: { body: body(ChangeSelf) },
    responses: { 200: answers(User), ...problems },
  }),
  async (c) => {
    return c.json(userView(await changeSelf(c.var.ctx, c.req.valid('json'), sessionCookie(c), expectedVersion(c))), 200);
  },
);

personApi.openapi(
  createRoute({
    method: 'get',
    path: '/users/{id}',
    tags,
    summary: 'One user',
    ...gated('person:admin'),
    request: { params: IdParam },
    responses: { 200: answers(User), ...problems },
  }),
  async (c) => {
    const user = await getUser(c.var.ctx, c.req.valid('param').id);
    setETag(c, user.version);
    return c.json(userView(user), 200);
  },
);

const HistoryQuery = ListQuery.extend({ record_kind: z.string().optional(), record_id: z.string().optional(), actor_id: z.string().optional() });

personApi.openapi(
  createRoute({
    method: 'get',
    path: '/history',
    tags,
    summary: 'Who did what to which record when',
    ...gated('history:read'),
    request: { query: HistoryQuery },
    responses: { 200: answers(pageOf(Deed)), ...problems },
  }),
  async (c) => {
    const { record_kind, record_id, actor_id, ...request } = c.req.valid('query');
    const page = await listHistory(c.var.ctx, request, { record_kind, record_id, actor_id });
    return c.json({ ...page, items: page.items.map(deedView) }, 200);
  },
);

const userView = (user: Pick<UserRow, 'id' | 'email' | 'name' | 'role' | 'partner_id' | 'locale' | 'disabled_at' | 'created_at' | 'version'>) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  partner_id: user.partner_id,
  locale: user.locale,
  disabled_at: rfc3339OrNull(user.disabled_at),
  created_at: rfc3339(user.created_at),
  version: user.version,
});

const tokenView = (token: Omit<TokenRow, 'secret_hash' | 'version'>) => ({
  id: token.id,
  name: token.name,
  role: token.role,
  scopes: token.scopes === null ? null : JSON.parse(token.scopes),
  partner_id: token.partner_id,
  owner_id: token.owner_id,
  created_at: rfc3339(token.created_at),
  expires_at: rfc3339OrNull(token.expires_at),
  last_used_at: rfc3339OrNull(token.last_used_at),
  revoked_at: rfc3339OrNull(token.revoked_at),
});

const deedView = (deed: HistoryRow) => ({ ...deed, at: rfc3339(deed.at), change: deed.change === null ? null : JSON.parse(deed.change) });
