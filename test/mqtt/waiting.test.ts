// What waits in the pipeline: messages in their order, and the acknowledgements of those that do not wait any more.
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Acks, writeAcknowledgements } from '../../src/mqtt/acks.ts';
import { Backlog } from '../../src/mqtt/backlog.ts';
import { nobody, type Source } from '../../src/mqtt/source.ts';
import { Message } from '../../src/telemetry/message.ts';
import { readTopic } from '../../src/telemetry/topic.ts';

const of = readTopic('fleet/v1/cam-1/health');
if (of === null) throw new Error('a topic of the contract');
const queued = (id: number, bytes = 1) => ({ message: new Message(of, 0, new Uint8Array(bytes)), source: nobody, id });

it('a backlog gives back what was put in, in its order, however long it was in between', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('take'), fc.integer({ min: 1, max: 3000 })), { maxLength: 40 }), (steps) => {
      const backlog = new Backlog();
      let [next, taken] = [0, 0];
      for (const step of steps) {
        if (step === 'take') {
          for (let i = 0; i < 1500 && backlog.first !== undefined; i++) {
            if (backlog.first.id !== taken++) expect.fail('out of order');
            backlog.shift();
          }
        } else for (let i = 0; i < step; i++) backlog.push(queued(next++));
        expect(backlog.length).toBe(next - taken);
      }
      expect([...backlog.next(5)].map(({ id }) => id)).toEqual(Array.from({ length: Math.min(5, next - taken) }, (_, i) => taken + i));
    }),
    { numRuns: 60 },
  );
});

it('a backlog is crowded by number or by bytes, and roomy again only at half of it', () => {
  const many = new Backlog();
  for (let id = 0; id <= 4000; id++) many.push(queued(id));
  expect([many.crowded, many.roomy]).toEqual([true, false]);
  while (many.length > 2001) many.shift();
  expect([many.crowded, many.roomy]).toEqual([false, false]);
  many.shift();
  expect(many.roomy).toBe(true);
  const large = new Backlog();
  for (let id = 0; id < 17; id++) large.push(queued(id, 4 * 2 ** 20));
  expect([large.crowded, large.length]).toEqual([true, 17]);
  while (!large.roomy) large.shift();
  expect(large.length).toBe(8);
});

it('acknowledgements go to whom they belong, in the order of arrival, and not to one that is gone', () => {
  const acks = new Acks();
  const [a, b]: [Source, Source] = [{ ...nobody }, { ...nobody }];
  expect(acks.empty).toBe(true);
  for (const [source, id] of [
    [a, 1],
    [b, 7],
    [a, 2],
    [a, 3],
    [b, 8],
  ] as const)
    acks.add(source, id);
  acks.forget(b);
  acks.add(b, 9);
  acks.add(a, 4);
  const taken = acks.take();
  expect([taken.get(a), taken.get(b), acks.empty]).toEqual([[1, 2, 3, 4], [9], true]);
  acks.add(a, 5);
  expect([taken.get(a), acks.take().get(a)]).toEqual([[1, 2, 3, 4], [5]]);
});

it('acknowledges all ids of a batch in one write, those without an id not at all', () => {
  const stream = new PassThrough();
  const write = vi.spyOn(stream, 'write');
  // Of a socket only what every duplex stream has is used.
  writeAcknowledgements(stream as unknown as Socket, [1, 0, 0x1234]);
  expect(write.mock.calls).toEqual([[Buffer.from([0x40, 2, 0, 1, 0x40, 2, 0x12, 0x34])]]);
});
