// The configuration of mosquitto that loses nothing: written by a command, together with the passwords and permissions of the devices.
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allow } from '../core/actor.ts';
import { makeFolder } from '../core/makeFolder.ts';
import type { Ctx } from '../db/ctx.ts';
import { issueCredential } from '../telemetry/issueCredential.ts';
import { DEVICE_ID, MAX_ARRAY_BYTES } from '../telemetry/payload.ts';

/** The user name of the ingester at the broker. No device can have it: a device's row would be refused by enrolment. */
export const INGEST_USER = 'kizashi-ingest';

export interface MosquittoFiles {
  readonly files: readonly string[];
  /** MQTT_USERNAME and MQTT_PASSWORD for the ingester; the password is new at every writing. */
  readonly username: string;
  readonly password: string;
}

/** Writes mosquitto.conf, mosquitto.passwords and mosquitto.acl into `folder`. Run it again, and send mosquitto a SIGHUP, after devices were enrolled. */
export async function writeMosquittoConfig(ctx: Ctx, folder: string, options: { port?: number } = {}): Promise<MosquittoFiles> {
  allow(ctx, 'telemetry:write');
  makeFolder(folder);
  const { password } = await issueCredential(ctx, INGEST_USER);
  const credentials = await ctx.db
    .selectFrom('device_credentials')
    .select(['device_id', 'mosquitto_hash'])
    .where('revoked_at', 'is', null)
    .orderBy('device_id')
    .execute();
  const write = (name: string, text: string, mode: number): string => {
    writeFileSync(join(folder, name), text, { mode });
    return join(folder, name);
  };
  const passwords = write(
    'mosquitto.passwords',
    credentials
      .filter(({ device_id }) => DEVICE_ID.test(device_id))
      .map(({ device_id, mosquitto_hash }) => `${device_id}:${mosquitto_hash}\n`)
      .join(''),
    0o600,
  );
  const acl = write('mosquitto.acl', permissions, 0o600);
  const config = write('mosquitto.conf', configuration(options.port ?? 1883, passwords, acl, folder), 0o644);
  giveToMosquitto([folder, config, passwords, acl]);
  return { files: [config, passwords, acl], username: INGEST_USER, password };
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
  port: number,
  passwords: string,
  acl: string,
  folder: string,
): string => `# Started by root, mosquitto becomes the user mosquitto: that user must be able to reach this folder, to read its files and to write into it.
listener ${port}
# For TLS add: cafile, certfile and keyfile.
allow_anonymous false
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
set_tcp_nodelay true
`;
