// One's own account: language, keys, password.
import { keepLocale, sessionCookie } from '../web/cookie.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, Section, Select } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { words as webWords } from '../web/words.ts';
import { changeSelf } from './changeUser.ts';
import { ChangeSelf, NewPassword } from './inputs.ts';
import { findUser, getUser } from './queries.ts';
import { languageOptions, roleName } from './roleName.ts';
import { words } from './words.ts';

export const accountPages = newPages();

page(accountPages, '/account', 'self:read', async (c) => {
  const w = words(c.var.locale);
  const user = await findUser(c.var.ctx, c.var.ctx.actor.id);
  return show(
    c,
    { title: w.account },
    <>
      <PageHead title={w.account} sub={user === undefined ? null : `${user.name} · ${user.email} · ${roleName(user.role, c.var.locale)}`}>
        <form method="post" action="/sign-out">
          <button type="submit">{w.sign_out}</button>
        </form>
      </PageHead>
      {user === undefined ? null : (
        <Form action="/account" label={w.account}>
          <Version of={user} />
          <Select label={w.language} name="locale" value={user.locale} options={languageOptions} />
          <Select label={w.single_keys} name="single_keys" value={user.single_keys} options={keyOptions(c)} />
          <button type="submit" class="primary">
            {webWords(c.var.locale).save}
          </button>
        </Form>
      )}
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

const keyOptions = (c: AppContext) => {
  const w = words(c.var.locale);
  return [
    { value: 'on', label: w.on },
    { value: 'off', label: w.off },
  ];
};

action(accountPages, '/account', 'self:write', (c) =>
  savingEdit(c, accountEdit(c), async (version) => {
    const user = await changeSelf(c.var.ctx, await readForm(c, ChangeSelf.omit({ password: true })), sessionCookie(c), version);
    keepLocale(c, user.locale);
    return seeOther(c, '/account', words(user.locale).saved);
  }),
);

const accountEdit = (c: AppContext): Edit => {
  const w = words(c.var.locale);
  return {
    title: w.account,
    nav: '',
    path: '/account',
    fields: [
      ['locale', w.language, languageOptions],
      ['single_keys', w.single_keys, keyOptions(c)],
    ],
    stored: () => getUser(c.var.ctx, c.var.ctx.actor.id),
  };
};

action(accountPages, '/account/password', 'self:write', async (c) => {
  await changeSelf(c.var.ctx, { password: await readForm(c, NewPassword) }, sessionCookie(c));
  return seeOther(c, '/account', words(c.var.locale).password_changed);
});
