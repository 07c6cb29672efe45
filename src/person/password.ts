// Passwords as scrypt hashes. Each hash takes about a quarter of a second of one core, so only a few run at once.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from '../core/problem.ts';

/** What new hashes cost: the least that OWASP's Password Storage Cheat Sheet names for 32 MiB. Tests, which sign in hundreds of times, lower it. */
export const passwordCost = { N: 2 ** 15, r: 8, p: 3 };
const MOST_BYTES = 64 * 1024 * 1024;
const KEY_BYTES = 32;
const AT_ONCE = 2;
const WAITING_AT_MOST = 50;

let running = 0;
const waiting: (() => void)[] = [];

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { N, r, p } = passwordCost;
  const key = await derive(password, salt, { N, r, p });
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether the password is the one `stored` was made from. A missing hash takes as long as a wrong password. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt = '', expected = ''] = (stored ?? '').split('$');
  const cost = stored === null ? passwordCost : { N: Number(N), r: Number(r), p: Number(p) };
  const key = await derive(password, Buffer.from(salt, 'base64url'), cost);
  const wanted = Buffer.from(expected, 'base64url');
  return wanted.length === key.length && timingSafeEqual(wanted, key);
}

async function derive(password: string, salt: Uint8Array, cost: typeof passwordCost): Promise<Buffer> {
  if (waiting.length >= WAITING_AT_MOST) throw new Problem('throttled', ['Too many sign-ins at once', 'サインインが集中しています'], { retry_after_s: 5 });
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize('NFC'), salt, KEY_BYTES, { ...cost, maxmem: MOST_BYTES }, (error, key) => (error ? reject(error) : resolve(key))),
    );
  } finally {
    running--;
    waiting.shift()?.();
  }
}
