// A process that plays the fleet over a few connections: packets are made beforehand, so that publishing costs as little as it can.
// node publisher.js <port> <messages> <connections> <rate, 0 = as fast as it goes> <messages of the warm-up> <1: one connection per device>
import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { deviceId, fleet, PASSWORD, payloadOf, publishPacket } from './messages.ts';

const [port, messages, connections, rate, warmUp, own] = process.argv.slice(2).map(Number) as [number, number, number, number, number, number?];
const devices = own === 1 ? connections : fleet.devices;
/** Messages in flight, over all connections alike. */
const WINDOW = Math.max(20, 32_000 / connections);
const boot = Date.now().toString(16).slice(-11);

interface Line {
  readonly socket: Socket;
  readonly packets: Buffer[];
  sent: number;
  acked: number;
}

const lines: Line[] = Array.from({ length: connections }, () => ({
  socket: connect({ port, host: '127.0.0.1', noDelay: true }),
  packets: [],
  sent: 0,
  acked: 0,
}));
const now = Date.now();
for (let i = 0; i < messages; i++) {
  const device = i % devices;
  const line = lines[device % connections] as Line;
  const id = (line.packets.length % 65_535) + 1;
  line.packets.push(publishPacket(`fleet/v1/${deviceId(device)}/health`, payloadOf(device, Math.floor(i / devices), boot, now), id));
}
await Promise.all(lines.map(greet));
process.send?.({ ready: true, bytes: Math.round(lines[0]?.packets.reduce((sum, packet) => sum + packet.length, 0) ?? 0) / (lines[0]?.packets.length ?? 1) });
let limit = 0;
let usage = process.cpuUsage();
process.on('message', () => {
  // The first word starts the warm-up, the second the measured part.
  limit = limit === 0 && warmUp > 0 ? warmUp : messages;
  if (limit === messages) usage = process.cpuUsage();
  if (limit === messages && rate > 0) pace();
  else lines.forEach(flood);
});

function greet(line: Line, index: number): Promise<void> {
  return new Promise((resolve) => {
    line.socket.once('connect', () =>
      line.socket.write(
        mqttPacket.generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: own === 1 ? deviceId(index) : `bench-${process.pid}-${index}`,
          keepalive: 0,
          ...(own === 1 ? { username: deviceId(index), password: Buffer.from(PASSWORD) } : {}),
        }),
      ),
    );
    line.socket.once('data', () => {
      line.socket.on('data', (chunk) => acknowledged(line, chunk));
      resolve();
    });
  });
}

let total = 0;
function acknowledged(line: Line, chunk: Buffer): void {
  // PUBACKs are four bytes each; a split one is counted when its rest comes, which is near enough for a window.
  line.acked += chunk.length / 4;
  total += chunk.length / 4;
  if (rate === 0 || limit < messages) flood(line);
  if (total >= messages) {
    const { user, system } = process.cpuUsage(usage);
    process.send?.({ done: true, cpu_us: user + system });
    process.disconnect?.();
    for (const each of lines) each.socket.end();
  }
}

function flood(line: Line): void {
  const last = Math.min(line.packets.length, Math.ceil(limit / connections));
  const until = Math.min(last, Math.floor(line.acked) + WINDOW);
  if (until <= line.sent || (until - line.sent < Math.min(64, WINDOW) && until < last)) return;
  const batch = line.packets.slice(line.sent, until);
  line.sent = until;
  if (batch.length > 0) line.socket.write(Buffer.concat(batch));
}

/** A steady rate, with the moment of sending in `ts` of every message so that the store can tell the delay. */
function pace(): void {
  const began = performance.now();
  let sent = warmUp;
  const timer = setInterval(() => {
    const due = Math.min(messages, warmUp + Math.floor(((performance.now() - began) / 1000) * rate));
    const at = Date.now();
    for (; sent < due; sent++) {
      const device = sent % devices;
      const line = lines[device % connections] as Line;
      line.socket.write(
        publishPacket(`fleet/v1/${deviceId(device)}/health`, payloadOf(device, Math.floor(sent / devices), boot, at), (line.sent++ % 65_535) + 1),
      );
    }
    if (sent >= messages) clearInterval(timer);
  }, 1);
}
