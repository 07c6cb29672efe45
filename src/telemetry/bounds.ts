// Bounds on what one device may send.
import { newId } from '../core/id.ts';
import type { Device } from './device.ts';
import { MAX_OBJECT_BYTES } from './payload.ts';

export interface Rate {
  readonly reports_per_s: number;
  readonly burst: number;
}

/** A bucket per device, refilled by the time of arrival. */
export const TokenBucket = {
  take(device: Device, rate: Rate, at: number): boolean {
    const refill = ((at - device.tokens_at) * rate.reports_per_s) / 1000;
    device.tokens = device.tokens < 0 ? rate.burst : Math.min(rate.burst, device.tokens + Math.max(0, refill));
    device.tokens_at = at;
    if (device.tokens < 1) return false;
    device.tokens--;
    return true;
  },
  /** The message comes again after something was read from the store. */
  giveBack(device: Device): void {
    device.tokens++;
  },
};

/** Places that a message takes in quarantine: a large one takes several. */
export const placesOf = (bytes: number): number => 1 + Math.floor(bytes / MAX_OBJECT_BYTES);

export const quarantineId = (at: number): string => newId(at);

export interface Limits {
  /** Reports a second one device may send for long, and how many at once. */
  readonly reports_per_s: number;
  readonly burst: number;
  /** Quarantined messages kept per device, of up to 64 KiB each. */
  readonly quarantined_per_device: number;
  /** Unregistered devices that get a row of their own. */
  readonly unknown_devices: number;
}

/** 3,000 at once let a device that reports every minute drain two days of a broker's backlog. */
export const defaultLimits: Limits = { reports_per_s: 10, burst: 3000, quarantined_per_device: 2000, unknown_devices: 20_000 };
