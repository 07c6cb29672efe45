// The ingester's core: messages in, rows of one transaction out. It knows no socket and no clock; mqtt/pipeline.ts feeds it and commits what it collects.
import { acceptEvent, acceptReport, Calendar, type Need, type Outcome, type Reception, timeOf } from './accept.ts';
import { Batch } from './batch.ts';
import { type Limits, placesOf, quarantineId, TokenBucket } from './bounds.ts';
import { type Item, isRefusal, parse, readItems } from './decode.ts';
import { Device } from './device.ts';
import { type Doubt, doubtOf } from './doubt.ts';
import type { Counts } from './ingestStatus.ts';
import { readJson } from './json.ts';
import { keepEvent } from './keepEvent.ts';
import { itemBytes, type Message } from './message.ts';
import { adaptOnvif } from './onvif.ts';
import { type Event, type OnvifEvent, Reply, State } from './payload.ts';
import { noteActivity, noteState, type PresenceChange } from './presence.ts';
import { Reading, readReport, walkReport } from './reading.ts';
import { TEXT_SHAPE } from './shape.ts';
import type { Shapes } from './shapes.ts';
import type { Topic } from './topic.ts';
import { presenceRows, quarantineRows, replyRows, shapeRows } from './writes.ts';

/** What must be read before the message can be taken in. */
export type Missing = Need | { readonly device_id: string } | { readonly device: Device; readonly doubt: Doubt };
export interface IngestOptions {
  readonly zone: string;
  readonly segment_no: number;
  readonly next_device_no: number;
  readonly next_change_no: number;
  readonly shapes: Shapes;
  readonly limits: Limits;
}

/** An unregistered device is looked up again after this long. */
const LOOK_UP_AGAIN_MS = 1000;

export class Ingest {
  readonly devices = new Map<string, Device>();
  readonly batch: Batch;
  readonly counts: Counts = { reports: 0, events: 0, duplicates: 0, quarantined: 0, quarantine_dropped: 0, throttled: 0, presence: 0, replies: 0 };
  readonly calendar: Calendar;
  private readonly reception: Reception;
  readonly shapes: Shapes;
  /** Devices that miss sequence numbers, or did when they were looked at last. */
  readonly gapped = new Set<Device>();
  private readonly limits: Limits;
  private readonly reading = new Reading();
  private next_device_no: number;
  private next_change_no: number;
  private unknown = 0;

  constructor(options: IngestOptions) {
    this.batch = new Batch(options.segment_no);
    this.calendar = new Calendar(options.zone);
    this.reception = { received_at: 0, backfill: false, clock_suspect: null, calendar: this.calendar, address: 0 };
    this.shapes = options.shapes;
    this.limits = options.limits;
    this.next_device_no = options.next_device_no;
    this.next_change_no = options.next_change_no;
  }

  /** A device heard for the first time. */
  meet(device_id: string, unit_id: string | null, now: number): void {
    if (unit_id === null && ++this.unknown > this.limits.unknown_devices) return;
    const device = new Device(this.next_device_no++, device_id, now);
    device.unit_id = unit_id;
    device.looked_up_at = now;
    this.devices.set(device_id, device);
    this.batch.touch(device);
  }

  /** Its rows say everything: it is read again when it is heard again. */
  forget(device: Device): void {
    device.forgotten = true;
    this.devices.delete(device.device_id);
  }

  /** Takes in the usual message: one report of a known device, of the shape it sent last, following the one before. False when it is anything else: nothing was changed then. */
  takeUsual(of: Topic, received_at: number, bytes: Uint8Array, from: number, to: number): boolean {
    const device = this.deviceOf(of);
    if (of.kind !== 'health' || device === null || device.unit_id === null) return false;
    const shape = device.shape ?? this.shapes.likely(device);
    // Nearly always the boot is the one before: then no string is made of it.
    if (device.boot !== null) this.reading.boot = device.boot.boot;
    if (shape === null || walkReport(bytes, from, to, shape, this.reading) !== to) return false;
    if (!TokenBucket.take(device, this.limits, received_at)) return false;
    if (this.accept(device, received_at, false, null) !== 'stored') {
      TokenBucket.giveBack(device);
      return false;
    }
    device.shape = shape;
    this.keep(device, received_at);
    if (!this.reading.hist) this.notePresence(device, noteActivity(device, received_at), received_at);
    return true;
  }

  /** Takes the message in, or says what it needs first. */
  take(message: Message): Missing | null {
    const device = this.deviceOf(message.of);
    if (device === null)
      return this.unknown > this.limits.unknown_devices ? this.refuse(message, message.payload, 'unknown_device', null) : { device_id: message.of.device_id };
    if (device.unit_id === null) {
      // A replay came long ago: whether its device is known by now is asked once.
      const ask = message.origin === 'device' ? message.received_at - device.looked_up_at >= LOOK_UP_AGAIN_MS : !message.asked;
      if (ask) return { device_id: message.of.device_id };
      device.last_seen_at = message.received_at;
      this.batch.touch(device);
      return this.refuse(message, message.payload, 'unknown_device', null);
    }
    // It may have waited behind another; tried again because the long way costs ten times as much.
    if (message.origin === 'device' && message.items === null && this.takeUsual(message.of, message.received_at, message.bytes, message.from, message.to))
      return null;
    if (message.of.kind === 'state') return this.takeState(device, message);
    return message.of.kind === 'reply' ? this.takeReply(device, message) : this.takeItems(device, message);
  }

  private deviceOf(of: Topic): Device | null {
    if (of.device === null || of.device.forgotten) of.device = this.devices.get(of.device_id) ?? null;
    return of.device;
  }

  private takeItems(device: Device, message: Message): Missing | null {
    if (message.items === null) {
      const items = readItems(message.of.kind, message.payload, message.origin === 'replay');
      if (isRefusal(items)) return this.refuse(message, message.payload, items.refusal, items.detail);
      message.items = items;
    }
    while (message.done < message.items.length) {
      const missing = this.takeItem(device, message, message.items[message.done] as Item);
      if (missing !== null) return missing;
      message.done++;
      message.verdict = null;
    }
    return null;
  }

  private takeItem(device: Device, message: Message, item: Item): Missing | null {
    if ('refusal' in item) return this.refuse(message, item.bytes, item.refusal, item.detail);
    if ('event' in item) return this.takeEvent(device, message, item.event);
    if ('onvif' in item) return this.takeOnvif(device, message, item.onvif);
    readReport(item.health, (layout) => this.shapes.find(layout, (shape) => this.batch.add(shapeRows, [shape.no, shape.layout])), this.reading);
    device.shape = this.reading.shape ?? device.shape;
    return this.takeReport(device, message);
  }

  private takeReport(device: Device, message: Message): Missing | null {
    if (!this.inRate(device, message)) return this.throttle(device, message, itemBytes(message));
    const backfill = message.of.kind === 'backfill';
    const outcome = this.accept(device, message.received_at, backfill, message.origin === 'import' ? false : null);
    if (outcome === 'duplicate') return this.judge(device, message);
    if (outcome !== 'stored') {
      TokenBucket.giveBack(device);
      return outcome;
    }
    this.keep(device, message.received_at);
    if (!this.reading.hist && !backfill) this.noteHeard(device, message);
    return null;
  }

  private accept(device: Device, received_at: number, backfill: boolean, clock_suspect: boolean | null): Outcome {
    const { reception } = this;
    reception.received_at = received_at;
    reception.backfill = backfill;
    reception.clock_suspect = clock_suspect;
    reception.address = this.batch.segment.next;
    return acceptReport(device, this.reading, reception);
  }

  /** Puts the accepted report into the segment. */
  private keep(device: Device, received_at: number): void {
    const { reading, batch } = this;
    batch.segment.append(
      device.device_no,
      reading.boot_no,
      reading.seq,
      received_at,
      reading.ts,
      reading.flags,
      device.last_address,
      reading.shape?.no ?? TEXT_SHAPE,
      reading.packed,
      reading.measures.length,
      reading.text,
    );
    device.last_address = this.reception.address;
    // A record names its boot by number: the row that gives the number its name goes with the first.
    if (reading.opens_boot) batch.touchNow(device);
    else batch.touch(device);
    this.counts.reports++;
    if (device.missing > 0) this.gapped.add(device);
  }

  /** A known key: nothing changes, unless its bytes differ from those stored. */
  private judge(device: Device, message: Message): Missing | null {
    const { reading } = this;
    if (message.verdict === null) return { device, doubt: doubtOf(device, reading) };
    if (message.verdict === 'other') return this.refuse(message, itemBytes(message), 'same_key_other_bytes', `boot ${reading.boot} seq ${reading.seq}`);
    return this.noteDuplicate(device, message);
  }

  private noteDuplicate(device: Device, message: Message): null {
    message.outcome = 'duplicate';
    device.duplicates++;
    this.counts.duplicates++;
    this.batch.touch(device);
    return null;
  }

  private takeEvent(device: Device, message: Message, event: Event): Missing | null {
    if (!this.inRate(device, message)) return this.throttle(device, message, itemBytes(message));
    const hist = event.hist === true || message.of.kind === 'backfill';
    const { reported_at, clock_suspect } = timeOf(event.ts, event.synced ?? true, hist, message.received_at);
    const outcome = acceptEvent(device, event, this.calendar.dayOf(reported_at), message.received_at, hist);
    if (outcome === 'duplicate') return this.noteDuplicate(device, message);
    if (outcome !== 'stored') {
      TokenBucket.giveBack(device);
      return outcome;
    }
    keepEvent(this.batch, device, event, { reported_at, received_at: message.received_at, clock_suspect, hist });
    this.counts.events++;
    if (!hist) this.noteHeard(device, message);
    return null;
  }

  private takeOnvif(device: Device, message: Message, onvif: OnvifEvent): Missing | null {
    const event = adaptOnvif(message.of.name, onvif);
    return event === null ? this.refuse(message, message.payload, 'not_as_agreed', 'UtcTime') : this.takeEvent(device, message, event);
  }

  private takeState(device: Device, message: Message): Missing | null {
    const json = readJson(message.payload);
    if ('refusal' in json) return this.refuse(message, message.payload, json.refusal, null);
    const state = parse(State, json.value);
    if (isRefusal(state)) return this.refuse(message, message.payload, state.refusal, state.detail);
    if (!this.inRate(device, message)) return this.throttle(device, message, message.payload);
    if (isNews(device, message)) {
      device.last_seen_at = Math.max(device.last_seen_at, message.received_at);
      this.notePresence(device, noteState(device, state, message.received_at), message.received_at);
    }
    this.counts.presence++;
    this.batch.touch(device);
    return null;
  }

  private noteHeard(device: Device, message: Message): void {
    if (isNews(device, message)) this.notePresence(device, noteActivity(device, message.received_at), message.received_at);
  }

  private notePresence(device: Device, change: PresenceChange | null, at: number): void {
    if (change === null) return;
    this.batch.touchNow(device);
    this.batch.add(presenceRows, [this.next_change_no++, device.device_no, change.presence, change.cause, at]);
  }

  private takeReply(device: Device, message: Message): Missing | null {
    const json = readJson(message.payload);
    if ('refusal' in json) return this.refuse(message, message.payload, json.refusal, null);
    const reply = parse(Reply, json.value);
    if (isRefusal(reply)) return this.refuse(message, message.payload, reply.refusal, reply.detail);
    this.batch.add(replyRows, [message.received_at, JSON.stringify(reply), reply.id, device.device_id], message.payload.length);
    this.counts.replies++;
    return null;
  }

  private inRate(device: Device, message: Message): boolean {
    return message.origin !== 'device' || message.verdict !== null || TokenBucket.take(device, this.limits, message.received_at);
  }

  private throttle(device: Device, message: Message, bytes: Uint8Array): null {
    device.throttled++;
    this.counts.throttled++;
    this.batch.touch(device);
    return this.refuse(message, bytes, 'over_rate', null);
  }

  /** Keeps the bytes and the reason. Beyond the bound of the device the message is counted and dropped: `outcome` says so. */
  refuse(message: Message, bytes: Uint8Array, reason: string, detail: string | null): null {
    const device = this.devices.get(message.of.device_id);
    message.outcome = reason;
    if (message.origin === 'replay') return null;
    if (device !== undefined) device.quarantined += placesOf(bytes.length);
    if (device !== undefined && device.quarantined > this.limits.quarantined_per_device) {
      this.counts.quarantine_dropped++;
      message.outcome = 'dropped';
      return null;
    }
    this.counts.quarantined++;
    const id = quarantineId(message.received_at);
    this.batch.add(quarantineRows, [id, message.of.device_id, message.topic, Buffer.from(bytes), reason, detail, message.received_at], bytes.length);
    return null;
  }
}

/** A replay tells how it was when it came: of a device heard since, nothing new. */
const isNews = (device: Device, message: Message): boolean => message.origin === 'device' || message.received_at >= device.last_seen_at;
