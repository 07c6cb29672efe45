// A device's password: shown once, only hashes stored. A new one replaces the old at once; the connection that used the old ends.
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { allow } from '../core/actor.ts';
import { newId, newSecret, sha256 } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { sameInBoth } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { DEVICE_ID } from './payload.ts';

/** mosquitto_passwd's own default; the password has 192 random bits, so stretching adds nothing. */
const MOSQUITTO_ITERATIONS = 101;

/** The user name of the ingester at an external broker, where it hears every device: none may have it. */
export const INGEST_USER = 'kizashi-ingest';

/** Returns what the device needs to connect; the password cannot be shown again. */
export async function issueCredential(ctx: Ctx, device_id: string): Promise<{ username: string; password: string }> {
  if (device_id === INGEST_USER) {
    throw new Problem('invalid', ['The ingester itself has this name at the broker', 'この名前は取り込みプロセスがブローカーで使います'], {
      errors: [{ path: 'device_id', message: sameInBoth(INGEST_USER) }],
    });
  }
  return issue(ctx, device_id);
}

/** The ingester's own, for the files of mosquitto. */
export const issueIngestCredential = (ctx: Ctx): Promise<{ username: string; password: string }> => issue(ctx, INGEST_USER);

async function issue(ctx: Ctx, device_id: string): Promise<{ username: string; password: string }> {
  allow(ctx, 'telemetry:write');
  if (!DEVICE_ID.test(device_id)) {
    throw new Problem('invalid', ['A device id has 1 to 64 letters, digits, _ and -', 'デバイスIDは1〜64文字の英数字と _ - です'], {
      errors: [{ path: 'device_id', message: sameInBoth(String(DEVICE_ID)) }],
    });
  }
  const password = newSecret(24);
  return transaction(ctx, async (ctx) => {
    await ctx.db.updateTable('device_credentials').set({ revoked_at: ctx.now }).where('device_id', '=', device_id).where('revoked_at', 'is', null).execute();
    const id = newId(ctx.now);
    await ctx.db
      .insertInto('device_credentials')
      .values({
        id,
        device_id,
        secret_hash: sha256(password),
        mosquitto_hash: mosquittoHash(password),
        created_by: ctx.actor.name,
        created_at: ctx.now,
        last_used_at: null,
        revoked_at: null,
      })
      .execute();
    await remember(ctx, { action: 'device_credential.issued', record_kind: 'device', record_id: device_id, change: { credential_id: id } });
    return { username: device_id, password };
  });
}

/** The device can no longer connect. Throws `not_found` when it has no credential. */
export async function revokeCredential(ctx: Ctx, device_id: string): Promise<void> {
  allow(ctx, 'telemetry:write');
  await transaction(ctx, async (ctx) => {
    const revoked = await ctx.db
      .updateTable('device_credentials')
      .set({ revoked_at: ctx.now })
      .where('device_id', '=', device_id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (revoked === undefined) throw notFound(['Credential', '認証情報']);
    await remember(ctx, { action: 'device_credential.revoked', record_kind: 'device', record_id: device_id, change: { credential_id: revoked.id } });
  });
}

/** `$7$iterations$salt$hash`: PBKDF2 with SHA-512, as mosquitto 2 writes its password file. */
function mosquittoHash(password: string): string {
  const salt = randomBytes(12);
  return `$7$${MOSQUITTO_ITERATIONS}$${salt.toString('base64')}$${pbkdf2Sync(password, salt, MOSQUITTO_ITERATIONS, 64, 'sha512').toString('base64')}`;
}
