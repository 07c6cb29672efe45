// One device's connection to the embedded broker, clause numbers from MQTT 5 (3.1.1 where it differs).
import type { Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { Message } from '../telemetry/message.ts';
import { DEVICE_ID, MAX_ARRAY_BYTES } from '../telemetry/payload.ts';
import type { SecurityKind, SecurityLog } from '../telemetry/security.ts';
import { maySubscribe, readTopic, type Topic } from '../telemetry/topic.ts';
import { QOS2, writeAcknowledgements } from './acks.ts';
import { Frames, MAX_PACKET_BYTES, TooLarge } from './frames.ts';
import type { Pipeline } from './pipeline.ts';
import type { Proof, SignIns } from './signIns.ts';
import { nobody, type Source } from './source.ts';
import type { Topics } from './topics.ts';
import { whoIs } from './whoIs.ts';

const CONNECT_WITHIN_MS = 10_000;
/** A CONNECT with its will; nobody is known yet, so no more is buffered. */
const MAX_CONNECT_BYTES = 4096;
const DEFAULT_KEEP_ALIVE_S = 120;
const CONNECT = 1;
/** Commands in flight to one device. */
const MAX_UNANSWERED = 32;
/** Reason codes of version 5, and what version 3.1.1 says instead in a CONNACK. */
const REFUSALS = {
  version: [0x84, 1],
  client_id: [0x85, 2],
  credential: [0x86, 4],
  not_authorised: [0x87, 5],
  unavailable: [0x88, 3],
  held_off: [0x9f, 3],
} as const;
/** A client that is turned away at once comes back at once. */
const HOLD_OFF_MS = 3000;
const [TAKEN_OVER, SHUTTING_DOWN, NOT_AUTHORISED, TOPIC_INVALID] = [0x8e, 0x8b, 0x87, 0x90];
const [PROTOCOL_ERROR, ALIAS_INVALID, PACKET_TOO_LARGE] = [0x82, 0x94, 0x95];

/** What a connection needs of the broker it came to. */
export interface Host {
  readonly pipeline: Pipeline;
  readonly topics: Topics;
  readonly security: SecurityLog;
  readonly now: () => number;
  readonly signIns: SignIns;
  enter(device_id: string, session: Session): void;
  leave(device_id: string, session: Session): void;
}

export class Session implements Source {
  private readonly socket: Socket;
  private readonly broker: Host;
  private readonly frames: Frames;
  private readonly timer: NodeJS.Timeout;
  private parser = mqttPacket.parser();
  private version = 4;
  private device_id: string | null = null;
  private spoken = false;
  /** A device proved itself. */
  greeted = false;
  private will: { of: Topic; payload: Buffer } | null = null;
  private listening = false;
  private ending = false;
  private nextId = 1;
  private readonly unanswered = new Map<number, { arrived(): void; lost(error: Error): void }>();

  constructor(socket: Socket, broker: Host) {
    this.socket = socket;
    this.broker = broker;
    this.frames = new Frames(
      {
        publish: (bytes, topicAt, topicEnd, id, payloadAt, end, qos) => this.published(bytes, topicAt, topicEnd, id, payloadAt, end, qos),
        other: (frame) => {
          this.parser.parse(frame);
        },
      },
      () => this.version,
    );
    this.parser.on('packet', (packet) => this.answer(packet));
    this.parser.on('error', () => this.refuse(PROTOCOL_ERROR));
    this.timer = setTimeout(() => socket.destroy(), CONNECT_WITHIN_MS);
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', () => {});
    socket.on('timeout', () => socket.destroy());
    socket.on('close', () => this.closed());
  }

  acknowledge(ids: readonly number[]): void {
    writeAcknowledgements(this.socket, ids);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** A newer connection of the same device: this one goes without its will, for the device is there. */
  replaced(): void {
    this.will = null;
    this.bye(TAKEN_OVER);
  }

  /** Its credential is revoked: it may not stay, and its will says that it went. */
  expel(): void {
    this.bye(NOT_AUTHORISED);
  }

  /** The broker stops. That is no news of the device: its will is not said. */
  shutDown(): void {
    this.will = null;
    this.bye(SHUTTING_DOWN);
  }

  send(topic: string, payload: string): Promise<void> {
    if (!this.listening || this.unanswered.size >= MAX_UNANSWERED) return Promise.reject(new Error('The device does not listen'));
    const messageId = this.nextId++ % 65_535 || 1;
    return new Promise((arrived, lost) => {
      this.unanswered.set(messageId, { arrived, lost });
      this.write({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
    });
  }

  private read(chunk: Buffer): void {
    // Whatever does not begin with a CONNECT is no MQTT client (3.1.1 §3.1).
    if (this.ending) return;
    if (!this.spoken && (chunk[0] ?? 0) >> 4 !== CONNECT) {
      this.refuse(PROTOCOL_ERROR);
      return;
    }
    this.spoken = true;
    try {
      this.frames.read(chunk, this.device_id === null ? MAX_CONNECT_BYTES : MAX_PACKET_BYTES);
    } catch (error) {
      this.refuse(error instanceof TooLarge ? PACKET_TOO_LARGE : PROTOCOL_ERROR);
    }
  }

  private published(bytes: Buffer, topicAt: number, topicEnd: number, id: number, payloadAt: number, end: number, qos: number): void {
    const device_id = this.device_id;
    if (this.ending) return;
    if (!this.greeted || device_id === null || topicAt === topicEnd) {
      this.refuse(this.greeted ? ALIAS_INVALID : PROTOCOL_ERROR);
      return;
    }
    const of = this.broker.topics.find(bytes, topicAt, topicEnd);
    if (of === null || of.device_id !== device_id) this.forbidden(bytes.toString('utf8', topicAt, topicEnd), id, device_id);
    else this.broker.pipeline.deliver(of, this.broker.now(), bytes, payloadAt, end, this, qos === 2 ? id + QOS2 : id);
  }

  /** Version 5 can say no to one message; before it the connection ends, for a PUBACK would be a lie (3.1.1 §3.3.5). */
  private forbidden(topic: string, id: number, device_id: string): void {
    const spoofed = !topic.startsWith(`fleet/v1/${device_id}/`);
    this.note(spoofed ? 'spoofed_topic' : 'protocol_error', topic);
    if (this.version === 5 && id > 0) this.write({ cmd: 'puback', messageId: id, reasonCode: spoofed ? NOT_AUTHORISED : TOPIC_INVALID });
    else this.bye(spoofed ? NOT_AUTHORISED : TOPIC_INVALID);
  }

  private answer(packet: Packet): void {
    // What came behind the CONNECT is read when the password is believed: it can be as wrong as any other.
    if (packet.cmd === 'connect') this.connect(packet).catch((error) => this.refuse(error instanceof TooLarge ? PACKET_TOO_LARGE : PROTOCOL_ERROR));
    else if (!this.greeted) this.refuse(PROTOCOL_ERROR);
    else if (packet.cmd === 'pingreq') this.write({ cmd: 'pingresp' });
    else if (packet.cmd === 'subscribe') this.subscribe(packet);
    else if (packet.cmd === 'unsubscribe') this.write({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) });
    else if (packet.cmd === 'pubrel') this.write({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
    else if (packet.cmd === 'puback') {
      this.unanswered.get(packet.messageId ?? 0)?.arrived();
      this.unanswered.delete(packet.messageId ?? 0);
    } else if (packet.cmd === 'disconnect') {
      // 0x04 is a disconnect that asks for the will (§3.14.2.1).
      if (packet.reasonCode !== 4) this.will = null;
      this.ending = true;
      this.socket.end();
    } else this.refuse(PROTOCOL_ERROR);
  }

  private async connect(packet: IConnectPacket): Promise<void> {
    if (this.greeted) return this.refuse(PROTOCOL_ERROR);
    this.version = packet.protocolVersion ?? 4;
    // While a password is checked nothing more is read.
    this.frames.hold();
    if (![3, 4, 5].includes(this.version)) return this.turnAway('version', 'protocol_error', packet);
    if (!DEVICE_ID.test(packet.clientId)) return this.turnAway('client_id', 'bad_client_id', packet);
    const { device_id, proof } = await whoIs(this.socket, packet, this.broker.signIns);
    if (proof === 'held_off') await new Promise((resolve) => setTimeout(resolve, HOLD_OFF_MS));
    if (this.socket.destroyed) return;
    if (proof !== 'proved') return this.turnAwayFor(proof, packet);
    this.device_id = device_id;
    if (packet.will !== undefined && !this.keepWill(packet.will, device_id)) return this.turnAway('not_authorised', 'bad_will', packet);
    this.welcome(device_id, packet);
  }

  private turnAwayFor(proof: Exclude<Proof, 'proved'>, packet: IConnectPacket): void {
    if (proof === 'wrong')
      this.turnAway('credential', packet.username === undefined || packet.password === undefined ? 'no_credential' : 'bad_credential', packet);
    else {
      // One event an address, not one a guess; that the store gives no answer is no fault of the device.
      if (proof === 'held_off') this.note('sign_in_flood', null);
      this.answerNo(proof);
    }
  }

  private keepWill(will: NonNullable<IConnectPacket['will']>, device_id: string): boolean {
    const of = readTopic(will.topic);
    if (of === null || of.device_id !== device_id || will.payload.length > MAX_ARRAY_BYTES) return false;
    this.will = { of, payload: Buffer.from(will.payload) };
    return true;
  }

  private welcome(device_id: string, packet: IConnectPacket): void {
    clearTimeout(this.timer);
    this.greeted = true;
    this.broker.enter(device_id, this);
    const keepAlive = packet.keepalive || DEFAULT_KEEP_ALIVE_S;
    this.socket.setTimeout(keepAlive * 1500);
    this.parser = mqttPacket.parser({ protocolVersion: this.version });
    this.parser.on('packet', (next) => this.answer(next));
    this.parser.on('error', () => this.refuse(PROTOCOL_ERROR));
    const properties = {
      maximumPacketSize: MAX_PACKET_BYTES,
      retainAvailable: true,
      wildcardSubscriptionAvailable: false,
      sharedSubscriptionAvailable: false,
      sessionExpiryInterval: 0,
      ...(packet.keepalive ? {} : { serverKeepAlive: DEFAULT_KEEP_ALIVE_S }),
    };
    this.write({ cmd: 'connack', sessionPresent: false, returnCode: 0, reasonCode: 0, ...(this.version === 5 ? { properties } : {}) });
    this.frames.release();
  }

  private turnAway(why: keyof typeof REFUSALS, kind: SecurityKind, packet: IConnectPacket): void {
    this.broker.security.note({
      kind,
      device_id: this.device_id,
      client_id: packet.clientId,
      username: packet.username ?? null,
      topic: packet.will?.topic ?? null,
      address: this.socket.remoteAddress ?? null,
    });
    this.answerNo(why);
  }

  private answerNo(why: keyof typeof REFUSALS): void {
    const [five, three] = REFUSALS[why];
    this.will = null;
    this.ending = true;
    this.write({ cmd: 'connack', sessionPresent: false, ...(this.version === 5 ? { reasonCode: five } : { returnCode: three }) });
    this.socket.end();
  }

  private subscribe(packet: ISubscribePacket): void {
    const granted = packet.subscriptions.map(({ topic, qos }) => {
      if (this.device_id !== null && maySubscribe(this.device_id, topic)) {
        this.listening = true;
        return Math.min(qos, 1);
      }
      this.note('forbidden_subscription', topic);
      return this.version === 5 ? NOT_AUTHORISED : 0x80;
    });
    this.write({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: granted as never });
  }

  private note(kind: SecurityKind, topic: string | null): void {
    this.broker.security.note({ kind, device_id: this.device_id, client_id: null, username: null, topic, address: this.socket.remoteAddress ?? null });
  }

  /** An offence against the protocol: noted, told where the version can say it, and the end. */
  private refuse(reasonCode: number): void {
    if (this.ending || this.socket.destroyed) return;
    this.note(reasonCode === PACKET_TOO_LARGE ? 'packet_too_large' : 'protocol_error', null);
    this.bye(reasonCode);
  }

  private bye(reasonCode: number): void {
    this.ending = true;
    if (this.greeted && this.version === 5 && this.socket.writable) this.write({ cmd: 'disconnect', reasonCode });
    this.socket.end();
    this.socket.destroySoon();
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.broker.pipeline.forget(this);
    for (const { lost } of this.unanswered.values()) lost(new Error('The device is gone'));
    if (this.device_id !== null) this.broker.leave(this.device_id, this);
    const will = this.will;
    this.will = null;
    if (will !== null) this.broker.pipeline.offer(new Message(will.of, this.broker.now(), will.payload), nobody, 0);
  }

  private write(packet: object): void {
    // Every packet written here is complete for its command; the codec's union would want each spelled out.
    if (this.socket.writable) this.socket.write(mqttPacket.generate(packet as Packet, { protocolVersion: this.version }));
  }
}
