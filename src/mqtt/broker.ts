// The embedded broker: an MQTT server for devices and nothing else. A device publishes under its own name and receives its commands; what it publishes goes
// straight into the pipeline, and the acknowledgement leaves after the commit. MQTT 3.1, 3.1.1 and 5 (general brokers for Node speak no version 5).
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import type { IngestStore } from '../telemetry/ingestStore.ts';
import { SecurityLog } from '../telemetry/security.ts';
import type { Gate } from './gate.ts';
import { Handshakes } from './handshakes.ts';
import type { Log } from './log.ts';
import type { Pipeline } from './pipeline.ts';
import { type Host, Session } from './session.ts';
import { SignIns } from './signIns.ts';
import { Topics } from './topics.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly ca?: Buffer | undefined } | null;
}

/** Connections waiting to be accepted: a whole region comes back at once after a power cut. */
const BACKLOG = 8192;
const HANDSHAKE_WITHIN_MS = 10_000;

export class EmbeddedBroker implements Gate, Host {
  readonly kind = 'embedded';
  readonly state = 'listening';
  readonly reason = null;
  readonly security = new SecurityLog();
  readonly pipeline: Pipeline;
  readonly topics = new Topics();
  readonly now: () => number;
  private readonly server: Server;
  readonly signIns: SignIns;
  /** Null without TLS. */
  private readonly handshakes: Handshakes | null;
  private readonly sessions = new Map<string, Session>();
  private readonly open = new Set<Session>();

  private constructor(listen: Listen, pipeline: Pipeline, store: IngestStore, now: () => number) {
    this.now = now;
    this.handshakes = listen.tls === null ? null : this.handshakesWith(listen.tls);
    this.server = createServer({ noDelay: true, pauseOnConnect: listen.tls !== null }, (socket) => this.come(socket));
    this.pipeline = pipeline;
    this.signIns = new SignIns((device_id) => secretHashOf(store, device_id), now);
  }

  static async open(listen: Listen, pipeline: Pipeline, store: IngestStore, now: () => number, log: Log): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(listen, pipeline, store, now);
    const { server } = broker;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Error(error.code === 'EADDRINUSE' ? `MQTT_PORT ${listen.port} on ${listen.host} is in use` : `MQTT_HOST, MQTT_PORT: ${error.message}`)),
      );
      server.listen({ host: listen.host, port: listen.port, backlog: BACKLOG }, resolve);
    });
    server.on('error', (error) => log.error({ err: error.message }, 'The embedded broker'));
    return broker;
  }

  get port(): number {
    // A listening TCP server has an address of this form.
    return (this.server.address() as AddressInfo).port;
  }

  get clients(): number {
    return this.sessions.size;
  }

  get refused(): number {
    return this.security.total;
  }

  get held_off(): number {
    return this.signIns.held_off + (this.handshakes?.held_off ?? 0);
  }

  private come(socket: Socket): void {
    if (this.handshakes === null) this.accept(socket);
    else if (!this.handshakes.offer(socket)) this.noteFlood(socket);
  }

  /** The server behind the handshakes listens nowhere: it is given each connection when its turn has come. */
  private handshakesWith({ cert, key, ca }: NonNullable<Listen['tls']>): Handshakes {
    const secure = createSecureServer({
      cert,
      key,
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }),
    });
    const handshakes = new Handshakes((socket) => secure.emit('connection', socket), this.now);
    secure.on('secureConnection', (socket: Socket) => {
      const address = socket.remoteAddress ?? '';
      const session = this.accept(socket);
      socket.on('close', () => session.greeted || handshakes.noteFruitless(address));
      handshakes.over(socket);
    });
    secure.on('tlsClientError', () => {});
    return handshakes;
  }

  private accept(socket: Socket): Session {
    const session = new Session(socket, this);
    this.open.add(session);
    socket.on('close', () => this.open.delete(session));
    return session;
  }

  private noteFlood({ remoteAddress }: Socket): void {
    this.security.note({ kind: 'sign_in_flood', device_id: null, client_id: null, username: null, topic: null, address: remoteAddress ?? null });
  }

  /** A credential was revoked or replaced: the connection that used it ends. */
  revoke(device_id: string): void {
    this.signIns.forget(device_id);
    this.sessions.get(device_id)?.expel();
  }

  /** One connection per device: a new one ends the old. */
  enter(device_id: string, session: Session): void {
    this.sessions.get(device_id)?.replaced();
    this.sessions.set(device_id, session);
  }

  leave(device_id: string, session: Session): void {
    if (this.sessions.get(device_id) === session) this.sessions.delete(device_id);
  }

  /** Sends a command to a connected device; rejects when it is not there or does not listen. */
  publish(topic: string, payload: string): Promise<void> {
    const session = this.sessions.get(topic.split('/')[2] ?? '');
    return session === undefined ? Promise.reject(new Error('The device is not connected')) : session.send(topic, payload);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.handshakes?.close();
    for (const session of this.open) session.shutDown();
    await closed;
  }
}

async function secretHashOf(store: IngestStore, device_id: string): Promise<string | null> {
  const [row] = await store.all<{ secret_hash: string }>('select secret_hash from device_credentials where device_id = ? and revoked_at is null', [device_id]);
  return row?.secret_hash ?? null;
}
