// Who may come in, and how many wrong passwords are looked up at all: a flood of them must not stand before the devices that are what they say.
import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../core/id.ts';
import { setNewest } from '../core/newest.ts';

/** held_off: too many wrong passwords came from that address; this one was not looked at. unavailable: the store gave no answer. */
export type Proof = 'proved' | 'wrong' | 'held_off' | 'unavailable';

/** A credential is believed again without asking the store for this long; revocation ends it by housekeeping sooner. */
const BELIEVE_MS = 60_000;
/** Wrong passwords of one address that are looked up at once, and each minute for long: a thousand cameras may share one. */
const WRONG_AT_ONCE = 60;
const WRONG_PER_MS = 60 / 60_000;
/** Addresses that are remembered; beyond them the oldest begin anew. */
const MAX_ADDRESSES = 10_000;
/** Questions to the store at a time: messages ask it too. */
const MAX_ASKED = 8;
const MAX_WAITING = 20_000;

interface Guesses {
  wrong: number;
  at: number;
}

export class SignIns {
  /** Devices that proved their password since the last write. */
  readonly used = new Set<string>();
  /** Sign-ins that were turned away unseen. */
  held_off = 0;
  private readonly secretHashOf: (device_id: string) => Promise<string | null>;
  private readonly now: () => number;
  private readonly believed = new Map<string, { hash: string; until: number }>();
  private readonly guesses = new Map<string, Guesses>();
  private asked = 0;
  private readonly waiting: (() => void)[] = [];

  /** `secretHashOf` asks the store for the hash of a device's password, null when it has none. */
  constructor(secretHashOf: (device_id: string) => Promise<string | null>, now: () => number) {
    this.secretHashOf = secretHashOf;
    this.now = now;
  }

  /** Whether the password is the device's. */
  async prove(device_id: string, password: string, address: string): Promise<Proof> {
    const hash = sha256(password);
    const known = this.believed.get(device_id);
    if (known?.hash === hash && known.until > this.now()) return 'proved';
    if (this.waiting.length >= MAX_WAITING) return this.holdOff();
    await this.turn();
    try {
      // One that was right before is looked up, whatever its neighbours behind the same address do.
      if (known?.hash !== hash && this.isGuessing(address)) return this.holdOff();
      return this.judge(device_id, hash, await this.secretHashOf(device_id), address);
    } catch {
      return 'unavailable';
    } finally {
      this.next();
    }
  }

  /** The next connection must prove itself anew. */
  forget(device_id: string): void {
    this.believed.delete(device_id);
  }

  private judge(device_id: string, hash: string, expected: string | null, address: string): Proof {
    if (expected === null || !timingSafeEqual(Buffer.from(expected), Buffer.from(hash))) {
      this.noteWrong(address);
      return 'wrong';
    }
    this.believed.set(device_id, { hash, until: this.now() + BELIEVE_MS });
    this.used.add(device_id);
    return 'proved';
  }

  private holdOff(): Proof {
    this.held_off++;
    return 'held_off';
  }

  private async turn(): Promise<void> {
    if (this.asked < MAX_ASKED) this.asked++;
    else await new Promise<void>((go) => this.waiting.push(go));
  }

  private next(): void {
    const go = this.waiting.shift();
    if (go === undefined) this.asked--;
    else go();
  }

  private isGuessing(address: string): boolean {
    return this.wrongBy(address) >= WRONG_AT_ONCE;
  }

  private noteWrong(address: string): void {
    const wrong = this.wrongBy(address) + 1;
    setNewest(this.guesses, address, { wrong, at: this.now() }, MAX_ADDRESSES);
  }

  /** What is left of the wrong passwords of an address, some forgotten each minute. */
  private wrongBy(address: string): number {
    const { wrong, at } = this.guesses.get(address) ?? { wrong: 0, at: 0 };
    return Math.max(0, wrong - Math.max(0, this.now() - at) * WRONG_PER_MS);
  }
}
