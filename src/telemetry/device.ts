// What the ingester remembers of one device: its latest state, its boots, and the days it is adding to. Written to the store in slices.
import type { Boot } from './boots.ts';
import type { DayRow } from './days.ts';
import { fields } from './fields.ts';
import type { Plan } from './plan.ts';
import type { Shape } from './shape.ts';

/** Instants and addresses at the head of `Device.numbers`, before the latest state. */
const [LAST_SEEN, LAST_REPORT, LAST_ADDRESS, REPORTED, RECEIVED, TOKENS, TOKENS_AT] = [0, 1, 2, 3, 4, 5, 6];
const HEAD = 7;

/** NaN is unknown. The non-integer makes V8 keep the numbers unboxed. */
const nothingYet: readonly number[] = [...new Array<number>(HEAD), ...fields].map(() => Number.NaN);

// biome-ignore lint/suspicious/noSelfCompare: the cheapest test for NaN on the hot path
const known = (number: number): number | null => (number === number ? number : null);

export const FIRST_BOOT_NO = 1;

export class Device {
  readonly device_no: number;
  readonly device_id: string;
  unit_id: string | null = null;
  /** When the store was last asked for the unit of an unregistered device. */
  looked_up_at = 0;
  model_code: string | null = null;
  hw_rev: string | null = null;
  firmware: string | null = null;
  firmware_since_at: number | null = null;
  boot: Boot | null = null;
  /** The boot of the last birth, until a report of a boot newer than `boot` comes. */
  birth_boot: string | null = null;
  first_seen_at: number;
  online_at: number | null = null;
  offline_at: number | null = null;
  presence_changes = 0;
  reports = 0;
  events = 0;
  duplicates = 0;
  throttled = 0;
  clock_suspect = 0;
  /** Sequence numbers missing now in the current boot, and those given up for good. */
  missing = 0;
  lost = 0;
  /** Every segment up to this one is contained in the rows of the store. */
  through_segment = 0;

  /** What nearly every report changes, in one piece: as fields each would be an object of its own somewhere in the memory. The latest state is the tail. */
  private readonly numbers: number[] = nothingYet.slice();
  /** The latest day with a report. */
  day: DayRow | null = null;
  /** Hardly ever any: an empty map of each would be a sixth of what a device takes. */
  private otherDays: Map<number, DayRow> | null = null;
  private otherBoots: Map<string, Boot> | null = null;
  next_boot_no = FIRST_BOOT_NO;

  /** Not stored yet, or changed since it was. */
  is_new = true;
  dirty = false;
  shape: Shape | null = null;
  quarantined = 0;
  /** No longer in the memory of the ingester: whoever holds it must look again. */
  forgotten = false;

  constructor(device_no: number, device_id: string, now: number) {
    this.device_no = device_no;
    this.device_id = device_id;
    this.first_seen_at = now;
    this.last_seen_at = now;
    this.state_reported_at = 0;
    this.state_received_at = 0;
    this.tokens = -1;
    this.tokens_at = 0;
  }

  /** A boot that the store does not know. */
  begin(name: string, at: number): Boot {
    const boot: Boot = { boot_no: this.next_boot_no++, boot: name, first_seen_at: at, last_seen_at: at, ranges: [], touched: true };
    this.holdBoot(boot);
    return boot;
  }

  /** A boot in memory by its name: the current one, or one held since the last write. */
  knownBoot(name: string): Boot | undefined {
    return this.boot !== null && this.boot.boot === name ? this.boot : this.otherBoots?.get(name);
  }

  holdBoot(boot: Boot): void {
    this.otherBoots ??= new Map();
    this.otherBoots.set(boot.boot, boot);
  }

  /** Takes the place of the boot before it. */
  becomes(boot: Boot): void {
    if (this.boot?.touched) this.holdBoot(this.boot);
    this.otherBoots?.delete(boot.boot);
    this.boot = boot;
  }

  /** A day in memory: the latest one, or one held since the last write. */
  knownDay(day: number): DayRow | undefined {
    return this.day !== null && this.day.day === day ? this.day : this.otherDays?.get(day);
  }

  /** Also one that was written already: what else a report adds may belong there. */
  holdDay(row: DayRow): void {
    if (row === this.day) return;
    if (this.day !== null && row.day < this.day.day) this.hold(row);
    else {
      if (this.day !== null) this.hold(this.day);
      this.day = row;
      this.otherDays?.delete(row.day);
    }
  }

  private hold(row: DayRow): void {
    this.otherDays ??= new Map();
    this.otherDays.set(row.day, row);
  }

  /** The current boot and others held since the last write, the latter first. */
  *boots(): Generator<Boot> {
    if (this.otherBoots !== null) yield* this.otherBoots.values();
    if (this.boot !== null) yield this.boot;
  }

  *days(): Generator<DayRow> {
    if (this.otherDays !== null) yield* this.otherDays.values();
    if (this.day !== null) yield this.day;
  }

  /** All of it is in the store: only the current boot and the latest day stay in memory. */
  written(): void {
    this.dirty = false;
    this.is_new = false;
    for (const boot of this.boots()) boot.touched = false;
    for (const day of this.days()) day.dirty = false;
    this.otherBoots = null;
    this.otherDays = null;
  }

  get last_seen_at(): number {
    return this.numbers[LAST_SEEN] as number;
  }
  set last_seen_at(at: number) {
    this.numbers[LAST_SEEN] = at;
  }

  get last_report_at(): number | null {
    return known(this.numbers[LAST_REPORT] as number);
  }
  set last_report_at(at: number | null) {
    this.numbers[LAST_REPORT] = at ?? Number.NaN;
  }

  /** Where its newest record lies. */
  get last_address(): number | null {
    return known(this.numbers[LAST_ADDRESS] as number);
  }
  set last_address(address: number | null) {
    this.numbers[LAST_ADDRESS] = address ?? Number.NaN;
  }

  get state_reported_at(): number {
    return this.numbers[REPORTED] as number;
  }
  set state_reported_at(at: number) {
    this.numbers[REPORTED] = at;
  }

  get state_received_at(): number {
    return this.numbers[RECEIVED] as number;
  }
  set state_received_at(at: number) {
    this.numbers[RECEIVED] = at;
  }

  /** What it may still send: the bucket of bounds.ts. */
  get tokens(): number {
    return this.numbers[TOKENS] as number;
  }
  set tokens(count: number) {
    this.numbers[TOKENS] = count;
  }

  get tokens_at(): number {
    return this.numbers[TOKENS_AT] as number;
  }
  set tokens_at(at: number) {
    this.numbers[TOKENS_AT] = at;
  }

  /** The latest value of a field, NaN when it was never reported. */
  latest(field: number): number {
    return this.numbers[HEAD + field] as number;
  }

  setValue(field: number, value: number): void {
    this.numbers[HEAD + field] = value;
  }

  /** Takes over every field of a report. */
  setState({ states }: Plan, values: ArrayLike<number>): void {
    const { numbers } = this;
    for (let i = 0; i < states.length; i += 2) numbers[HEAD + (states[i + 1] as number)] = values[states[i] as number] as number;
  }
}

/** Rebooting between two reports without saying why, or telling an unknown reason. */
export const UNKNOWN_REBOOT = 10;
