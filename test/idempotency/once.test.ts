// A key is one person's: what it answered is theirs alone, comes back whole, and is forgotten after a week.
import { expect, it } from 'vitest';
import { transaction } from '../../src/db/ctx.ts';
import { type Answer, claimKey, forgetOldKeys, KEPT_MS, storeAnswer } from '../../src/idempotency/once.ts';
import { aoi, as, ben } from '../case/cast.ts';
import { eachDb } from '../support/eachDb.ts';

const ANSWER: Answer = { status: 201, content_type: 'application/json', etag: '"1"', location: '/api/v1/cases/1', body: '{"id":"1"}' };

eachDb('an Idempotency-Key', (test) => {
  it('gives the first answer again with its headers, to whom it was given', async () => {
    expect(await claimKey(as(test, aoi), 'k', 'same')).toBeNull();
    await storeAnswer(as(test, aoi), 'k', ANSWER);
    expect(await claimKey(as(test, aoi), 'k', 'same')).toMatchObject(ANSWER);
    await expect(claimKey(as(test, aoi), 'k', 'another')).rejects.toMatchObject({ code: 'invalid' });
    expect(await claimKey(as(test, ben), 'k', 'another')).toBeNull();
  });

  it('claimed by a change that fails is free again', async () => {
    const failing = transaction(as(test, aoi), async (ctx) => {
      await claimKey(ctx, 'failed', 'one');
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await claimKey(as(test, aoi), 'failed', 'two')).toBeNull();
  });

  it('is kept for a week to the millisecond', async () => {
    await claimKey(as(test, aoi, 5000), 'weekly', 'one');
    await storeAnswer(as(test, aoi, 5000), 'weekly', ANSWER);
    await forgetOldKeys(as(test, aoi, 5000 + KEPT_MS));
    expect(await claimKey(as(test, aoi, 5000 + KEPT_MS), 'weekly', 'one')).toMatchObject(ANSWER);
    expect(await forgetOldKeys(as(test, aoi, 5001 + KEPT_MS))).toBe(1);
    expect(await claimKey(as(test, aoi, 5001 + KEPT_MS), 'weekly', 'two')).toBeNull();
  });
});
