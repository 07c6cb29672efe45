// An event goes into the segment like any report, so that its sequence number survives, and into a table of its own, which is kept for good.
import type { Batch } from './batch.ts';
import type { Device } from './device.ts';
import type { Event } from './payload.ts';
import { BACKFILLED, CLOCK_SUSPECT, IS_EVENT } from './segment.ts';
import { TEXT_SHAPE } from './shape.ts';
import { eventRows } from './writes.ts';

export interface EventTimes {
  readonly reported_at: number;
  readonly received_at: number;
  readonly clock_suspect: boolean;
  readonly hist: boolean;
}

/** Adds an accepted event to the batch, and its device, whose row it refers to. */
export function keepEvent(batch: Batch, device: Device, event: Event, { reported_at, received_at, clock_suspect, hist }: EventTimes): void {
  const flags = IS_EVENT | (clock_suspect ? CLOCK_SUSPECT : 0) | (hist ? BACKFILLED : 0);
  batch.touchNow(device);
  const event_no = batch.segment.next;
  const boot_no = device.knownBoot(event.boot)?.boot_no ?? 0;
  const { device_no, last_address } = device;
  batch.segment.append(device_no, boot_no, event.seq, received_at, event.ts, flags, last_address, TEXT_SHAPE, [], 0, JSON.stringify(event));
  device.last_address = event_no;
  batch.add(eventRows, [
    event_no,
    device_no,
    boot_no,
    event.seq,
    event.name,
    reported_at,
    received_at,
    clock_suspect ? received_at : null,
    jsonOrNull(event.source),
    jsonOrNull(event.data),
  ]);
}

const jsonOrNull = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));
