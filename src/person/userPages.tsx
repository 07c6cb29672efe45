// The administrator's users.
import { z } from 'zod';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { words as webWords } from '../web/words.ts';
import { addUser } from './addUser.ts';
import { changeUser } from './changeUser.ts';
import { AddUser, ChangeUser, Password } from './inputs.ts';
import { getUser, listUsers } from './queries.ts';
import { languageOptions, partnerOptions, roleName, roleOptions } from './roleName.ts';
import { words } from './words.ts';

export const userPages = newPages();

page(userPages, '/settings', 'person:admin', async (c) => {
  const w = words(c.var.locale);
  const users = await listUsers(c.var.ctx, readQuery(c, ListQuery));
  const partners = await partnerOptions(c);
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
          { head: w.email, sort: 'email', cell: (user) => <a href={`/settings/users/${user.id}`}>{user.email}</a> },
          { head: w.name, sort: 'name', cell: (user) => user.name },
          { head: w.role, cell: (user) => roleName(user.role, c.var.locale) },
          { head: w.partner, cell: (user) => partners.find(({ value }) => value === user.partner_id)?.label ?? '—' },
          { head: w.state, cell: (user) => (user.disabled_at !== null ? <Badge tone="bad">{w.disabled}</Badge> : <Badge tone="good">{w.active}</Badge>) },
        ]}
      />
      <Pager c={c} next_cursor={users.next_cursor} />
      <Section title={w.add_user}>
        <Form action="/settings/users">
          <Field label={w.email} name="email" type="email" required />
          <Field label={w.name} name="name" required />
          <Select label={w.role} name="role" options={roleOptions(c.var.locale)} required />
          <Select label={w.partner} name="partner_id" options={partners} blank="—" />
          <Select label={w.language} name="locale" options={languageOptions} />
          <Field label={w.password} name="password" type="password" autocomplete="new-password" hint={w.password_hint} required />
          <button type="submit" class="primary">
            {w.add_user}
          </button>
        </Form>
      </Section>
    </>,
  );
});

action(userPages, '/settings/users', 'person:admin', async (c) => {
  await addUser(c.var.ctx, await readForm(c, AddUser));
  return seeOther(c, '/settings', words(c.var.locale).saved);
});

page(userPages, '/settings/users/:id', 'person:admin', async (c) => {
  const w = words(c.var.locale);
  const user = await getUser(c.var.ctx, idOf(c));
  const own = user.id === c.var.ctx.actor.id;
  return show(
    c,
    { title: user.name, nav: '/settings' },
    <>
      <PageHead title={user.name} stored sub={user.email}>
        <a href={`/history?record_kind=user&record_id=${user.id}`}>{w.history}</a>
        <a href={`/history?actor_id=${user.id}`}>{w.deeds}</a>
      </PageHead>
      <Form action={`/settings/users/${user.id}`} label={w.users}>
        <Version of={user} />
        <Field label={w.name} name="name" value={user.name} required />
        <Select label={w.role} name="role" value={user.role} options={roleOptions(c.var.locale)} required />
        <Select label={w.partner} name="partner_id" value={user.partner_id} options={await partnerOptions(c)} blank="—" />
        <Select label={w.language} name="locale" value={user.locale} options={languageOptions} />
        <button type="submit" class="primary">
          {webWords(c.var.locale).save}
        </button>
      </Form>
      <Section title={w.access}>
        <p class="note">{user.disabled_at === null ? w.access_note : w.disabled_note}</p>
        {own ? null : (
          <form method="post" action={`/settings/users/${user.id}/access`}>
            <button type="submit" name="disabled" value={user.disabled_at === null ? 'yes' : 'no'} class={user.disabled_at === null ? 'danger' : 'primary'}>
              {user.disabled_at === null ? w.disable : w.enable}
            </button>
          </form>
        )}
      </Section>
      {own ? null : (
        <Section title={w.new_password}>
          <Form action={`/settings/users/${user.id}/password`} label={w.new_password}>
            <Field label={w.new_password} name="password" type="password" autocomplete="new-password" hint={w.password_hint} required />
            <button type="submit">{w.set_password}</button>
          </Form>
        </Section>
      )}
    </>,
  );
});

const idOf = (c: AppContext): string => c.req.param('id') ?? '';

/** A form has no way to send null: an empty partner means none. */
const UserForm = ChangeUser.omit({ disabled: true, password: true, partner_id: true }).extend({ partner_id: z.string().nullable().default(null) });

action(userPages, '/settings/users/:id', 'person:admin', async (c) => {
  const edit = await userEdit(c);
  return savingEdit(c, edit, async (version) => {
    await changeUser(c.var.ctx, idOf(c), await readForm(c, UserForm), version);
    return seeOther(c, edit.path, words(c.var.locale).saved);
  });
});

async function userEdit(c: AppContext): Promise<Edit> {
  const w = words(c.var.locale);
  return {
    title: w.users,
    nav: '/settings',
    path: `/settings/users/${idOf(c)}`,
    fields: [
      ['name', w.name],
      ['role', w.role, roleOptions(c.var.locale)],
      ['partner_id', w.partner, await partnerOptions(c)],
      ['locale', w.language, languageOptions],
    ],
    stored: () => getUser(c.var.ctx, idOf(c)),
  };
}

action(userPages, '/settings/users/:id/access', 'person:admin', async (c) => {
  const { disabled } = await readForm(c, z.object({ disabled: z.enum(['yes', 'no']) }));
  await changeUser(c.var.ctx, idOf(c), { disabled: disabled === 'yes' });
  return seeOther(c, `/settings/users/${idOf(c)}`, words(c.var.locale).saved);
});

action(userPages, '/settings/users/:id/password', 'person:admin', async (c) => {
  await changeUser(c.var.ctx, idOf(c), await readForm(c, z.strictObject({ password: Password })));
  return seeOther(c, `/settings/users/${idOf(c)}`, words(c.var.locale).password_changed);
});
