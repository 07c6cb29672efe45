// Many returns decided at once: what cannot take part is named, the rest is done or nothing is.
import { beforeAll, expect, it } from 'vitest';
import { fileReturn } from '../../src/returns/file.ts';
import { type Caller, callerWith, doneCookieOf, testApp } from '../support/app.ts';
import { bulkConfirm, bulkPreview } from '../support/bulk.ts';
import { eachDb } from '../support/eachDb.ts';
import { cast, fielded } from './cast.ts';

eachDb('a bulk action on returns', (test) => {
  let tech: Caller;
  let app: ReturnType<typeof testApp>;
  beforeAll(async () => {
    await cast(test.ctx());
    app = testApp(test.store);
    tech = await callerWith(app, test.store, 'tech');
  });

  const filed = async (authorised: boolean) => {
    const { serial } = await fielded(test.ctx());
    return fileReturn(test.ctx(), { type: 'repair', authorised, units: [{ serial }] });
  };
  const preview = (deed: string, ids: readonly string[], more: Record<string, string> = {}, caller = tech) => bulkPreview(caller, '/returns', deed, ids, more);
  const confirm = (page: string) => bulkConfirm(tech, '/returns', page);
  const stateOf = async (id: string) => (await test.store.db.selectFrom('returns').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;

  it('authorises those that wait and names those that do not', async () => {
    const [waiting, other, done] = [await filed(false), await filed(false), await filed(true)];
    const page = await (await preview('authorise', [waiting.id, other.id, done.id])).text();
    expect([page.includes('Change 2'), page.includes('not waiting for a decision')]).toEqual([true, true]);
    const answer = await confirm(page);
    expect([await stateOf(waiting.id), await stateOf(other.id)]).toEqual([await stateOf(done.id), await stateOf(done.id)]);
    const next = await (await tech.get('/returns', doneCookieOf(answer))).text();
    expect([next.includes('2 changed.'), next.includes('/undo')]).toEqual([true, false]);
  });

  it('turns down for a reason, and asks for it first', async () => {
    const { id } = await filed(false);
    expect(await (await preview('reject', [id])).text()).not.toContain('Change 1');
    await confirm(await (await preview('reject', [id], { reason: 'Not ours' })).text());
    const row = await test.store.db.selectFrom('returns').select(['state', 'rejected_reason']).where('id', '=', id).executeTakeFirstOrThrow();
    expect(row).toEqual({ state: 'rejected', rejected_reason: 'Not ours' });
  });

  it('does nothing when one was decided since the preview', async () => {
    const [first, second] = [await filed(false), await filed(false)];
    const page = await (await preview('authorise', [first.id, second.id])).text();
    await tech.post(`/api/v1/returns/${second.id}/rejection`, { reason: 'x' });
    const before = await stateOf(first.id);
    await confirm(page);
    expect([await stateOf(first.id), await stateOf(second.id)]).toEqual([before, 'rejected']);
  });

  it('is no business of a partner or of an engineer', async () => {
    const { id } = await filed(false);
    const engineer = await callerWith(app, test.store, 'engineer');
    expect((await preview('authorise', [id], {}, engineer)).status).toBe(403);
    const partner = await callerWith(app, test.store, 'partner', { partner_id: 'nobody' });
    expect(await (await partner.get('/returns')).text()).not.toContain('id="bulk"');
    expect(await (await preview('authorise', [id], {}, partner)).text()).not.toContain('Change 1');
  });
});
