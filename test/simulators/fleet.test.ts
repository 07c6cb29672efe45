import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeCamera } from '../../simulators/camera.ts';
import { type Fleet, launchFleet } from '../../simulators/fleet.ts';
import { inService, makeWorld } from '../../simulators/world.ts';

const now = Date.parse('2026-11-22T00:00:00Z');
const world = makeWorld({ seed: 7, units: 12, now });
const members = inService(world).map((unit) => ({ camera: makeCamera(unit, world), login: { username: unit.device_id, password: 'secret' } }));

let broker: Aedes;
let server: Server;
let sockets: Socket[] = [];
let url: string;
let fleet: Fleet | null = null;
let clockAt = now;
const heard: { topic: string; body: unknown; retain: boolean; from: string }[] = [];

beforeEach(async () => {
  heard.length = 0;
  clockAt = now;
  broker = await Aedes.createBroker();
  broker.authenticate = (client, username, password, done) => done(null, username === client.id && password?.toString() === 'secret');
  broker.on('publish', (packet, client) => {
    if (packet.topic.startsWith('fleet/'))
      heard.push({ topic: packet.topic, body: JSON.parse(packet.payload.toString()), retain: packet.retain, from: client?.id ?? '' });
  });
  sockets = [];
  server = createServer(broker.handle);
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(async () => {
  await fleet?.close();
  fleet = null;
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const launch = async () => {
  fleet = await launchFleet(url, members, () => clockAt);
  return fleet;
};
const channel = (name: string) => heard.filter(({ topic }) => topic.endsWith(`/${name}`));

it('every camera announces itself with a retained birth', async () => {
  await launch();
  expect(channel('state')).toHaveLength(members.length);
  expect(channel('state').every(({ retain, body }) => retain && (body as { online: boolean }).online)).toBe(true);
  expect(broker.connectedClients).toBe(members.length);
});

it('a wrong password is said, not retried for ever', async () => {
  const [first] = members;
  if (first === undefined) throw new Error('no member');
  await expect(launchFleet(url, [{ ...first, login: { ...first.login, password: 'wrong' } }], () => now)).rejects.toThrow();
});

it('catching up delivers the whole past as history, all of it acknowledged', async () => {
  const running = await launch();
  await running.catchUp({ days: 7, speed: 0 });
  const reports = channel('backfill').flatMap(({ body }) => body as { hist: boolean; ts: number }[]);
  expect(running.acknowledged).toBe(reports.length);
  expect(reports.length).toBeGreaterThanOrEqual(members.length * 7);
  expect(reports.every((report) => report.hist && report.ts <= now && report.ts > now - 7 * 86_400_000)).toBe(true);
  expect(channel('backfill').every(({ body }) => (body as unknown[]).length <= 200)).toBe(true);
});

it('history is never older than the contract lets it be', async () => {
  const running = await launch();
  await running.catchUp({ days: 400, speed: 0 });
  const reports = channel('backfill').flatMap(({ body }) => body as { ts: number }[]);
  expect(Math.min(...reports.map((report) => report.ts))).toBeGreaterThan(now - 30 * 86_400_000);
});

it('in real time each camera reports once in its interval', async () => {
  const running = await launch();
  const stop = new AbortController();
  const reporting = running.report({ interval_s: 1, signal: stop.signal });
  await vi.waitFor(() => {
    clockAt += 200;
    expect(new Set(channel('health').map(({ topic }) => topic)).size).toBe(members.length);
  });
  stop.abort();
  await reporting;
  expect(channel('health').every(({ topic, from }) => topic === `fleet/v1/${from}/health`)).toBe(true);
});

it('a retired camera leaves without a word and its last will is sent', async () => {
  const running = await launch();
  const [member] = members;
  await running.retire(member?.camera.unit.device_id ?? '');
  await vi.waitFor(() => {
    const wills = channel('state').filter(({ body }) => !(body as { online: boolean }).online);
    expect(wills.map(({ topic }) => topic)).toEqual([`fleet/v1/${member?.camera.unit.device_id}/state`]);
  });
  expect(running.size).toBe(members.length - 1);
});

it('after a cut a camera connects again and says that it is back', async () => {
  await launch();
  sockets[0]?.destroy();
  const cut = () =>
    channel('state')
      .filter(({ body }) => !(body as { online: boolean }).online)
      .map(({ topic }) => topic);
  await vi.waitFor(() => expect(cut()).toHaveLength(1));
  await vi.waitFor(
    () =>
      expect(
        channel('state')
          .filter(({ topic }) => topic === cut()[0])
          .map(({ body }) => (body as { online: boolean }).online),
      ).toEqual([true, false, true]),
    { timeout: 15_000 },
  );
});

const order = async (command: object): Promise<void> => {
  const packet = {
    cmd: 'publish' as const,
    dup: false,
    retain: false,
    qos: 1 as const,
    topic: `fleet/v1/${members[0]?.camera.unit.device_id}/cmd`,
    payload: JSON.stringify(command),
  };
  await new Promise<void>((resolve, reject) => broker.publish(packet, (error) => (error ? reject(error) : resolve())));
};

it('a camera asked to diagnose reports and replies with the id of the command', async () => {
  await launch();
  await order({ v: 1, id: 'c-1', name: 'diagnose' });
  await vi.waitFor(() => expect(channel('reply').map(({ body }) => body)).toEqual([{ v: 1, id: 'c-1', name: 'diagnose', reports: 1 }]));
  expect(channel('health')).toHaveLength(1);
});

it('a camera asked to restart comes back on a new boot, says why, and replies', async () => {
  await launch();
  const before = members[0]?.camera.sessionAt(Date.now()).id;
  await order({ v: 1, id: 'c-2', name: 'restart' });
  await vi.waitFor(() => expect(channel('reply').map(({ body }) => body)).toEqual([{ v: 1, id: 'c-2', name: 'restart', reports: 1 }]));
  expect(channel('health').map(({ body }) => body)).toMatchObject([{ seq: 1, boot: expect.not.stringMatching(before ?? ''), m: { reboot: 'user_reset' } }]);
});
