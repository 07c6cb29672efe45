// The external broker: one thin subscriber with a persistent session. It reads packets off the socket, and acknowledges when the pipeline says that they are stored.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { subscriptions } from '../telemetry/topic.ts';
import { writeAcknowledgements } from './acks.ts';
import { Frames, MAX_PACKET_BYTES } from './frames.ts';
import type { Log } from './log.ts';
import type { Pipeline } from './pipeline.ts';
import type { Source } from './source.ts';
import { Topics } from './topics.ts';

export interface BrokerAddress {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that signed the broker's certificate. */
  readonly ca?: string | undefined;
  readonly client_id?: string;
  /** For tests. */
  readonly keep_alive_s?: number | undefined;
}

export type LinkState = 'connecting' | 'connected' | 'waiting' | 'refused' | 'closed';

const KEEP_ALIVE_S = 30;
/** Asked twice in the time of a keep-alive, a broker that is there says something within one and a half. */
const UNANSWERED_AT_MOST = 3;
const SESSION_S = 7 * 86_400;
/** All of the packet identifiers: the broker's window must never be smaller than a batch. */
const RECEIVE_MAXIMUM = 65_535;
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 15_000;
const STEADY_MS = 30_000;
/** MQTT 5 §3.14.2.1: another client took the session. Two programs with one id would throw each other out for ever. */
const SESSION_TAKEN_OVER = 0x8e;
const UNSUPPORTED_VERSION = new Set([1, 0x84]);
/** One buffer for all that is read: large enough that a busy broker is read in few strokes. */
const READ_BYTES = 262_144;

/** Every connection is a source of its own, so that a late acknowledgement never reaches the next one. */
export class BrokerLink {
  state: LinkState = 'connecting';
  /** Why the link is down, in the broker's words. */
  reason: string | null = null;
  connects = 0;
  foreign = 0;
  private readonly address: BrokerAddress;
  private readonly pipeline: Pipeline;
  private readonly now: () => number;
  private readonly log: Log;
  private version: 4 | 5 = 5;
  private socket: Socket | null = null;
  private timer: NodeJS.Timeout | null = null;
  private wait = FIRST_WAIT_MS;
  private connected_at: number | null = null;
  /** Pings since the broker said something: what waits while this thread is busy is read between two. Null while we do not listen because the store is behind. */
  private unanswered: number | null = 0;
  private readonly keep_alive_ms: number;
  /** Connections in a row that ended soon. */
  private brief = 0;
  private nextId = 1;
  private readonly sent = new Map<number, { arrived(): void; lost(error: Error): void }>();
  private readonly topics = new Topics();

  constructor(address: BrokerAddress, pipeline: Pipeline, now: () => number, log: Log) {
    this.address = address;
    this.pipeline = pipeline;
    this.now = now;
    this.log = log;
    this.keep_alive_ms = (address.keep_alive_s ?? KEEP_ALIVE_S) * 1000;
    this.open();
  }

  /** Sends at QoS 1; resolves when the broker has it, rejects when the link is down or breaks before. */
  publish(topic: string, payload: string): Promise<void> {
    if (this.state !== 'connected') return Promise.reject(new Error('The broker is not connected'));
    const messageId = this.nextId++ % 65_535 || 1;
    return new Promise((arrived, lost) => {
      this.sent.set(messageId, { arrived, lost });
      this.write({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
    });
  }

  close(): void {
    this.state = 'closed';
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.socket?.writable) this.write({ cmd: 'disconnect' });
    this.socket?.end();
  }

  private open(): void {
    this.state = 'connecting';
    const { hostname, port, protocol } = new URL(this.address.url);
    const secure = protocol === 'mqtts:' || protocol === 'ssl:' || protocol === 'tls:';
    let read: (chunk: Buffer) => void = () => {};
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (length: number, buffer: Uint8Array) => {
        // The buffer given above.
        read((buffer as Buffer).subarray(0, length));
        return true;
      },
    };
    const to = { host: hostname, port: Number(port || (secure ? 8883 : 1883)), onread };
    const socket: Socket = secure
      ? connectSecure({ ...to, servername: hostname, ...(this.address.ca === undefined ? {} : { ca: this.address.ca }) })
      : connectPlain(to);
    this.socket = socket;
    const source = this.sourceOf(socket);
    read = this.reader(socket, source);
    socket.setNoDelay(true);
    this.unanswered = 0;
    socket.on(secure ? 'secureConnect' : 'connect', () => this.greet());
    const ping = setInterval(() => this.ping(socket), this.keep_alive_ms / 2);
    socket.on('error', (error) => {
      this.reason = error.message;
    });
    socket.on('close', () => {
      clearInterval(ping);
      this.pipeline.forget(source);
      this.lost();
    });
  }

  /** The timeout of a socket would not do: what we write counts for it, and a network that swallows everything takes our questions for a quarter of an hour. */
  private ping(socket: Socket): void {
    if (this.unanswered !== null && ++this.unanswered > UNANSWERED_AT_MOST) socket.destroy(new Error('The broker fell silent'));
    else if (this.state === 'connected') this.write({ cmd: 'pingreq' });
  }

  private sourceOf(socket: Socket): Source {
    return {
      acknowledge: (ids) => writeAcknowledgements(socket, ids),
      pause: () => {
        this.unanswered = null;
        socket.pause();
      },
      resume: () => {
        this.unanswered = 0;
        socket.resume();
      },
    };
  }

  /** What reads the bytes of one connection. */
  private reader(socket: Socket, source: Source): (chunk: Buffer) => void {
    const parser = mqttPacket.parser({ protocolVersion: this.version });
    parser.on('packet', (packet) => this.answer(packet));
    let at = this.now();
    const frames = new Frames(
      {
        publish: (bytes, topicAt, topicEnd, id, payloadAt, end) => {
          const of = this.topics.find(bytes, topicAt, topicEnd);
          if (of === null) {
            this.foreign++;
            if (id > 0) source.acknowledge([id]);
          } else this.pipeline.deliver(of, at, bytes, payloadAt, end, source, id);
        },
        other: (frame) => {
          parser.parse(frame);
        },
      },
      () => this.version,
    );
    return (chunk) => {
      at = this.now();
      if (this.unanswered !== null) this.unanswered = 0;
      try {
        frames.read(chunk);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    };
  }

  private greet(): void {
    const { username, password, client_id = 'kizashi-ingest' } = this.address;
    this.write({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.version,
      clean: false,
      clientId: client_id,
      keepalive: Math.ceil(this.keep_alive_ms / 1000),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
      ...(this.version === 5 ? { properties: { sessionExpiryInterval: SESSION_S, receiveMaximum: RECEIVE_MAXIMUM, maximumPacketSize: MAX_PACKET_BYTES } } : {}),
    });
  }

  private answer(packet: Packet): void {
    if (packet.cmd === 'connack') this.welcomed(packet.reasonCode ?? packet.returnCode ?? 0);
    else if (packet.cmd === 'suback') this.subscribed(packet.granted);
    else if (packet.cmd === 'puback') {
      this.sent.get(packet.messageId ?? 0)?.arrived();
      this.sent.delete(packet.messageId ?? 0);
    } else if (packet.cmd === 'disconnect') {
      this.reason = packet.reasonCode === SESSION_TAKEN_OVER ? 'Another client uses our client id' : `The broker disconnected us (${packet.reasonCode ?? 0})`;
      if (packet.reasonCode === SESSION_TAKEN_OVER) this.wait = LAST_WAIT_MS;
    }
  }

  private welcomed(code: number): void {
    if (code !== 0) {
      if (UNSUPPORTED_VERSION.has(code) && this.version === 5) this.version = 4;
      this.state = 'refused';
      this.reason = `The broker refused us (${code})`;
      this.socket?.destroy();
      return;
    }
    // Retained births only for a new subscription: not a million of them after every reconnect (MQTT 5 §3.8.3.1).
    const options = this.version === 5 ? { rh: 1 as const } : {};
    this.write({
      cmd: 'subscribe',
      messageId: this.nextId++ % 65_535 || 1,
      subscriptions: subscriptions.map((topic) => ({ topic, qos: 1 as const, ...options })),
    });
  }

  private subscribed(granted: readonly (number | object)[]): void {
    if (granted.some((code) => typeof code === 'number' && code >= 0x80)) {
      this.reason = 'The broker refused our subscription';
      this.log.error({}, this.reason);
      this.socket?.destroy();
      return;
    }
    this.state = 'connected';
    this.reason = null;
    this.connected_at = this.now();
    this.connects++;
    this.log.info({ broker: this.address.url }, 'Subscribed to the broker');
  }

  private lost(): void {
    for (const { lost } of this.sent.values()) lost(new Error('The broker was lost'));
    this.sent.clear();
    if (this.state === 'closed') return;
    this.judgeLoss();
    this.log.warn({ reason: this.reason }, 'The broker is gone; connecting again');
    this.state = 'waiting';
    // Half to once and a half of the wait: a thousand clients do not come back in the same instant.
    this.timer = setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
    this.wait = Math.min(LAST_WAIT_MS, this.wait * 2);
  }

  /** Only a connection that lasted is followed by a quick attempt. mosquitto closes a session that another client took without a word: it shows by repetition. */
  private judgeLoss(): void {
    const lasted = this.connected_at !== null && this.now() - this.connected_at >= STEADY_MS;
    this.brief = this.connected_at === null ? this.brief : lasted ? 0 : this.brief + 1;
    if (lasted) this.wait = FIRST_WAIT_MS;
    if (this.brief > 1) this.reason ??= 'The broker ends our connection again and again: another client may use our client id';
    this.connected_at = null;
  }

  private write(packet: Packet | Omit<IPublishPacket, 'length'>): void {
    this.socket?.write(mqttPacket.generate(packet as Packet, { protocolVersion: this.version }));
  }
}
