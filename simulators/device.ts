// One camera on the wire: a connection of its own with a last will, its birth retained, QoS 1, and an ear for commands.
import { connectAsync, type MqttClient } from 'mqtt';
import type { Camera } from './camera.ts';
import { type Command, LARGEST_ARRAY, topicOf } from './payload.ts';
import { makeReporter, type Reporter } from './report.ts';
import { type Restartable, restartable } from './restartable.ts';
import { phaseOf } from './world.ts';

export interface Device {
  readonly camera: Camera;
  /** Delivers what was kept with from < ts ≤ to; resolves with the number of reports when the broker has acknowledged them. */
  deliverKept(from: number, to: number): Promise<number>;
  /** Events since the last report and one health report; resolves with their number when acknowledged. */
  report(now: number): Promise<number>;
  readonly connected: boolean;
  /** `lost` tears the connection so that the broker sends the last will. */
  close(how?: 'politely' | 'lost'): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

const KEEPALIVE_S = 300;
const CONNECT_TIMEOUT_MS = 60_000;

/** `clock` answers epoch ms. Throws when the broker refuses the login. */
export async function connectDevice(url: string, own: Camera, login: Login, clock: () => number): Promise<Device> {
  const machine = restartable(own);
  const { camera } = machine;
  const reporter = makeReporter(camera);
  let reportedAt = clock();
  let boot = camera.sessionAt(reportedAt).id;
  let client = await connect(url, machine, reporter, login, clock);
  const send = (channel: 'health' | 'event' | 'backfill', body: unknown) =>
    client.publishAsync(topicOf(camera.unit.device_id, channel), JSON.stringify(body), { qos: 1 });
  const rebootIfDue = async (now: number) => {
    if (camera.sessionAt(now).id === boot) return;
    boot = camera.sessionAt(now).id;
    await client.endAsync();
    client = await connect(url, machine, reporter, login, clock);
  };
  return {
    camera,
    get connected() {
      return client.connected;
    },
    deliverKept: async (from, to) => {
      const reports = reporter.kept(from, to);
      reportedAt = to;
      for (let i = 0; i < reports.length; i += LARGEST_ARRAY) await send('backfill', reports.slice(i, i + LARGEST_ARRAY));
      return reports.length;
    },
    report: async (now) => {
      await rebootIfDue(now);
      const incidents = camera.incidentsBetween(reportedAt, now);
      reportedAt = now;
      for (const incident of incidents) await send('event', reporter.event(incident));
      await send('health', reporter.health(now));
      return incidents.length + 1;
    },
    close: async (how = 'politely') => {
      if (how === 'lost') client.stream.destroy();
      await client.endAsync(true);
    },
  };
}

async function connect(url: string, machine: Restartable, reporter: Reporter, login: Login, clock: () => number): Promise<MqttClient> {
  const { camera } = machine;
  const id = camera.unit.device_id;
  const state = (online: boolean) => JSON.stringify(reporter.birth(clock(), online));
  const client = await connectAsync(url, {
    ...login,
    clientId: id,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Spread over eight seconds, so that a fleet does not storm a broker that has just come back.
    reconnectPeriod: 2_000 + Math.floor(8_000 * phaseOf(camera.unit)),
    will: { topic: topicOf(id, 'state'), payload: Buffer.from(state(false)), qos: 1, retain: true },
  });
  // A broken connection is mended by the client itself; without a listener the process would end.
  client.on('error', () => undefined);
  client.on('message', (_topic, payload) => obey(client, machine, reporter, payload, clock()));
  await client.subscribeAsync(topicOf(id, 'cmd'), { qos: 1 });
  const announce = () => client.publishAsync(topicOf(id, 'state'), state(true), { qos: 1, retain: true });
  await announce();
  // After a cut the will has said offline; a rejection means the next cut came first.
  client.on('connect', () => void announce().catch(() => undefined));
  return client;
}

/** Answers `resend` with what it remembers, `diagnose` with one full report, `restart` with a new boot and its first report; then the reply with the command's id. */
function obey(client: MqttClient, { camera, restart }: Restartable, reporter: Reporter, payload: Buffer, now: number): void {
  const command = commandFrom(payload);
  if (command === null) return;
  const id = camera.unit.device_id;
  const publish = (channel: 'state' | 'health' | 'backfill' | 'reply', body: unknown, retain = false) =>
    client.publish(topicOf(id, channel), JSON.stringify(body), { qos: 1, retain });
  if (command.name === 'restart') {
    restart(now);
    publish('state', reporter.birth(now, true), true);
  }
  const again = command.name === 'resend' ? reporter.resent(now, command.from_seq, command.to_seq) : [];
  if (command.name === 'resend' && again.length > 0) publish('backfill', again.slice(0, LARGEST_ARRAY));
  else if (command.name !== 'resend') publish('health', reporter.health(now));
  publish('reply', { v: 1, id: command.id, name: command.name, reports: command.name === 'resend' ? again.length : 1 });
}

function commandFrom(payload: Buffer): Command | null {
  try {
    // The camera believes its server; a command it cannot read is ignored.
    const command = JSON.parse(payload.toString()) as Command;
    return command.v === 1 && ['resend', 'diagnose', 'restart'].includes(command.name) ? command : null;
  } catch {
    return null;
  }
}
