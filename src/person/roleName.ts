// Roles and partners as people read and choose them.
import { type Role, roles } from '../core/permission.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { words } from './words.ts';

/** A role in the viewer's language. */
export function roleName(role: Role, locale: Locale): string {
  const w = words(locale);
  return role === 'partner' ? w.partner_role : w[role];
}

export const roleOptions = (locale: Locale) => roles.map((role) => ({ value: role, label: roleName(role, locale) }));

export const languageOptions = [
  { value: 'ja', label: '日本語' },
  { value: 'en', label: 'English' },
] as const;

export const partnerOptions = async (c: AppContext) =>
  (await c.var.ctx.db.selectFrom('partners').select(['id', 'name']).orderBy('name').execute()).map(({ id, name }) => ({ value: id, label: name }));
