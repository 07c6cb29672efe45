// Who acts: a person, a program with a token, or the product itself.
import { type Permission, type Role, roleGrants } from './permission.ts';
import { Problem } from './problem.ts';
import type { Locale } from './words.ts';

export interface Actor {
  readonly kind: 'person' | 'token' | 'system';
  /** User id, token id, or the name of the job. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** When not null the actor may do only these, as far as the role allows them too. */
  readonly scopes: readonly Permission[] | null;
  /** When not null the actor sees the rows of this partner only. */
  readonly partner_id: string | null;
  readonly locale: Locale;
}

/** The product itself, acting by `job`. */
export const systemActor = (job: string): Actor => ({ kind: 'system', id: job, name: job, role: 'admin', scopes: null, partner_id: null, locale: 'en' });

export const may = (actor: Actor, permission: Permission): boolean =>
  roleGrants(actor.role, permission) && (actor.scopes === null || actor.scopes.includes(permission));

/** Throws `forbidden` unless the actor may. The first line of every verb. */
export function allow(ctx: { readonly actor: Actor }, permission: Permission): void {
  if (!may(ctx.actor, permission)) {
    throw new Problem('forbidden', [`This needs the permission ${permission}`, `権限 ${permission} が必要です`]);
  }
}

/** Throws `forbidden` for callers bound to one partner: reads and writes that are for our own staff. */
export function staffOnly(ctx: { readonly actor: Actor }): void {
  if (ctx.actor.partner_id !== null) throw new Problem('forbidden', ['This is for staff', '社内担当者のみ利用できます']);
}
