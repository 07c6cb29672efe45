// How many TLS handshakes are begun: so many at a time, the addresses in turn, and few for an address whose handshakes lead to nothing.
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Handshakes } from '../../src/mqtt/handshakes.ts';

let port = 1;
/** Of a socket only its end and that it closes are used. */
const from = (remoteAddress: string): Socket => Object.assign(new PassThrough(), { remoteAddress, remotePort: port++ }) as unknown as Socket;

function opened() {
  const clock = { now: 0 };
  const begun: Socket[] = [];
  const handshakes = new Handshakes(
    (socket) => begun.push(socket),
    () => clock.now,
  );
  return { clock, begun, handshakes };
}

const closed = (socket: Socket): Promise<void> => {
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.destroy();
  return gone;
};

it('five thousand that come back at once all get their turn, 64 at a time', () => {
  const { begun, handshakes } = opened();
  const all = Array.from({ length: 5000 }, () => from('site'));
  expect(all.every((socket) => handshakes.offer(socket))).toBe(true);
  expect(begun.length).toBe(64);
  for (let i = 0; i < all.length; i++) handshakes.over(begun[i] as Socket);
  expect([begun, handshakes.held_off]).toEqual([all, 0]);
});

it('one that comes alone waits behind one of a flood, not behind all of it', () => {
  const { begun, handshakes } = opened();
  for (let i = 0; i < 1000; i++) handshakes.offer(from('flood'));
  const alone = from('alone');
  handshakes.offer(alone);
  handshakes.over(begun[0] as Socket);
  handshakes.over(begun[1] as Socket);
  expect(begun.includes(alone)).toBe(true);
});

it('an address whose handshakes lead to nothing gets ten a second, and others are not touched', async () => {
  const { clock, begun, handshakes } = opened();
  for (let i = 0; i < 600; i++) {
    const socket = from('bad');
    handshakes.offer(socket);
    await closed(socket);
  }
  const [refused, other] = [from('bad'), from('good')];
  expect([handshakes.offer(refused), handshakes.offer(other)]).toEqual([false, true]);
  expect([refused.destroyed, other.destroyed, handshakes.held_off, begun.length]).toEqual([true, false, 1, 601]);
  clock.now += 1000;
  const later = Array.from({ length: 20 }, () => from('bad'));
  const taken: boolean[] = [];
  for (const socket of later) {
    taken.push(handshakes.offer(socket));
    await closed(socket);
  }
  expect(taken.filter(Boolean).length).toBe(10);
});

it('a handshake that ended well is no reproach, however its connection ends later', async () => {
  const { handshakes } = opened();
  for (let i = 0; i < 700; i++) {
    const socket = from('good');
    handshakes.offer(socket);
    handshakes.over(socket);
    await closed(socket);
  }
  expect(handshakes.offer(from('good'))).toBe(true);
});

it('who hung up while waiting costs no handshake, and the end leaves nobody waiting', async () => {
  const { begun, handshakes } = opened();
  const all = Array.from({ length: 70 }, () => from('site'));
  for (const socket of all) handshakes.offer(socket);
  await closed(all[64] as Socket);
  handshakes.over(begun[0] as Socket);
  expect(begun.at(-1)).toBe(all[65]);
  handshakes.close();
  expect(all.map((socket) => socket.destroyed).lastIndexOf(false)).toBe(65);
});
