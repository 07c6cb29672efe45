// Rows in bulk, rows with a version, and numbers that are given once.
import { beforeEach, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { transaction } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { nextNumber, nextNumbers } from '../../src/db/number.ts';
import { saveVersioned } from '../../src/db/saveVersioned.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('many rows at once', (test) => {
  beforeEach(async () => {
    await test.store.db.deleteFrom('ingest_marks').execute();
  });
  const marks = async () =>
    (await test.store.db.selectFrom('ingest_marks').selectAll().orderBy('name').execute()).map(({ name, mark }) => [name, Number(mark)]);

  it('none are none, and more than fit one statement are all there', async () => {
    await insertMany(test.store.db, 'ingest_marks', []);
    const rows = Array.from({ length: 4321 }, (_, mark) => ({ name: `row-${String(mark).padStart(5, '0')}`, mark }));
    await insertMany(test.store.db, 'ingest_marks', rows);
    expect(await marks()).toEqual(rows.map(({ name, mark }) => [name, mark]));
  });

  it('every value lands in its own column, whatever the order its row names them in', async () => {
    await insertMany(test.store.db, 'ingest_marks', [
      { name: 'a', mark: 1 },
      { mark: 2, name: 'b' },
    ]);
    expect(await marks()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('what follows the values decides about those that exist', async () => {
    await insertMany(test.store.db, 'ingest_marks', [{ name: 'a', mark: 1 }]);
    await insertMany(
      test.store.db,
      'ingest_marks',
      [
        { name: 'a', mark: 5 },
        { name: 'b', mark: 6 },
      ],
      'on conflict (name) do nothing',
    );
    expect(await marks()).toEqual([
      ['a', 1],
      ['b', 6],
    ]);
  });

  it('one that is refused takes all of its transaction with it', async () => {
    const rows = [...Array.from({ length: 3000 }, (_, mark) => ({ name: `row-${mark}`, mark })), { name: 'row-0', mark: 1 }];
    await expect(transaction(test.ctx(), (ctx) => insertMany(ctx.db, 'ingest_marks', rows))).rejects.toThrow();
    expect(await marks()).toEqual([]);
  });
});

eachDb('a row with a version', (test) => {
  const lost = () => new Problem('stale', ['Changed in the meantime', '更新されました']);
  const maker = async (code: string) => {
    const row = { id: `maker-${code}`, code, name: 'Before', contact_email: null, locale: 'en' as const, created_at: NOW, version: 1 };
    await test.store.db.insertInto('makers').values(row).execute();
    return row;
  };

  it('is written and counted up', async () => {
    const saved = await saveVersioned(test.ctx(), 'makers', await maker('V1'), { name: 'After' }, lost);
    expect([saved.name, Number(saved.version)]).toEqual(['After', 2]);
  });

  it('of two who loaded the same, one is told and changes nothing', async () => {
    const loaded = await maker('V2');
    const outcomes = await Promise.allSettled(['one', 'two', 'three'].map((name) => saveVersioned(test.ctx(), 'makers', loaded, { name }, lost)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const row = await test.store.db.selectFrom('makers').selectAll().where('id', '=', loaded.id).executeTakeFirstOrThrow();
    const winner = outcomes.find((outcome) => outcome.status === 'fulfilled');
    expect([row.name, Number(row.version)]).toEqual([winner?.value.name, 2]);
  });
});

eachDb('document numbers', (test) => {
  it('forty at once are forty different ones without a hole', async () => {
    const numbers = await Promise.all(Array.from({ length: 40 }, () => transaction(test.ctx(), (ctx) => nextNumber(ctx, 'TEST'))));
    expect([...numbers].sort()).toEqual(Array.from({ length: 40 }, (_, i) => `TEST-2026-${String(i + 1).padStart(5, '0')}`));
  });

  it('begin anew in the year of the business zone, each kind by itself', async () => {
    // 2027 begins in Tokyo at 15:00 UTC of the day before.
    const eve = Date.UTC(2026, 11, 31, 14, 59);
    expect(await nextNumber(test.ctx({ now: eve }), 'EVE')).toBe('EVE-2026-00001');
    expect(await nextNumber(test.ctx({ now: eve + 60_000 }), 'EVE')).toBe('EVE-2027-00001');
    expect(await nextNumbers(test.ctx({ now: eve }), 'EVE', 3)).toEqual(['EVE-2026-00002', 'EVE-2026-00003', 'EVE-2026-00004']);
  });

  it('of a transaction that fails is given again', async () => {
    const failing = transaction(test.ctx(), async (ctx) => {
      await nextNumber(ctx, 'AGAIN');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await nextNumber(test.ctx(), 'AGAIN')).toBe('AGAIN-2026-00001');
  });
});
