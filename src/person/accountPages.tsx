// One's own account: language, keys, password.
import { z } from 'zod';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Select } from '../web/parts.tsx';
import { changeSelf } from './changeUser.ts';
import { ChangeSelf } from './inputs.ts';
import { findUser } from './queries.ts';
import { roleName } from './roleName.ts';
import { words } from './words.ts';

export const accountPages = newPages();

page(accountPages, '/account', 'self:read', async (c) => {
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

action(accountPages, '/account', 'self:write', async (c) => {
  const user = await changeSelf(c.var.ctx, await readForm(c, ChangeSelf));
  return seeOther(c, '/account', words(user.locale).saved);
});

action(accountPages, '/account/password', 'self:write', async (c) => {
  const password = await readForm(c, z.object({ current: z.string(), next: z.string() }));
  await changeSelf(c.var.ctx, ChangeSelf.parse({ password }));
  return seeOther(c, '/account', words(c.var.locale).saved);
});
