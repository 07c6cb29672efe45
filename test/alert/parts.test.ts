// The scan by parts, as its threads do it: half of the models each, and together what one reading of all would have found.
import { expect, test } from 'vitest';
import { judgeModel } from '../../src/alert/judgeModel.ts';
import { pastOf, readPast } from '../../src/alert/past.ts';
import { liveSignals } from '../../src/alert/queries.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { type JudgeQuestion, type PartQuestion, ScanPart } from '../../src/alert/scanPart.ts';
import { spanUntil } from '../../src/alert/span.ts';
import { addDays } from '../../src/core/time.ts';
import { today } from '../../src/db/ctx.ts';
import { eachDb } from '../support/eachDb.ts';
import { chance, daysBefore, reportDay, reporters } from './fleet.ts';

eachDb('two parts of a scan', (test_) => {
  test('make the same fleet, and find the same models to have something to say', async () => {
    const ctx = test_.ctx();
    const fleet = await reporters(ctx, 6, 90);
    for (const [day, day_on] of daysBefore(ctx, 60).entries())
      await reportDay(ctx, fleet, day_on, ({ model, device_no }) => ({
        sd_write_errs: chance(8, day, device_no) < (model === 3 && day > 36 ? 0.07 : 0.004) ? 1 : 0,
      }));
    await scanCohorts(ctx);
    const signals = await liveSignals(ctx);
    const last = addDays(today(ctx), -1);
    const whole = (await readPast(ctx.db, last, signals)) ?? expect.fail();
    const span = (await spanUntil(ctx.db, last)) ?? expect.fail();
    const middle = whole.model_ids[2] ?? '';
    const parts = await Promise.all(
      // What crosses to a thread is copied; so it is here.
      [{ before: middle }, { from: middle }].map((range) => ScanPart.read(ctx.db, structuredClone<PartQuestion>({ span, signals, range }))),
    );
    const joined = pastOf(
      span,
      signals,
      parts.map((part) => structuredClone(part.sums)),
    );
    expect(joined.model_ids).toEqual(whole.model_ids);
    expect(joined.device_days).toEqual(whole.device_days);
    expect(joined.totals).toEqual(whole.totals);
    expect(joined.expectation.known).toEqual(whole.expectation.known);

    const ask = (part: ScanPart, wanted: readonly string[]) => {
      const places = part.sums.model_ids.map((id) => whole.model_ids.indexOf(id));
      return part.judge(structuredClone<JudgeQuestion>({ known: joined.expectation.known, places, device_days: joined.device_days.all, wanted }));
    };
    const loud = [...whole.model_ids.keys()].filter((place) => judgeModel(whole, place).evidence !== null);
    expect(loud.length).toBeGreaterThan(0);
    expect(parts.flatMap((part) => ask(part, [])).map(({ place }) => place)).toEqual(loud);
    for (const { place, days } of parts.flatMap((part) => ask(part, whole.model_ids))) expect(days).toEqual(whole.by_model[place]);
    for (const { place, days } of parts.flatMap((part) => ask(part, []))) {
      const by_model = whole.by_model.map((_, other) => (other === place ? days : undefined));
      expect(judgeModel({ ...joined, by_model }, place).evidence).toEqual(judgeModel(whole, place).evidence);
    }
  }, 120_000);
});
