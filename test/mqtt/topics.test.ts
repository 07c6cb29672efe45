// Topics found by their bytes say what reading their text says, whatever came before.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Topics } from '../../src/mqtt/topics.ts';
import { readTopic } from '../../src/telemetry/topic.ts';

/** The topic within other bytes, as it lies in a packet. */
function find(topics: Topics, text: string) {
  const bytes = Buffer.from(`\u0000\u001f${text}{"v":1}`);
  return topics.find(bytes, 2, 2 + Buffer.byteLength(text));
}
const said = (topic: ReturnType<typeof readTopic>) => (topic === null ? null : { device_id: topic.device_id, kind: topic.kind, name: topic.name });

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const text = fc.oneof(
  fc
    .tuple(id, fc.constantFrom('state', 'health', 'event', 'backfill', 'reply', 'cmd', '', 'Health', 'health/'))
    .map(([device, kind]) => `fleet/v1/${device}/${kind}`),
  fc.tuple(id, fc.string({ unit: 'grapheme', maxLength: 20 })).map(([device, name]) => `fleet/v1/${device}/onvif-ej/${name}`),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    'fleet/v1/',
    'fleet/v1//health',
    'fleet/v1/+/health',
    'fleet/v1/#',
    '$SYS/broker',
    'fleet/v2/a/health',
    'fleet/v1/a/b/health',
    'FLEET/V1/a/health',
  ),
);

it('any text, known or new, again and again', () => {
  const topics = new Topics();
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (texts) => {
      for (const each of [...texts, ...texts]) expect([each, said(find(topics, each))]).toEqual([each, said(readTopic(each))]);
    }),
    { numRuns: 300 },
  );
});

it('the same topic is the same object, so that the device found for it is not looked for again', () => {
  const topics = new Topics();
  const first = find(topics, 'fleet/v1/cam-1/health');
  expect(find(topics, 'fleet/v1/cam-1/health')).toBe(first);
  expect(find(topics, 'fleet/v1/cam-1/state')).not.toBe(first);
});

it('twenty thousand devices keep their own topics while the table grows', () => {
  const topics = new Topics();
  const name = (i: number) => `fleet/v1/cam-${i}/health`;
  const first = Array.from({ length: 20_000 }, (_, i) => find(topics, name(i)));
  for (let i = 0; i < first.length; i++) {
    const again = find(topics, name(i));
    if (again !== first[i] || again?.device_id !== `cam-${i}`) expect.fail(`${name(i)} became ${again?.device_id}`);
  }
});

it('text beyond ASCII is read anew, never taken for another', () => {
  const topics = new Topics();
  const odd = 'fleet/v1/cam-1/onvif-ej/録画';
  expect(said(find(topics, odd))).toEqual(said(readTopic(odd)));
  expect(find(topics, odd)).not.toBe(find(topics, odd));
});
