// One action on many rows: previewed, done for all or for none, taken back by the person who did it.
import { beforeAll, describe, expect, it } from 'vitest';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { cast, fielded } from '../returns/cast.ts';
import { type Caller, callerWith, doneCookieOf, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a bulk action', (test) => {
  let tech: Caller;
  let units: { id: string }[];

  beforeAll(async () => {
    await cast(test.ctx());
    units = [await fielded(test.ctx()), await fielded(test.ctx()), await fielded(test.ctx())];
    tech = await callerWith(testApp(test.store), test.store, 'tech');
  });

  const revisions = async () => {
    const rows = await test.store.db
      .selectFrom('units')
      .select(['id', 'hw_rev'])
      .where(
        'id',
        'in',
        units.map(({ id }) => id),
      )
      .orderBy('id')
      .execute();
    return rows.map(({ hw_rev }) => hw_rev);
  };

  const ids = (): [string, string][] => units.map(({ id }) => ['id', id]);

  const previewOf = async (value: string, caller = tech) => {
    const query = new URLSearchParams([['deed', 'hw_rev'], ['hw_rev', value], ['back', '/units?sort=serial'], ...ids()]);
    return (await caller.get(`/bulk/units?${query}`)).text();
  };

  /** The fields of the confirming form, as the preview wrote them. */
  const confirm = async (preview: string) => {
    const fields: [string, string][] = [...preview.slice(preview.indexOf('method="post"')).matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    );
    return tech.post('/bulk/units', new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
  };

  /** Where the button of the message leads that the next page shows. */
  const undoOf = async (answer: Response): Promise<string> => {
    const shown = await (await tech.get(answer.headers.get('Location') ?? '', doneCookieOf(answer))).text();
    return /action="([^"]+\/undo)"/.exec(shown)?.[1] ?? 'no undo';
  };

  it('shows what would change before anything does', async () => {
    const before = await revisions();
    const preview = await previewOf('R7');
    expect(preview).toContain('Change 3');
    expect(await revisions()).toEqual(before);
  });

  it('changes every row, goes back to the list as it was, and can be taken back once', async () => {
    const before = await revisions();
    const answer = await confirm(await previewOf('R8'));
    const location = new URL(answer.headers.get('Location') ?? '', 'http://localhost');
    expect([answer.status, location.pathname, location.searchParams.get('sort')]).toEqual([303, '/units', 'serial']);
    expect(await revisions()).toEqual(['R8', 'R8', 'R8']);
    const undo = await undoOf(answer);
    const other = await callerWith(testApp(test.store), test.store, 'tech');
    expect((await other.form(undo, { back: '/units' })).status).toBe(404);
    expect((await tech.form(undo, { back: '/units' })).status).toBe(303);
    expect(await revisions()).toEqual(before);
    expect((await tech.form(undo, { back: '/units' })).status).toBe(404);
  });

  it('a row that moved on since the preview stops all of them, and is named', async () => {
    const preview = await previewOf('R9');
    const serial = (
      await test.store.db
        .selectFrom('units')
        .select('serial')
        .where('id', '=', units[1]?.id ?? '')
        .executeTakeFirstOrThrow()
    ).serial;
    await updateUnit(test.ctx(), units[1]?.id ?? '', { hw_rev: 'X' });
    const before = await revisions();
    const answer = await confirm(preview);
    expect([answer.status, (await answer.text()).includes(serial)]).toEqual([412, true]);
    expect(await revisions()).toEqual(before);
  });

  it('a change made after it stops the undo', async () => {
    const answer = await confirm(await previewOf('RA'));
    await updateUnit(test.ctx(), units[0]?.id ?? '', { hw_rev: 'RB' });
    expect((await tech.form(await undoOf(answer), {})).status).toBe(412);
    expect(await revisions()).toEqual(['RB', 'RA', 'RA']);
  });

  it('a value that fits none of the rows is refused row by row', async () => {
    const query = new URLSearchParams([['deed', 'batch_code'], ['batch_code', 'NO-SUCH'], ...ids()]);
    const preview = await (await tech.get(`/bulk/units?${query}`)).text();
    expect(preview.match(/No batch NO-SUCH/g)).toHaveLength(3);
    expect(preview).toContain('None of the selected rows would change');
  });

  describe('is refused', () => {
    it('for whoever may not write', async () => {
      const engineer = await callerWith(testApp(test.store), test.store, 'partner', { partner_id: 'other' });
      expect((await engineer.get('/bulk/units?deed=hw_rev')).status).toBe(403);
    });

    it('without a row, saying so', async () => {
      expect(await (await tech.get('/bulk/units?deed=hw_rev')).text()).toContain('Select at least one row first');
    });
  });
});
