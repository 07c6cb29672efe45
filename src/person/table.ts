import type { Role } from '../core/permission.ts';
import type { Locale } from '../core/words.ts';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  partner_id: string | null;
  locale: Locale;
  /** `scrypt$N$r$p$salt$hash`; null until the person has chosen one. */
  password_hash: string | null;
  single_keys: 'on' | 'off';
  failed_sign_ins: number;
  locked_until_at: number | null;
  disabled_at: number | null;
  created_at: number;
  version: number;
}

export interface SessionRow {
  /** SHA-256 of the cookie's value. */
  hash: string;
  user_id: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

export interface TokenRow {
  id: string;
  name: string;
  secret_hash: string;
  role: Role;
  /** JSON array of permissions that narrow the role; null means all of the role's. */
  scopes: string | null;
  partner_id: string | null;
  owner_id: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
  version: number;
}

export interface PersonTables {
  users: UserRow;
  sessions: SessionRow;
  tokens: TokenRow;
}
