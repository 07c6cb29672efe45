// Owners and next dates of many claims or investigations at once.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cast, castFor } from '../investigation/cast.ts';
import { got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { bulkConfirm, bulkDone, bulkPreview } from '../support/bulk.ts';
import { eachDb } from '../support/eachDb.ts';

const kinds = [
  { list: '/claims', input: (cast: Cast, title: string) => ({ maker_id: cast.acme, title, statement: 'Seals leak', remedy: 'credit' }) },
  { list: '/investigations', input: (_: Cast, title: string) => ({ title, problem: 'Seals leak' }) },
] as const;

describe.each(kinds)('a bulk action on $list', ({ list, input }) => {
  eachDb('as quality does it', (test) => {
    let cast: Cast;
    let lead: Caller;
    let tech: Caller;
    beforeAll(async () => {
      cast = await castFor(test.ctx());
      const app = testApp(test.store);
      [lead, tech] = [await callerWith(app, test.store, 'lead'), await callerWith(app, test.store, 'tech')];
    });
    const opened = (title: string, fields: object = {}): Promise<Json> =>
      made(lead.post(`/api/v1${list}`, { ...input(cast, title), owner_id: cast.kato.id, next_on: '2026-04-20', ...fields }));
    const facts = async (...records: Json[]) =>
      (await Promise.all(records.map(({ id }) => got(lead.get(`/api/v1${list}/${id}`))))).map(({ owner_id, next_on }) => [owner_id, next_on]);
    const idsOf = (records: readonly Json[]): string[] => records.map(({ id }) => id);

    it('hands those over that have another owner, and gives them back', async () => {
      const records = [await opened('One'), await opened('Two', { owner_id: cast.sato.id })];
      const page = await (await bulkPreview(lead, list, 'owner', idsOf(records), { owner_id: cast.sato.id })).text();
      expect(page).toContain('Change 1');
      const { undo } = await bulkDone(lead, list, 'owner', idsOf(records), { owner_id: cast.sato.id });
      expect((await facts(...records)).map(([owner]) => owner)).toEqual([cast.sato.id, cast.sato.id]);
      await lead.form(undo ?? 'no way back', { back: list });
      expect((await facts(...records)).map(([owner]) => owner)).toEqual([cast.kato.id, cast.sato.id]);
    });

    it('does not give a record back to whoever has left', async () => {
      const record = await opened('Left');
      await test.store.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', cast.kato.id).execute();
      const done = await bulkDone(lead, list, 'owner', [record.id], { owner_id: cast.sato.id });
      expect([done.undo, await facts(record)]).toEqual([null, [[cast.sato.id, '2026-04-20']]]);
      expect((await bulkPreview(lead, list, 'owner', [record.id], { owner_id: cast.kato.id })).status).toBe(422);
      const left = await opened('Left alone', { owner_id: cast.sato.id });
      await test.store.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', cast.sato.id).execute();
      const page = await (await lead.get(`${list}/${left.id}`)).text();
      expect(/<select[^>]*name="owner_id"[^>]*>(.*?)<\/select>/s.exec(page)?.[1]).toMatch(/^<option value="">–<\/option>(?!.*selected)/s);
      await lead.form(`${list}/${left.id}`, { owner_id: '', next_on: '2026-06-01' });
      expect(await facts(left)).toEqual([[cast.sato.id, '2026-06-01']]);
      await test.store.db.updateTable('users').set({ disabled_at: null }).where('id', '=', cast.sato.id).execute();
      await test.store.db.updateTable('users').set({ disabled_at: null }).where('id', '=', cast.kato.id).execute();
    });

    it('sets the next date, refuses one that has passed, and takes it back', async () => {
      const records = [await opened('Three'), await opened('Four')];
      for (const next_on of ['2026-03-31', 'soon']) expect((await bulkPreview(lead, list, 'next_on', idsOf(records), { next_on })).status).toBe(422);
      const { undo } = await bulkDone(lead, list, 'next_on', idsOf(records), { next_on: '2026-05-11' });
      expect((await facts(...records)).map(([, next]) => next)).toEqual(['2026-05-11', '2026-05-11']);
      await lead.form(undo ?? 'no way back', { back: list });
      expect((await facts(...records)).map(([, next]) => next)).toEqual(['2026-04-20', '2026-04-20']);
    });

    it('is no business of a support tech', async () => {
      const { id } = await opened('Not yours');
      expect((await bulkPreview(tech, list, 'owner', [id], { owner_id: cast.sato.id })).status).toBe(403);
      const page = await (await tech.get(list)).text();
      expect([page.includes('Not yours'), page.includes('id="bulk"'), page.includes('pick-cell')]).toEqual([true, false, false]);
    });
  });
});

eachDb('a closed claim', (test) => {
  it('is named and left as it is, in Japanese too', async () => {
    const cast = await castFor(test.ctx());
    const lead = await callerWith(testApp(test.store), test.store, 'lead');
    const opened = () => made(lead.post('/api/v1/claims', { maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'credit', next_on: '2026-04-20' }));
    const [closed, open] = [await opened(), await opened()];
    await made(lead.post(`/api/v1/claims/${closed.id}/withdrawal`, { reason: 'Ours' }));
    const page = await (await bulkPreview(lead, '/claims', 'next_on', [closed.id, open.id], { next_on: '2026-05-11', lang: 'ja' })).text();
    expect([page.includes('完了済み'), page.includes('次回日を設定')]).toEqual([true, true]);
    await bulkConfirm(lead, '/claims', page);
    for (const [id, next_on] of [
      [closed.id, '2026-04-20'],
      [open.id, '2026-05-11'],
    ])
      expect(await got(lead.get(`/api/v1/claims/${id}`))).toMatchObject({ next_on });
  });
});
