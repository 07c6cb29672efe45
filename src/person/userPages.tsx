// The administrator's users.
import { z } from 'zod';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { addUser } from './addUser.ts';
import { changeUser } from './changeUser.ts';
import { AddUser } from './inputs.ts';
import { listUsers } from './queries.ts';
import { partnerOptions, roleName, roleOptions } from './roleName.ts';
import { words } from './words.ts';

export const userPages = newPages();

page(userPages, '/settings', 'person:admin', async (c) => {
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

action(userPages, '/settings/users', 'person:admin', async (c) => {
  await addUser(c.var.ctx, await readForm(c, AddUser));
  return seeOther(c, '/settings', words(c.var.locale).saved);
});

action(userPages, '/settings/users/:id', 'person:admin', async (c) => {
  const { disabled } = await readForm(c, z.object({ disabled: z.enum(['yes', 'no']) }));
  await changeUser(c.var.ctx, c.req.param('id') ?? '', { disabled: disabled === 'yes' });
  return seeOther(c, '/settings', words(c.var.locale).saved);
});
