// Identifiers of records: ULIDs, so that rows sort by the moment they were made.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { monotonicFactory } from 'ulid';

/** Node draws these from a store of random bytes; what ulid does by itself asks the kernel sixteen times an id. */
const fraction = (): number => randomInt(2 ** 32) / 2 ** 32;

const nextUlid = monotonicFactory(fraction);

/** A new record id (26 characters, Crockford base 32), later than every id made before it in this process. */
export const newId = (now: number): string => nextUlid(now);

/** A secret of `bytes` random bytes in base64url: for tokens, sessions and device passwords. */
export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');

/** SHA-256 in hexadecimal. Enough for secrets of 192 random bits and more; passwords go through scrypt instead. */
export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
