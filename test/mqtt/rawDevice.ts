// A device that says whatever a test wants, byte by byte: what a correct client library would never send.
import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';

export interface RawDevice {
  readonly socket: Socket;
  /** Everything the broker said, as `command` or `command:0xreason`. */
  readonly heard: readonly string[];
  readonly packets: readonly Packet[];
  readonly closed: Promise<void>;
  say(packet: Packet | Buffer): void;
  /** Resolves with the first packet of the kind. */
  hears(cmd: Packet['cmd']): Promise<Packet>;
}

/** Connects without saying anything. */
export function rawDevice(port: number, protocolVersion: 4 | 5): RawDevice {
  const socket = connect(port, '127.0.0.1');
  const parser = mqttPacket.parser({ protocolVersion });
  const packets: Packet[] = [];
  const waiting: (() => void)[] = [];
  parser.on('packet', (packet) => {
    packets.push(packet);
    for (const look of waiting) look();
  });
  parser.on('error', () => {});
  socket.on('data', (chunk) => parser.parse(chunk));
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    packets,
    get heard() {
      return packets.map((packet) => ('reasonCode' in packet && packet.reasonCode ? `${packet.cmd}:0x${packet.reasonCode.toString(16)}` : packet.cmd));
    },
    closed: new Promise((resolve) => {
      socket.once('close', () => resolve());
    }),
    say: (packet) => void socket.write(Buffer.isBuffer(packet) ? packet : mqttPacket.generate(packet, { protocolVersion })),
    hears: (cmd) =>
      new Promise((resolve) => {
        const look = () => {
          const found = packets.find((packet) => packet.cmd === cmd);
          if (found !== undefined) resolve(found);
        };
        waiting.push(look);
        look();
      }),
  };
}

export const connectPacket = (version: 4 | 5, device_id: string, password: string, changes: object = {}): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: version,
  clean: true,
  clientId: device_id,
  keepalive: 60,
  username: device_id,
  password: Buffer.from(password),
  ...changes,
});

export const publishPacket = (topic: string, payload: string, changes: object = {}): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 1,
  messageId: 1,
  dup: false,
  retain: false,
  ...changes,
});
