// The configuration of mosquitto that loses nothing: written by a command, together with the passwords and permissions of the devices.
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { allow } from '../core/actor.ts';
import { makeFolder } from '../core/makeFolder.ts';
import type { Ctx } from '../db/ctx.ts';
import { INGEST_USER, issueIngestCredential } from '../telemetry/issueCredential.ts';
import { DEVICE_ID, MAX_ARRAY_BYTES } from '../telemetry/payload.ts';
import { findCredential } from '../telemetry/queries.ts';

export interface MosquittoOptions {
  readonly host: string;
  readonly port: number;
  /** The password of the ingester is replaced; whoever runs with the old one is cut off when mosquitto reads its files again. */
  readonly new_password: boolean;
}

export interface MosquittoFiles {
  /** mosquitto.passwords and mosquitto.acl, and mosquitto.conf where there was none. */
  readonly written: readonly string[];
  readonly config: string;
  readonly username: string;
  /** Null when the ingester keeps the one it has: only its hash is known. */
  readonly password: string | null;
}

/**
 * Writes mosquitto.passwords and mosquitto.acl into `folder`; mosquitto.conf too unless there is one, which may have been edited. Run it again, and send
 * mosquitto a SIGHUP, after devices were enrolled or refused: a running ingester is not disturbed.
 */
export async function writeMosquittoConfig(ctx: Ctx, folder: string, options: MosquittoOptions): Promise<MosquittoFiles> {
  allow(ctx, 'telemetry:write');
  makeFolder(folder);
  const password = options.new_password || (await findCredential(ctx, INGEST_USER)) === undefined ? (await issueIngestCredential(ctx)).password : null;
  const [config, passwords, acl] = ['mosquitto.conf', 'mosquitto.passwords', 'mosquitto.acl'].map((name) => resolve(folder, name)) as [string, string, string];
  const written = [passwords, acl];
  writeFileSync(passwords, await passwordLines(ctx), { mode: 0o600 });
  writeFileSync(acl, permissions, { mode: 0o600 });
  if (!existsSync(config)) {
    writeFileSync(config, configuration(options, passwords, acl, resolve(folder)));
    written.push(config);
  }
  giveToMosquitto([folder, ...written]);
  return { written, config, username: INGEST_USER, password };
}

async function passwordLines(ctx: Ctx): Promise<string> {
  const credentials = await ctx.db
    .selectFrom('device_credentials')
    .select(['device_id', 'mosquitto_hash'])
    .where('revoked_at', 'is', null)
    .orderBy('device_id')
    .execute();
  return credentials
    .filter(({ device_id }) => DEVICE_ID.test(device_id))
    .map(({ device_id, mosquitto_hash }) => `${device_id}:${mosquitto_hash}\n`)
    .join('');
}

/** Started by root, mosquitto becomes the user of its name, who could not read what root wrote for itself. */
function giveToMosquitto(paths: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  const [, user, group] = /^mosquitto:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  if (user !== undefined && group !== undefined) for (const path of paths) chownSync(path, Number(user), Number(group));
}

/** %u is the user name, which is the device id; it holds no `/`, so the pattern cannot shift. */
const permissions = `user ${INGEST_USER}
topic read fleet/v1/#
topic write fleet/v1/+/cmd

pattern write fleet/v1/%u/state
pattern write fleet/v1/%u/health
pattern write fleet/v1/%u/event
pattern write fleet/v1/%u/backfill
pattern write fleet/v1/%u/reply
pattern write fleet/v1/%u/onvif-ej/#
pattern read fleet/v1/%u/cmd
`;

const configuration = (
  { host, port }: MosquittoOptions,
  passwords: string,
  acl: string,
  folder: string,
): string => `# Started by root, mosquitto becomes the user mosquitto: that user must be able to reach this folder, to read its files and to write into it.
listener ${port} ${host}
# For TLS add: cafile, certfile and keyfile.
allow_anonymous false
# Whatever id a client gives itself: with that of the ingester a device would take over its session, and all that waits in it would be gone.
use_username_as_clientid true
password_file ${passwords}
acl_file ${acl}

# Nothing may be dropped silently: the defaults keep 1,000 messages for a subscriber that is behind and discard the rest.
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages 0
# An array of reports with its topic; a larger packet ends the connection.
max_packet_size ${MAX_ARRAY_BYTES + 1024}

# What waits for the ingester survives a restart. After a kill -9 the last seconds are gone: devices are asked for them again.
persistence true
persistence_location ${folder}/
autosave_interval 15
persistent_client_expiration 14d

# mosquitto writes packet by packet. Left to itself TCP sends those of a burst together, which spares a quarter of the broker's processor time.
set_tcp_nodelay false
`;
