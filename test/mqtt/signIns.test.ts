// Floods of wrong passwords: bounded where they cost something, and nobody else notices.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { sha256 } from '../../src/core/id.ts';
import { SignIns } from '../../src/mqtt/signIns.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { report } from '../telemetry/station.ts';
import { connectDevice, enrol, startIngester } from './broker.ts';
import { connectPacket, rawDevice } from './rawDevice.ts';

const MINUTE = 60_000;

/** A store that knows every device by the password `right`, and answers when it is told to. */
function desk() {
  const clock = { now: 1_000_000 };
  let questions: (() => void)[] = [];
  let [asked, most] = [0, 0];
  const signIns = new SignIns(
    (device_id) =>
      new Promise((resolve) => {
        asked++;
        questions.push(() => resolve(device_id === 'nobody' ? null : sha256('right')));
        most = Math.max(most, questions.length);
      }),
    () => clock.now,
  );
  const breathe = () => new Promise((resolve) => setImmediate(resolve));
  const answerAll = async () => {
    for (await breathe(); questions.length > 0; await breathe()) {
      const now = questions;
      questions = [];
      for (const answer of now) answer();
    }
  };
  const prove = async (device_id: string, password: string, address: string) => {
    const proof = signIns.prove(device_id, password, address);
    await answerAll();
    return proof;
  };
  return { clock, signIns, prove, answerAll, asked: () => asked, most: () => most };
}

it('after sixty wrong passwords an address is not looked at any more; every minute sixty more are', async () => {
  const { prove, answerAll, clock, asked, signIns } = desk();
  const guesses = async (count: number) => {
    const answers = Array.from({ length: count }, (_, i) => signIns.prove(`cam-${i}`, 'guess', 'bad'));
    await answerAll();
    const proofs = await Promise.all(answers);
    return [proofs.filter((proof) => proof === 'wrong').length, proofs.filter((proof) => proof === 'held_off').length];
  };
  for (let i = 0; i < 60; i++) expect(await prove(`cam-${i}`, 'guess', 'bad')).toBe('wrong');
  expect(await guesses(500)).toEqual([0, 500]);
  expect([asked(), signIns.held_off]).toEqual([60, 500]);
  clock.now += MINUTE / 2;
  for (let i = 0; i < 30; i++) expect(await prove(`cam-${i}`, 'guess', 'bad')).toBe('wrong');
  expect(await prove('cam-1', 'guess', 'bad')).toBe('held_off');
  expect(await prove('cam-1', 'right', 'elsewhere')).toBe('proved');
});

it('a thousand right passwords from one address at once are all looked at', async () => {
  const { signIns, answerAll } = desk();
  const proofs = Array.from({ length: 1000 }, (_, i) => signIns.prove(`cam-${i}`, 'right', 'one'));
  await answerAll();
  expect(new Set(await Promise.all(proofs))).toEqual(new Set(['proved']));
});

it('a device that was right before comes in from an address that guesses', async () => {
  const { prove, clock } = desk();
  expect(await prove('cam-1', 'right', 'nat')).toBe('proved');
  clock.now += 10 * MINUTE;
  for (let i = 0; i < 100; i++) await prove('nobody', 'guess', 'nat');
  expect([await prove('cam-1', 'right', 'nat'), await prove('cam-1', 'guess', 'nat'), await prove('cam-2', 'right', 'nat')]).toEqual([
    'proved',
    'held_off',
    'held_off',
  ]);
});

it('the store is asked at most eight questions at a time, and every one is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('right', 'guess'), { maxLength: 60 }), async (passwords) => {
      const { signIns, answerAll, most } = desk();
      const proofs = passwords.map((password, i) => signIns.prove(`cam-${i}`, password, `address-${i}`));
      await answerAll();
      expect(await Promise.all(proofs)).toEqual(passwords.map((password) => (password === 'right' ? 'proved' : 'wrong')));
      expect(most()).toBeLessThanOrEqual(8);
    }),
    { numRuns: 100 },
  );
});

it('a store that gives no answer is no wrong password', async () => {
  const signIns = new SignIns(
    () => Promise.reject(new Error('gone')),
    () => 0,
  );
  for (let i = 0; i < 100; i++) expect(await signIns.prove('cam-1', 'right', 'one')).toBe('unavailable');
  expect(signIns.held_off).toBe(0);
});

eachDb('a flood of wrong passwords', (test) => {
  it.each([
    [4, 3],
    [5, 0x9f],
  ] as const)('over version %i is told to come later, counted and noted, while a neighbour behind the same address reports on', async (version, code) => {
    // The clock stands still: no minute passes.
    const ingester = await startIngester(test.store.url, {}, () => NOW);
    const port = ingester.status().port ?? 0;
    const id = `flood-v${version}`;
    const password = await enrol(test, id);
    const neighbour = await connectDevice(port, id, password);
    const guess = async () => {
      const device = rawDevice(port, version);
      device.say(connectPacket(version, 'cam-any', 'guess'));
      const answer = await device.hears('connack');
      return 'reasonCode' in answer && answer.reasonCode !== undefined ? answer.reasonCode : 'returnCode' in answer ? answer.returnCode : null;
    };
    const answers = await Promise.all(Array.from({ length: 100 }, guess));
    const refused = version === 5 ? 0x86 : 4;
    // Up to eight are being looked up when the sixtieth turns out wrong.
    const [wrong, held_off] = [refused, code].map((each) => answers.filter((answer) => answer === each).length) as [number, number];
    expect([wrong + held_off, wrong >= 60 && wrong < 68]).toEqual([100, true]);
    await neighbour.publishAsync(`fleet/v1/${id}/health`, JSON.stringify(report(0)), { qos: 1 });
    await neighbour.endAsync();
    const again = await connectDevice(port, id, password);
    await again.endAsync();
    expect(ingester.status()).toMatchObject({ refused: 100, held_off });
    await vi.waitFor(async () => {
      const rows = await test.store.db.selectFrom('device_security_events').select(['kind', 'times']).where('kind', '=', 'sign_in_flood').execute();
      expect(rows.at(-1)).toEqual({ kind: 'sign_in_flood', times: held_off });
    }, 5000);
  });
});
