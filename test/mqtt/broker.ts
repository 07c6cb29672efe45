// A running ingester, and devices that talk to it with a real client.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { type IngestConfig, type Ingester, runIngester } from '../../src/mqtt/ingester.ts';
import { issueCredential } from '../../src/telemetry/issueCredential.ts';
import type { TestStore } from '../support/eachDb.ts';
import { registerDevices, silent } from '../telemetry/station.ts';

/** Closed with the test, if the test does not close it. */
export async function startIngester(url: string, changes: Partial<IngestConfig> = {}, now: () => number = Date.now): Promise<Ingester> {
  const ingester = await runIngester(
    { database_url: url, mqtt_host: '127.0.0.1', mqtt_port: 0, tz_business: 'Asia/Tokyo', raw_retention_days: 14, ...changes },
    silent,
    now,
  );
  onTestFinished(() => ingester.close());
  return ingester;
}

/** Registers a device and gives it a password. */
export async function enrol(test: TestStore, device_id: string): Promise<string> {
  await registerDevices(test.store.db, [device_id]);
  return (await issueCredential(test.ctx({ now: Date.now() }), device_id)).password;
}

/** Connects a device; rejects when the broker refuses it. */
export function connectDevice(port: number, device_id: string, password: string | undefined, options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    clientId: device_id,
    username: device_id,
    reconnectPeriod: 0,
    connectTimeout: 4000,
    ...(password === undefined ? {} : { password }),
    ...options,
  });
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    // A broken connection is an error each time it is written to: without a listener it would end the test run.
    client.on('error', (error) => {
      client.end(true);
      reject(error);
    });
    client.once('close', () => reject(new Error('closed')));
  });
}

/** A client of a broker that anybody may use. Its errors are told by what it was asked to do. */
export async function openClient(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, options);
  client.on('error', () => {});
  return client;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export interface Mosquitto {
  readonly port: number;
  /** Reads its files again. */
  reload(): void;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A real mosquitto; `lines` are added to its configuration. */
export async function startMosquitto(options: { port?: number; config?: string; folder?: string } = {}): Promise<Mosquitto> {
  const port = options.port ?? (await freePort());
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'kizashi-mosquitto-'));
  const file = options.config ?? join(folder, 'test.conf');
  if (options.config === undefined) {
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\npersistence true\npersistence_location ${folder}/\nautosave_interval 1\nuser root\n`,
    );
  }
  const child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
  await listening(port);
  return {
    port,
    reload: () => void child.kill('SIGHUP'),
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const client = mqtt.connect({ host: '127.0.0.1', port, reconnectPeriod: 0, username: 'probe', password: 'probe' });
    const answered = await new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(true));
      client.on('error', (error) => resolve(!/ECONNREFUSED/.test(String(error)) && !/ECONNREFUSED/.test(JSON.stringify(error))));
      client.once('close', () => resolve(false));
    });
    client.end(true);
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const hasMosquitto = (): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn('mosquitto', ['-h'], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('exit', () => resolve(true));
  });
