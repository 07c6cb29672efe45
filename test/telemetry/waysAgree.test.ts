// Two ways lead from bytes to rows: the short one for the usual report, the long one for everything else. Whatever a device sends, both must leave the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/time.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

/** What a device sends next, told against the report before: `seq` steps on from it. */
interface Step {
  readonly kind: 'report' | 'again' | 'changed' | 'damaged' | 'array' | 'event' | 'rubbish';
  readonly step: number;
  readonly boot: string;
  readonly ts: number;
  readonly m: Record<string, unknown>;
  readonly head: Record<string, unknown>;
  readonly at: number;
  readonly byte: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('report', 'report', 'report', 'report', 'again', 'changed', 'damaged', 'array', 'event', 'rubbish'),
    step: fc.constantFrom(1, 1, 1, 1, 2, 3, -1, 0),
    boot: fc.constantFrom('A', 'A', 'A', 'B'),
    ts: fc.constantFrom(NOW, NOW, NOW - 3_600_000, NOW - DAY_MS + 1, NOW - 2 * DAY_MS, Date.UTC(2099, 0, 1), 0),
    m: fc.constantFrom(
      {},
      { temp_c: 41.25, frames_lost: 3 },
      { temp_c: -60, frames_lost: 2 ** 32 - 1 },
      { reboot: 'brownout', sd_state: 'error', ircut_fault: true },
      { mine: 1.5, temp_c: null },
      { temp_c: 1e-7 },
      { temp_c: 200 },
      { uptime_s: 2 ** 53 },
    ),
    head: fc.constantFrom({}, {}, {}, { fw: '4.3' }, { hist: true }, { synced: false }, { v: 2 }, { more: 'than agreed' }),
    at: fc.nat({ max: 250 }),
    byte: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 40 },
);

const hostile = ['', '{', '[]', 'null', '{"v":1}', '{"v":1,"boot":"A","seq":1e400,"ts":0,"m":{}}', '{"v":1,"v":1,"boot":"A","seq":1,"ts":0,"m":{}}', '\u0000'];

/** The messages of a story as kind of topic and payload. */
function messagesOf(story: readonly Step[]): [string, string | Buffer | object][] {
  const seqs: Record<string, number> = {};
  return story.map(({ kind, step, boot, ts, m, head, at, byte }) => {
    seqs[boot] = Math.max(0, (seqs[boot] ?? 0) + (kind === 'again' || kind === 'changed' ? 0 : step));
    const whole = report(seqs[boot] ?? 0, m, { boot, ts, ...head });
    if (kind === 'rubbish') return ['health', hostile[at % hostile.length] ?? ''];
    if (kind === 'event') return ['event', { v: 1, boot, seq: seqs[boot], ts, name: 'Device/Trigger/Relay' }];
    if (kind === 'array') return ['health', [whole, report((seqs[boot] ?? 0) + 1, m, { boot, ts })]];
    if (kind === 'changed') return ['health', { ...whole, m: { ...whole.m, cpu_pct: 7 } }];
    const bytes = Buffer.from(JSON.stringify(whole));
    if (kind === 'damaged') bytes[at % bytes.length] = byte;
    return ['health', bytes];
  });
}

eachDb('the short way and the long way', (test) => {
  let stories = 0;

  /** What is in the store of a device after it sent all of `messages`. */
  async function left(device_id: string, messages: ReturnType<typeof messagesOf>, short: boolean) {
    const station = await openStation(test.store.url, { limits: { burst: 30 } });
    if (!short) station.pipeline.ingest.takeUsual = () => false;
    for (const [kind, payload] of messages) station.send(device_id, kind, payload);
    await station.settle();
    const { counts } = station.pipeline.ingest;
    expect(station.acknowledged).toHaveLength(messages.length);
    await station.close();
    const { db } = test.store;
    const { device_no, last_address, through_segment, ...device } = await db
      .selectFrom('devices')
      .selectAll()
      .where('device_id', '=', device_id)
      .executeTakeFirstOrThrow();
    const days = await db.selectFrom('device_days').selectAll().where('device_no', '=', device_no).orderBy('day_on').execute();
    const boots = await db.selectFrom('device_boots').select(['boot_no', 'boot', 'ranges']).where('device_no', '=', device_no).orderBy('boot_no').execute();
    const quarantine = await db.selectFrom('quarantine').select(['reason', 'detail', 'payload']).where('device_id', '=', device_id).orderBy('id').execute();
    const state = await db.selectFrom('device_states').selectAll().where('device_no', '=', device_no).executeTakeFirst();
    return {
      counts,
      device: { ...device, device_id: '', unit_id: '' },
      days: days.map((day) => ({ ...day, device_no: 0, last_address: 0 })),
      boots,
      quarantine: quarantine.map((row) => ({ ...row, payload: Buffer.from(row.payload).toString('latin1') })),
      state: state === undefined ? null : { ...state, device_no: 0 },
    };
  }

  it('leave the same reports, days, boots, state and quarantine, whatever comes', { timeout: 120_000 }, async () => {
    let [usual, all] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const messages = messagesOf(story);
        const [quick, slow] = [`quick-${++stories}`, `slow-${stories}`];
        await registerDevices(test.store.db, [quick, slow]);
        const after = await left(quick, messages, true);
        expect(after).toEqual(await left(slow, messages, false));
        usual += after.counts.reports;
        all += messages.length;
      }),
      // Every question is a round trip on PostgreSQL.
      { numRuns: test.dialect === 'sqlite' ? 25 : 6, endOnFailure: true },
    );
    // Otherwise the two would agree about nothing.
    expect(usual).toBeGreaterThan(all / 4);
  });
});
