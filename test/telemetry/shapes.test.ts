// Which shape a device heard for the first time since the ingester began is guessed to send.
import { expect, it } from 'vitest';
import { packReport } from '../../src/telemetry/shape.ts';
import { Shapes } from '../../src/telemetry/shapes.ts';

const layoutOf = (fw: string, hist: boolean, name: string): string => {
  const packed = packReport({ v: 1, boot: 'b', seq: 1, ts: 1, hist, model: 'M', hw: 'A', fw, m: { [name]: 1 } });
  if (packed === null) throw new Error('It has a packed form');
  return packed.layout;
};

const shapes = new Shapes();
const [older, newer, other, history] = [
  layoutOf('1.0', false, 'uptime_s'),
  layoutOf('1.0', false, 'frames_lost'),
  layoutOf('2.0', false, 'uptime_s'),
  layoutOf('1.0', true, 'uptime_s'),
].map((layout) => shapes.find(layout, () => {}));

it('the newest of its model, revision and firmware, and never one of history', () => {
  expect(shapes.likely({ model_code: 'M', hw_rev: 'A', firmware: '1.0' })).toBe(newer);
  expect(newer).not.toBe(older);
  expect(shapes.likely({ model_code: 'M', hw_rev: 'A', firmware: '2.0' })).toBe(other);
});

it('what came last for a device nobody knows anything of', () => {
  expect(shapes.likely({ model_code: null, hw_rev: null, firmware: null })).toBe(history);
});
