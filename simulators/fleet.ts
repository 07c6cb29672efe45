// N cameras over a real MQTT client. They catch up on the past at accelerated time, then report in real time.
import type { Camera } from './camera.ts';
import { DAY_MS } from './defects.ts';
import { connectDevice, type Device, type Login } from './device.ts';
import { inParallel, pause } from './parallel.ts';
import { phaseOf } from './world.ts';

export interface Fleet {
  readonly size: number;
  /** Reports acknowledged by the broker. */
  readonly acknowledged: number;
  /** Live reports left out because too many were under way. */
  readonly skipped: number;
  /**
   * The last `days` days, `speed` simulated seconds in one real second; 0 is as fast as the broker acknowledges.
   * The contract lets history be at most 30 days old.
   */
  catchUp(options: { days: number; speed: number; signal?: AbortSignal; onDay?: (daysLeft: number) => void }): Promise<void>;
  /** Every camera once in `interval_s`, spread evenly, until the signal aborts. */
  report(options: { interval_s: number; signal: AbortSignal }): Promise<void>;
  /** A unit leaves the field: its connection is lost, its will is sent. */
  retire(deviceId: string): Promise<void>;
  close(): Promise<void>;
}

export interface FleetMember {
  readonly camera: Camera;
  readonly login: Login;
}

const CONNECTING_AT_ONCE = 40;
/** Back-pressure: messages published and not yet acknowledged, over all connections. */
const UNDER_WAY = 200;
const STEP_MS = 3 * DAY_MS;
const TICK_MS = 200;
export const OLDEST_HISTORY_DAYS = 29;

/** Connects every camera; `onConnected` is told how many so far. `clock` answers epoch ms. */
export async function launchFleet(
  url: string,
  members: readonly FleetMember[],
  clock: () => number = Date.now,
  onConnected: (count: number) => void = () => undefined,
): Promise<Fleet> {
  let connected = 0;
  const launched = await inParallel(members, CONNECTING_AT_ONCE, async ({ camera, login }) => {
    const device = await connectDevice(url, camera, login, clock);
    onConnected(++connected);
    return device;
  });
  const devices = new Map(launched.map((device) => [device.camera.unit.device_id, device]));
  const counts = { acknowledged: 0, skipped: 0, underWay: 0 };
  return {
    get size() {
      return devices.size;
    },
    get acknowledged() {
      return counts.acknowledged;
    },
    get skipped() {
      return counts.skipped;
    },
    catchUp: (options) => catchUp(devices, counts, clock, options),
    report: (options) => reportInTurn(devices, counts, clock, options),
    retire: async (deviceId) => {
      const device = devices.get(deviceId);
      devices.delete(deviceId);
      await device?.close('lost');
    },
    close: async () => {
      await inParallel([...devices.values()], UNDER_WAY, (device) => device.close());
    },
  };
}

interface Counts {
  acknowledged: number;
  skipped: number;
  underWay: number;
}
type Devices = Map<string, Device>;

async function catchUp(devices: Devices, counts: Counts, clock: () => number, { days, speed, signal, onDay }: Parameters<Fleet['catchUp']>[0]): Promise<void> {
  const started = clock();
  const from = started - Math.min(days, OLDEST_HISTORY_DAYS) * DAY_MS;
  for (let at = from; at < started && !signal?.aborted; at += STEP_MS) {
    const until = Math.min(started, at + STEP_MS);
    await inParallel([...devices.values()], UNDER_WAY, async (device) => {
      const delivered = signal?.aborted ? 0 : await device.deliverKept(at, until);
      counts.acknowledged += delivered;
    });
    onDay?.((started - until) / DAY_MS);
    if (speed > 0) await pause(started + (until - from) / speed - clock(), signal);
  }
}

/** A slow broker is not buried: a camera whose turn comes while too many reports are under way leaves this one out. */
async function reportInTurn(devices: Devices, counts: Counts, clock: () => number, { interval_s, signal }: Parameters<Fleet['report']>[0]): Promise<void> {
  const turn = (at: number) => (at / (interval_s * 1000)) % 1;
  let last = clock();
  while (!signal.aborted) {
    await pause(TICK_MS, signal);
    const now = clock();
    for (const device of devices.values()) {
      if (!isDue(phaseOf(device.camera.unit), turn(last), turn(now), now - last >= interval_s * 1000)) continue;
      if (counts.underWay >= UNDER_WAY || !device.connected) counts.skipped += 1;
      else void reportOne(device, counts, now);
    }
    last = now;
  }
}

const isDue = (phase: number, from: number, to: number, wholeRound: boolean): boolean =>
  wholeRound || (from <= to ? phase > from && phase <= to : phase > from || phase <= to);

async function reportOne(device: Device, counts: Counts, now: number): Promise<void> {
  counts.underWay += 1;
  try {
    const delivered = await device.report(now);
    counts.acknowledged += delivered;
  } catch {
    // The connection went away in between; the camera's next report tells the same counters.
    counts.skipped += 1;
  } finally {
    counts.underWay -= 1;
  }
}
