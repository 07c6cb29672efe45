// The history is the proof: written with the change or not at all, never rewritten, and told to people in their language.
import { beforeAll, expect, it } from 'vitest';
import { createRecord } from '../../src/catalog/save.ts';
import { transaction } from '../../src/db/ctx.ts';
import { difference } from '../../src/history/remember.ts';
import { addToken } from '../../src/person/tokens.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { cast, fielded } from '../returns/cast.ts';
import { browserOf, type Caller, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the history', (test) => {
  let admin: Caller;

  beforeAll(async () => {
    await cast(test.ctx());
    admin = (await browserOf(testApp(test.store), test.store, { email: 'admin@example.com', role: 'admin' }))();
  });

  const deedsOf = (record_id: string) => test.store.db.selectFrom('history').selectAll().where('record_id', '=', record_id).orderBy('id').execute();

  it('goes with the change: what is taken back was never done', async () => {
    const failing = transaction(test.ctx(), async (ctx) => {
      await createRecord(ctx, 'partners', { code: 'GONE', name: 'Gone', email: null });
      throw new Error('the rest did not work');
    });
    await expect(failing).rejects.toThrow('the rest did not work');
    expect(await test.store.db.selectFrom('history').select('id').where('action', '=', 'partner.created').where('change', 'like', '%GONE%').execute()).toEqual(
      [],
    );
  });

  it('is never changed and never removed', async () => {
    const { id } = await fielded(test.ctx());
    const { db } = test.store;
    await expect(db.updateTable('history').set({ actor_name: 'Nobody' }).where('record_id', '=', id).execute()).rejects.toThrow('append-only');
    await expect(db.deleteFrom('history').where('record_id', '=', id).execute()).rejects.toThrow('append-only');
    expect(await deedsOf(id)).not.toEqual([]);
  });

  it('names who, what and the fields before and after, in words of the reader', async () => {
    const unit = await fielded(test.ctx());
    await updateUnit(test.ctx(), unit.id, { hw_rev: 'C3' });
    const path = `/history?record_kind=unit&record_id=${unit.id}`;
    const [en, ja] = [await (await admin.get(`${path}&lang=en`)).text(), await (await admin.get(`${path}&lang=ja`)).text()];
    expect(en).toContain('hardware revision</span> — → C3');
    expect(ja).toContain('HWリビジョン</span> — → C3');
    expect(en).not.toContain('hw_rev');
    expect(en).toContain(unit.serial);
  });

  it('tells two units of a return as two, not as one that became the other', async () => {
    const [one, two] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const filed = await fileReturn(test.ctx(), { type: 'repair', authorised: true, units: [{ serial: one.serial }, { serial: two.serial }] });
    expect(await (await admin.get(`/history?record_kind=return&record_id=${filed.id}`)).text()).toContain(`${one.serial}, ${two.serial}`);
  });

  it('tells no secret', async () => {
    const { row, token } = await addToken(test.ctx(), { name: 'erp', role: 'engineer', partner_id: null, scopes: null, expires_at: null });
    const deeds = JSON.stringify(await deedsOf(row.id));
    expect([deeds.includes('erp'), deeds.includes(token), deeds.includes('secret')]).toEqual([true, false, false]);
  });
});

it('a difference holds what changed, and neither version nor time of change', () => {
  const before = { name: 'A', note: null, version: 1, updated_at: 1 };
  expect(difference(before, { ...before, name: 'B', version: 2, updated_at: 2 })).toEqual({ name: ['A', 'B'] });
  expect(difference({}, { name: 'B' })).toEqual({ name: [null, 'B'] });
  expect(difference(before, before)).toEqual({});
});
