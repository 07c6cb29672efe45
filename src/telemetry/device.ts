// What the ingester remembers of one device: its latest state, its boots, and the days it is adding to. Written to the store in slices.
import type { Boot } from './boots.ts';
import type { DayRow } from './days.ts';
import { fields } from './fields.ts';
import type { Shape } from './shape.ts';

/** NaN in every field: never reported. The non-integer makes V8 keep the numbers unboxed. */
const unknownState: readonly number[] = fields.map(() => Number.NaN);

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
  first_seen_at: number;
  last_seen_at: number;
  last_report_at: number | null = null;
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
  last_address: number | null = null;
  /** Every segment up to this one is contained in the rows of the store. */
  through_segment = 0;

  readonly state: number[] = unknownState.slice();
  state_reported_at = 0;
  state_received_at = 0;
  /** The latest day with a report, and others touched since the last write. */
  day: DayRow | null = null;
  readonly days = new Map<number, DayRow>();
  /** Boots touched since the last write, by their name. */
  readonly boots = new Map<string, Boot>();
  next_boot_no = 1;

  /** Not stored yet, or changed since it was. */
  is_new = true;
  dirty = false;
  shape: Shape | null = null;
  tokens = -1;
  tokens_at = 0;
  quarantined = 0;

  constructor(device_no: number, device_id: string, now: number) {
    this.device_no = device_no;
    this.device_id = device_id;
    this.first_seen_at = now;
    this.last_seen_at = now;
  }
}

/** Rebooting between two reports without saying why, or telling an unknown reason. */
export const UNKNOWN_REBOOT = 10;
