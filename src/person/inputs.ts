import { z } from '@hono/zod-openapi';
import { InstantText } from '../core/given.ts';
import { permissions, roles } from '../core/permission.ts';
import { locales } from '../core/words.ts';

const email = z
  .email()
  .max(200)
  .transform((text) => text.toLowerCase());
const PASSWORD_MIN = 12;
/** What is hashed is short: a request cannot keep a core busy with one long password. */
const PASSWORD_MAX = 200;

export const Password = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);

export const AddUser = z.strictObject({
  email,
  name: z.string().min(1).max(100),
  role: z.enum(roles),
  partner_id: z.string().nullable().default(null),
  locale: z.enum(locales).default('ja'),
  password: Password.optional(),
});
export type AddUser = z.output<typeof AddUser>;

export const ChangeUser = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  role: z.enum(roles).optional(),
  partner_id: z.string().nullable().optional(),
  locale: z.enum(locales).optional(),
  disabled: z.boolean().optional(),
  password: Password.optional(),
});
export type ChangeUser = z.output<typeof ChangeUser>;

/** One's own: the present one proves that it is oneself who asks. */
export const NewPassword = z.strictObject({ current: z.string().max(PASSWORD_MAX), next: Password });

export const ChangeSelf = z.strictObject({
  locale: z.enum(locales).optional(),
  single_keys: z.enum(['on', 'off']).optional(),
  password: NewPassword.optional(),
});
export type ChangeSelf = z.output<typeof ChangeSelf>;

export const AddToken = z.strictObject({
  name: z.string().min(1).max(100),
  role: z.enum(roles),
  partner_id: z.string().nullable().default(null),
  scopes: z.array(z.enum(permissions)).min(1).nullable().default(null),
  expires_at: InstantText.nullable().default(null),
});
export type AddToken = z.output<typeof AddToken>;

export const SignIn = z.object({ email, password: z.string().min(1).max(PASSWORD_MAX), next: z.string().optional() });
export type SignIn = z.output<typeof SignIn>;
