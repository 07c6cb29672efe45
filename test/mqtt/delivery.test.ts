// How a connection to a broker reads: as messages come while there are few, in large strokes when there are many.
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Delivery } from '../../src/mqtt/delivery.ts';

function opened() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stream = new PassThrough();
  stream.resume();
  // Of a socket only what every duplex stream has is used.
  return { stream, delivery: new Delivery(stream as unknown as Socket) };
}

/** Ten milliseconds of so many messages each. */
function flow(delivery: Delivery, per_ms: number): void {
  delivery.took(0, 1000);
  for (let at = 1001; at <= 1010; at++) delivery.took(per_ms, at);
}

it('what comes at the rate whose latency counts is read as it comes', () => {
  const { stream, delivery } = opened();
  flow(delivery, 19);
  expect(stream.isPaused()).toBe(false);
});

it('under load the socket rests after a read, and is read again', () => {
  const { stream, delivery } = opened();
  flow(delivery, 20);
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(2);
  expect(stream.isPaused()).toBe(false);
});

it('a rest that ends while the pipeline is full leaves the socket paused until there is room', () => {
  const { stream, delivery } = opened();
  flow(delivery, 50);
  delivery.pause();
  vi.advanceTimersByTime(10);
  expect(stream.isPaused()).toBe(true);
  delivery.resume();
  expect(stream.isPaused()).toBe(false);
});

it('room during a rest waits for its end', () => {
  const { stream, delivery } = opened();
  delivery.pause();
  flow(delivery, 50);
  delivery.resume();
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(2);
  expect(stream.isPaused()).toBe(false);
});

it('when the load is over, reading no longer rests', () => {
  const { stream, delivery } = opened();
  flow(delivery, 50);
  vi.advanceTimersByTime(2);
  delivery.took(1, 1020);
  expect(stream.isPaused()).toBe(false);
});

it('acknowledges all ids of a batch in one write, those without an id not at all', () => {
  const { stream, delivery } = opened();
  const write = vi.spyOn(stream, 'write');
  delivery.acknowledge([1, 0, 0x1234]);
  expect(write.mock.calls).toEqual([[Buffer.from([0x40, 2, 0, 1, 0x40, 2, 0x12, 0x34])]]);
});
