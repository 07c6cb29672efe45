// Bounds on what one device may send.
import { newId } from '../core/id.ts';
import type { Device } from './device.ts';

export interface Rate { readonly reports_per_s: number; readonly burst: number }

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

export const quarantineId = (at: number): string => newId(at);
