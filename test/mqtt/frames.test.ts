import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { Frames } from '../../src/mqtt/frames.ts';
import { Topics } from '../../src/mqtt/topics.ts';
import { DEVICE_ID } from '../../src/telemetry/payload.ts';
import { topicText } from '../../src/telemetry/topic.ts';

const packet = fc.oneof(
  fc
    .record({ qos: fc.constantFrom(0, 1, 2), id: fc.integer({ min: 1, max: 65_535 }), length: fc.oneof(fc.nat({ max: 200 }), fc.constantFrom(20_000)) })
    .map(({ qos, id, length }) => ({ cmd: 'publish', topic: `fleet/v1/c${length}/health`, payload: 'x'.repeat(length), qos, messageId: id })),
  fc.constantFrom({ cmd: 'pingreq' }, { cmd: 'puback', messageId: 7 }),
);

/** What the frames say of a stream cut into these chunks, each of which is overwritten once it was read. */
function readInChunks(stream: Buffer, cuts: readonly number[], version: number): string[] {
  const heard: string[] = [];
  const frames = new Frames(
    {
      publish: (bytes, topicAt, topicEnd, id, payloadAt, end, qos) =>
        heard.push(`${bytes.toString('utf8', topicAt, topicEnd)} ${qos} ${id} ${bytes.toString('utf8', payloadAt, end)}`),
      other: (frame) => heard.push(`other ${frame.toString('hex')}`),
    },
    () => version,
  );
  const ends = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...ends, stream.length]) {
    const chunk = Buffer.from(stream.subarray(from, to));
    frames.read(chunk);
    chunk.fill(0xff);
    from = to;
  }
  return heard;
}

describe('MQTT frames', () => {
  it.each([4, 5])('are the same however the stream of version %i is cut, one byte at a time too', (protocolVersion) => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), fc.array(fc.nat({ max: 100_000 }), { maxLength: 30 }), fc.boolean(), (packets, cuts, bytewise) => {
        // fast-check makes complete packets of each kind.
        const stream = Buffer.concat(packets.map((each) => mqttPacket.generate(each as Packet, { protocolVersion })));
        const expected = packets.map((each) =>
          'topic' in each
            ? `${each.topic} ${each.qos} ${each.qos === 0 ? 0 : each.messageId} ${each.payload}`
            : `other ${mqttPacket.generate(each as Packet, { protocolVersion }).toString('hex')}`,
        );
        const every = bytewise && stream.length < 2000 ? Array.from({ length: stream.length }, (_, i) => i) : cuts;
        expect(readInChunks(stream, every, protocolVersion)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a packet over the limit', [0x30, 0xff, 0xff, 0xff, 0x7f]],
    ['a topic longer than its packet', [0x32, 0x04, 0xff, 0xff, 0x61, 0x62]],
    ['a PUBLISH of nothing', [0x32, 0x00]],
  ])('%s is refused', (_, bytes) => {
    expect(() => readInChunks(Buffer.from(bytes), [], 4)).toThrow(RangeError);
  });
});

describe('topics by their bytes', () => {
  const text = fc.oneof(
    fc
      .tuple(fc.stringMatching(DEVICE_ID), fc.constantFrom('health', 'state', 'event', 'backfill', 'reply', 'cmd', 'onvif-ej/Device/Trigger', 'onvif-ej/日本'))
      .map(([id, kind]) => `fleet/v1/${id}/${kind}`),
    fc.string(),
  );

  it('are what readTopic says, at the first time and at every other', () => {
    const topics = new Topics();
    fc.assert(
      fc.property(fc.array(text, { maxLength: 50 }), (names) => {
        for (const name of [...names, ...names]) {
          const bytes = Buffer.from(`??${name}!!`);
          const found = topics.find(bytes, 2, bytes.length - 2);
          if (found !== null) expect(topicText(found)).toBe(name);
          else expect(name).not.toMatch(/^fleet\/v1\/[A-Za-z0-9_-]{1,64}\/(health|state|event|backfill|reply|onvif-ej\/.+)$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a hundred thousand devices are told apart', () => {
    const topics = new Topics();
    const of = (i: number) => Buffer.from(`fleet/v1/cam-${i}/health`);
    for (let round = 0; round < 2; round++) for (let i = 0; i < 100_000; i += 7) expect(topics.find(of(i), 0, of(i).length)?.device_id).toBe(`cam-${i}`);
  });
});
