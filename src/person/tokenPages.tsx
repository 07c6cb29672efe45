// The administrator's API tokens.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { permissions } from '../core/permission.ts';
import { addDays, startOfDay } from '../core/time.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Form, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { withPartner } from './addUser.ts';
import { AddToken } from './inputs.ts';
import { listTokens } from './queries.ts';
import { partnerOptions, roleName, roleOptions } from './roleName.ts';
import { addToken, revokeToken } from './tokens.ts';
import { words } from './words.ts';

export const tokenPages = newPages();

page(tokenPages, '/settings/tokens', 'person:admin', (c) => tokensPage(c));

/** As the API takes it; one box ticked comes as a text, several as a list, and a token is good through its last day. */
const TokenForm = AddToken.omit({ expires_at: true }).extend({
  scopes: z.preprocess((ticked) => (ticked === undefined ? null : [ticked].flat()), AddToken.shape.scopes),
  expires_on: CalendarDay.optional(),
});

action(tokenPages, '/settings/tokens', 'person:admin', async (c) => {
  const { expires_on, ...input } = await readForm(c, TokenForm);
  const expires_at = expires_on === undefined ? null : startOfDay(addDays(expires_on, 1), c.var.ctx.zone);
  const { token } = await addToken(c.var.ctx, await withPartner(c.var.ctx, { ...input, expires_at }));
  return tokensPage(c, token);
});

action(tokenPages, '/settings/tokens/:id/revocation', 'person:admin', async (c) => {
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
      <AddTokenForm c={c} partners={await partnerOptions(c)} />
    </>,
  );
}

function AddTokenForm({ c, partners }: { c: AppContext; partners: Awaited<ReturnType<typeof partnerOptions>> }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.add_token}>
      <Form action="/settings/tokens">
        <Field label={w.name} name="name" required />
        <Select label={w.role} name="role" options={roleOptions(c.var.locale)} required />
        <Select label={w.partner} name="partner_id" options={partners} blank="—" />
        <Field label={w.last_day} name="expires_on" type="date" />
        <details>
          <summary>{w.narrow}</summary>
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
  );
}
