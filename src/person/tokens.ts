// API tokens: `kz_<id>_<secret>`, shown once; only the hash of the secret is stored (it has 256 random bits, so SHA-256 is enough).
import { allow } from '../core/actor.ts';
import { newId, newSecret, sha256 } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { refuseWrongPartner } from './addUser.ts';
import type { AddToken } from './inputs.ts';
import type { TokenRow } from './table.ts';

/** Makes a token and returns it with its text, which cannot be read again. */
export async function addToken(ctx: Ctx, input: AddToken): Promise<{ token: string; row: TokenRow }> {
  allow(ctx, 'person:admin');
  refuseWrongPartner(input);
  return transaction(ctx, async (ctx) => {
    const secret = newSecret();
    const row = await ctx.db
      .insertInto('tokens')
      .values({
        id: newId(ctx.now),
        name: input.name,
        secret_hash: sha256(secret),
        role: input.role,
        partner_id: input.partner_id,
        scopes: input.scopes === null ? null : JSON.stringify(input.scopes),
        owner_id: ctx.actor.kind === 'person' ? ctx.actor.id : null,
        created_at: ctx.now,
        expires_at: input.expires_at,
        last_used_at: null,
        revoked_at: null,
        version: 1,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'token.added', record_kind: 'token', record_id: row.id, change: { name: row.name, role: row.role } });
    return { token: `kz_${row.id}_${secret}`, row };
  });
}

/** Ends a token at once. Revoking it again changes nothing. */
export async function revokeToken(ctx: Ctx, id: string): Promise<void> {
  allow(ctx, 'person:admin');
  await transaction(ctx, async (ctx) => {
    const token = await ctx.db.selectFrom('tokens').select('revoked_at').where('id', '=', id).executeTakeFirst();
    if (token === undefined) throw notFound(['Token', 'トークン']);
    const revoked = await ctx.db
      .updateTable('tokens')
      .set({ revoked_at: ctx.now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (revoked !== undefined) await remember(ctx, { action: 'token.revoked', record_kind: 'token', record_id: id });
  });
}
