// TLS handshakes cost a processor a millisecond each before anybody is known: so many at a time, the addresses in turn, and from an address whose handshakes
// lead to nothing only so many a second.
import type { Socket } from 'node:net';
import { setNewest } from '../core/newest.ts';

/** Handshakes at a time: between two rounds of them the messages of devices that are in already are read. */
const MAX_IN_FLIGHT = 64;
/** Connections that wait for their turn, of all and of one address: a whole region may come back at once behind one. */
const MAX_WAITING = 20_000;
const MAX_WAITING_PER_ADDRESS = 10_000;
/** Handshakes of one address that no device's proof followed, at once and for long. */
const FRUITLESS_AT_ONCE = 600;
const FRUITLESS_PER_MS = 10 / 1000;
/** Addresses that are remembered; beyond them the oldest begin anew. */
const MAX_ADDRESSES = 10_000;

export class Handshakes {
  /** Connections that were closed before their handshake. */
  held_off = 0;
  private readonly begin: (socket: Socket) => void;
  private readonly now: () => number;
  /** Those that wait, by address, the address whose turn is next first. */
  private readonly waiting = new Map<string, Socket[]>();
  private waitingInAll = 0;
  private readonly inFlight = new Set<string>();
  private readonly fruitless = new Map<string, { count: number; at: number }>();

  constructor(begin: (socket: Socket) => void, now: () => number) {
    this.begin = begin;
    this.now = now;
  }

  /** A connection came. False when it was closed unheard. */
  offer(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const before = this.waiting.get(address) ?? [];
    if (this.fruitlessOf(address) >= FRUITLESS_AT_ONCE || this.waitingInAll >= MAX_WAITING || before.length >= MAX_WAITING_PER_ADDRESS) {
      this.held_off++;
      socket.destroy();
      return false;
    }
    before.push(socket);
    this.waiting.set(address, before);
    this.waitingInAll++;
    this.next();
    return true;
  }

  /** Its handshake is over, well or not. */
  over(socket: Socket): void {
    if (this.inFlight.delete(endOf(socket))) this.next();
  }

  /** A connection of the address ended, and no device had proved itself over it. */
  noteFruitless(address: string): void {
    setNewest(this.fruitless, address, { count: this.fruitlessOf(address) + 1, at: this.now() }, MAX_ADDRESSES);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const sockets of this.waiting.values()) for (const socket of sockets) socket.destroy();
    this.waiting.clear();
    this.waitingInAll = 0;
  }

  private next(): void {
    while (this.inFlight.size < MAX_IN_FLIGHT) {
      const [turn] = this.waiting;
      if (turn === undefined) return;
      const [address, sockets] = turn;
      const socket = sockets.shift();
      this.waiting.delete(address);
      if (sockets.length > 0) this.waiting.set(address, sockets);
      this.waitingInAll--;
      if (socket === undefined || socket.destroyed) continue;
      const end = endOf(socket);
      this.inFlight.add(end);
      socket.once('close', () => {
        if (this.inFlight.delete(end)) {
          this.noteFruitless(address);
          this.next();
        }
      });
      this.begin(socket);
    }
  }

  /** What is left of an address's fruitless handshakes, some forgotten each second. */
  private fruitlessOf(address: string): number {
    const { count, at } = this.fruitless.get(address) ?? { count: 0, at: 0 };
    return Math.max(0, count - Math.max(0, this.now() - at) * FRUITLESS_PER_MS);
  }
}

/** The same for a socket and for the TLS socket over it. */
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
