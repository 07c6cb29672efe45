// Sign-in, one's own account, and the administrator's users and tokens.
import { z } from 'zod';
import { permissions, type Role, roles } from '../core/permission.ts';
import { Problem } from '../core/problem.ts';
import type { Locale } from '../core/words.ts';
import { clearSessionCookie, sessionCookie, setSessionCookie } from '../web/cookie.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { addUser } from './addUser.ts';
import { changeSelf, changeUser } from './changeUser.ts';
import { AddToken, AddUser, ChangeSelf, SignIn } from './inputs.ts';
import { findUser, listHistory, listTokens, listUsers } from './queries.ts';
import { SESSION_MS, signIn, signOut } from './signIn.ts';
import { addToken, revokeToken } from './tokens.ts';
import { words } from './words.ts';

export const personPages = newPages();

page(personPages, '/sign-in', 'public', (c) => (c.var.signedIn ? c.redirect('/') : signInPage(c)));

action(personPages, '/sign-in', 'public', async (c) => {
  const input = await readForm(c, SignIn);
  try {
    setSessionCookie(c, await signIn(c.var.ctx, input), SESSION_MS);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    c.status(error.status);
    return signInPage(c, error.detail(c.var.locale), input);
  }
  return c.redirect(ownPath(input.next), 303);
});

action(personPages, '/sign-out', 'signed-in', async (c) => {
  await signOut(c.var.ctx, sessionCookie(c) ?? '');
  clearSessionCookie(c);
  return c.redirect('/sign-in', 303);
});

/** Only paths of this host: `//other.example` and `https:` are not. */
const ownPath = (next: string | undefined): string => (next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/');

function signInPage(c: AppContext, error?: string, input?: SignIn) {
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.sign_in },
    <div class="narrow">
      <h1>{w.sign_in}</h1>
      {error === undefined ? null : (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <Form action="/sign-in">
        <Field label={w.email} name="email" type="email" autocomplete="username" required value={input?.email ?? null} autofocus />
        <Field label={w.password} name="password" type="password" autocomplete="current-password" required />
        <input type="hidden" name="next" value={input?.next ?? ownPath(c.req.query('next'))} />
        <button type="submit" class="primary">
          {w.sign_in}
        </button>
      </Form>
    </div>,
  );
}

page(personPages, '/account', 'self:read', async (c) => {
  const w = words(c.var.locale);
  const user = await findUser(c.var.ctx, c.var.ctx.actor.id);
  const languages = [
    { value: 'ja', label: '日本語' },
    { value: 'en', label: 'English' },
  ];
  return show(
    c,
    { title: w.account },
    <>
      <PageHead title={w.account} sub={user === undefined ? null : `${user.name} · ${user.email} · ${roleName(user.role, c.var.locale)}`}>
        <form method="post" action="/sign-out">
          <button type="submit">{w.sign_out}</button>
        </form>
      </PageHead>
      <Form action="/account">
        <Select label={w.language} name="locale" value={user?.locale} options={languages} />
        <Select
          label={w.single_keys}
          name="single_keys"
          value={user?.single_keys}
          options={[
            { value: 'on', label: w.on },
            { value: 'off', label: w.off },
          ]}
        />
        <button type="submit" class="primary">
          {w.account}
        </button>
      </Form>
      <Section title={w.change_password}>
        <Form action="/account/password">
          <Field label={w.current_password} name="current" type="password" autocomplete="current-password" required />
          <Field label={w.new_password} name="next" type="password" autocomplete="new-password" hint={w.password_hint} required />
          <button type="submit">{w.change_password}</button>
        </Form>
      </Section>
    </>,
  );
});

action(personPages, '/account', 'self:write', async (c) => {
  const user = await changeSelf(c.var.ctx, await readForm(c, ChangeSelf));
  return seeOther(c, '/account', words(user.locale).saved);
});

action(personPages, '/account/password', 'self:write', async (c) => {
  const password = await readForm(c, z.object({ current: z.string(), next: z.string() }));
  await changeSelf(c.var.ctx, ChangeSelf.parse({ password }));
  return seeOther(c, '/account', words(c.var.locale).saved);
});

page(personPages, '/settings', 'person:admin', async (c) => {
  const w = words(c.var.locale);
  const users = await listUsers(c.var.ctx, readQuery(c, ListQuery));
  return show(
    c,
    { title: w.users, nav: '/settings' },
    <>
      <PageHead title={w.users}>
        <a href="/settings/tokens">{w.tokens}</a>
        <a href="/history">{w.history}</a>
      </PageHead>
      <Table
        c={c}
        caption={w.users}
        rows={users.items}
        columns={[
          { head: w.email, sort: 'email', cell: (user) => user.email },
          { head: w.name, sort: 'name', cell: (user) => user.name },
          { head: w.role, cell: (user) => roleName(user.role, c.var.locale) },
          { head: w.state, cell: (user) => (user.disabled_at !== null ? <Badge tone="bad">{w.disabled}</Badge> : <Badge tone="good">{w.active}</Badge>) },
          {
            head: '',
            cell: (user) =>
              user.id === c.var.ctx.actor.id ? null : (
                <form method="post" action={`/settings/users/${user.id}`}>
                  <button type="submit" name="disabled" value={user.disabled_at === null ? 'yes' : 'no'}>
                    {user.disabled_at === null ? w.disable : w.enable}
                  </button>
                </form>
              ),
          },
        ]}
      />
      <Pager c={c} next_cursor={users.next_cursor} />
      <Section title={w.add_user}>
        <Form action="/settings/users">
          <Field label={w.email} name="email" type="email" required />
          <Field label={w.name} name="name" required />
          <Select label={w.role} name="role" options={roleOptions(c.var.locale)} required />
          <Select label={w.partner} name="partner_id" options={await partnerOptions(c)} blank="—" />
          <Select
            label={w.language}
            name="locale"
            options={[
              { value: 'ja', label: '日本語' },
              { value: 'en', label: 'English' },
            ]}
          />
          <Field label={w.password} name="password" type="password" autocomplete="new-password" hint={w.password_hint} required />
          <button type="submit" class="primary">
            {w.add_user}
          </button>
        </Form>
      </Section>
    </>,
  );
});

action(personPages, '/settings/users', 'person:admin', async (c) => {
  await addUser(c.var.ctx, await readForm(c, AddUser));
  return seeOther(c, '/settings', words(c.var.locale).saved);
});

action(personPages, '/settings/users/:id', 'person:admin', async (c) => {
  const { disabled } = await readForm(c, z.object({ disabled: z.enum(['yes', 'no']) }));
  await changeUser(c.var.ctx, c.req.param('id') ?? '', { disabled: disabled === 'yes' });
  return seeOther(c, '/settings', words(c.var.locale).saved);
});

page(personPages, '/settings/tokens', 'person:admin', (c) => tokensPage(c));

action(personPages, '/settings/tokens', 'person:admin', async (c) => {
  const form = await readForm(
    c,
    z.object({ name: z.string(), role: z.string(), partner_id: z.string().optional(), scopes: z.union([z.string(), z.array(z.string())]).optional() }),
  );
  const scopes = form.scopes === undefined ? null : [form.scopes].flat();
  const { token } = await addToken(c.var.ctx, AddToken.parse({ ...form, scopes }));
  return tokensPage(c, token);
});

action(personPages, '/settings/tokens/:id/revocation', 'person:admin', async (c) => {
  await revokeToken(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/settings/tokens', words(c.var.locale).saved);
});

async function tokensPage(c: AppContext, fresh?: string) {
  const w = words(c.var.locale);
  const tokens = await listTokens(c.var.ctx, readQuery(c, ListQuery));
  return show(
    c,
    { title: w.tokens, nav: '/settings' },
    <>
      <PageHead title={w.tokens}>
        <a href="/settings">{w.users}</a>
      </PageHead>
      {fresh === undefined ? null : (
        <div class="message" role="status">
          <p>{w.token_once}</p>
          <code>{fresh}</code>
        </div>
      )}
      <Table
        c={c}
        caption={w.tokens}
        rows={tokens.items}
        columns={[
          { head: w.name, sort: 'name', cell: (token) => token.name },
          { head: w.role, cell: (token) => roleName(token.role, c.var.locale) },
          { head: w.last_used, cell: (token) => (token.last_used_at === null ? w.never : <Age c={c} at={token.last_used_at} />) },
          { head: w.expires, cell: (token) => (token.expires_at === null ? w.never : <Age c={c} at={token.expires_at} />) },
          {
            head: '',
            cell: (token) =>
              token.revoked_at !== null ? (
                <Badge tone="bad">{w.revoked}</Badge>
              ) : (
                <form method="post" action={`/settings/tokens/${token.id}/revocation`}>
                  <button type="submit">{w.revoke}</button>
                </form>
              ),
          },
        ]}
      />
      <Pager c={c} next_cursor={tokens.next_cursor} />
      <Section title={w.add_token}>
        <Form action="/settings/tokens">
          <Field label={w.name} name="name" required />
          <Select label={w.role} name="role" options={roleOptions(c.var.locale)} required />
          <Select label={w.partner} name="partner_id" options={await partnerOptions(c)} blank="—" />
          <details>
            <summary>scopes</summary>
            {permissions.map((name) => (
              <label class="check">
                <input type="checkbox" name="scopes" value={name} /> {name}
              </label>
            ))}
          </details>
          <button type="submit" class="primary">
            {w.add_token}
          </button>
        </Form>
      </Section>
    </>,
  );
}

page(personPages, '/history', 'history:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, ListQuery.extend({ record_kind: z.string().optional(), record_id: z.string().optional(), actor_id: z.string().optional() }));
  const deeds = await listHistory(c.var.ctx, query, query);
  return show(
    c,
    { title: w.history, kind: 'wide' },
    <>
      <PageHead title={w.history} />
      <Table
        c={c}
        caption={w.history}
        rows={deeds.items}
        columns={[
          { head: w.when, cell: (deed) => <Age c={c} at={deed.at} /> },
          { head: w.who, cell: (deed) => deed.actor_name },
          { head: w.what, cell: (deed) => <code>{deed.action}</code> },
          {
            head: w.record,
            cell: (deed) => (
              <a href={`/history?record_kind=${deed.record_kind}&record_id=${deed.record_id}`}>
                {deed.record_kind} {deed.record_id}
              </a>
            ),
          },
          {
            head: w.change,
            cell: (deed) => (
              <>
                <span>{deed.reason}</span> <code class="change">{deed.change}</code>
              </>
            ),
          },
        ]}
      />
      <Pager c={c} next_cursor={deeds.next_cursor} />
    </>,
  );
});

/** A role in the viewer's language. */
export function roleName(role: Role, locale: Locale): string {
  const w = words(locale);
  return role === 'partner' ? w.partner_role : w[role];
}

const roleOptions = (locale: Locale) => roles.map((role) => ({ value: role, label: roleName(role, locale) }));

const partnerOptions = async (c: AppContext) =>
  (await c.var.ctx.db.selectFrom('partners').select(['id', 'name']).orderBy('name').execute()).map(({ id, name }) => ({ value: id, label: name }));
