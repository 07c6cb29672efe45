// Which device rows a transaction carries: new ones at once, the others in rounds, and a mark that never says more than the rows hold.
import { expect, it } from 'vitest';
import { Batch } from '../../src/telemetry/batch.ts';
import { Device } from '../../src/telemetry/device.ts';
import { deviceRows, markRows, segmentRows, type Writes } from '../../src/telemetry/writes.ts';

const SECOND = 1000;

/** A fleet that is stored already, and the batch that writes it. */
function fleetOf(size: number) {
  const batch = new Batch(1);
  const devices = Array.from({ length: size }, (_, i) => new Device(i + 1, `cam-${i + 1}`, 0));
  for (const device of devices) device.is_new = false;
  const hear = (device: Device, at: number) => {
    batch.segment.append(device.device_no, 1, 1, at, at, 0, null, 0, [], 0, '{}');
    batch.touch(device);
  };
  return { batch, devices, hear };
}
const numbersIn = (writes: Writes): number[] => (writes.get(deviceRows) ?? []).map(([device_no]) => Number(device_no));
const markIn = (writes: Writes): number | null => {
  const [row] = writes.get(markRows) ?? [];
  return row === undefined ? null : Number(row[1]);
};
const segmentIn = (writes: Writes): number | null => {
  const [row] = writes.get(segmentRows) ?? [];
  return row === undefined ? null : Number(row[0]);
};

it('a few devices are written with the very transaction that holds their reports', () => {
  const { batch, devices, hear } = fleetOf(5);
  for (const device of devices) hear(device, SECOND);
  const writes = batch.seal(SECOND);
  expect([numbersIn(writes), segmentIn(writes), markIn(writes)]).toEqual([[1, 2, 3, 4, 5], 1, 1]);
  expect([batch.empty, batch.waiting]).toEqual([true, 0]);
});

it('a device that is new goes at once, however many others wait', () => {
  const { batch, devices, hear } = fleetOf(1000);
  for (const device of devices) hear(device, SECOND);
  const stranger = new Device(5000, 'new', SECOND);
  hear(stranger, SECOND);
  expect(numbersIn(batch.seal(SECOND))).toContain(5000);
  expect(stranger.is_new).toBe(false);
});

it('a large fleet is written in slices: every device once a round, in the order of their numbers, however often it is heard', () => {
  const { batch, devices, hear } = fleetOf(1000);
  const written: number[] = [];
  for (let at = SECOND; at <= 120 * SECOND && written.length < 1000; at += SECOND) {
    for (const device of devices.slice(0, 50)) hear(device, at);
    if (at === SECOND) for (const device of devices.slice(50)) hear(device, at);
    const slice = numbersIn(batch.seal(at));
    expect(slice.length).toBeLessThanOrEqual(300);
    written.push(...slice);
  }
  expect(written.slice(0, 1000)).toEqual(devices.map(({ device_no }) => device_no));
});

it('the mark follows only when a round is over, and names the last segment before it began', () => {
  const { batch, devices, hear } = fleetOf(1000);
  const marks: [segment: number | null, mark: number][] = [];
  const heldBy = new Map<number, number>();
  for (let at = SECOND; at <= 90 * SECOND; at += SECOND) {
    for (const device of devices) hear(device, at);
    const writes = batch.seal(at);
    const segment = segmentIn(writes);
    for (const row of writes.get(deviceRows) ?? []) heldBy.set(Number(row[0]), Number(row.at(-1)));
    const mark = markIn(writes);
    if (mark === null) continue;
    marks.push([segment, mark]);
    // What the mark promises to a recovery: every row holds at least the reports up to it.
    for (const { device_no } of devices)
      if ((heldBy.get(device_no) ?? 0) < mark) expect.fail(`device ${device_no} holds ${heldBy.get(device_no)}, the mark says ${mark}`);
  }
  expect(marks.length).toBeGreaterThan(1);
  for (const [segment, mark] of marks) expect(mark).toBeLessThanOrEqual(segment ?? 0);
});

it('before it stops, everything that waits is written', () => {
  const { batch, devices, hear } = fleetOf(5000);
  for (const device of devices) hear(device, SECOND);
  batch.patient = false;
  const written = new Set<number>();
  for (let i = 0; batch.waiting > 0 || !batch.empty; i++) {
    for (const number of numbersIn(batch.seal(SECOND + i))) written.add(number);
    if (i > 20) expect.fail('it does not end');
  }
  expect(written.size).toBe(5000);
});
