// A job that says thousands of statements one after the other, and a page that somebody waits for.
import { expect, it } from 'vitest';
import { eachDb } from '../support/eachDb.ts';

const STATEMENTS = 3000;

eachDb('a long loop of statements', (test) => {
  const read = () => test.store.db.selectFrom('ingest_marks').select('name').execute();

  it('lets the sockets and timers of the process have their turn', async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    for (let i = 0; i < STATEMENTS; i++) await read();
    clearInterval(count);
    expect(turns).toBeGreaterThan(1);
  });

  it('does so between transactions, and never within one', async () => {
    const { db } = test.store;
    const seen: number[] = [];
    let written = 0;
    const loop = (async () => {
      for (let i = 0; i < STATEMENTS / 10; i++) {
        await db.transaction().execute(async (trx) => {
          await trx
            .insertInto('ingest_marks')
            .values({ name: 'turns', mark: i })
            .onConflict((conflict) => conflict.column('name').doUpdateSet({ mark: i }))
            .execute();
          await trx.selectFrom('ingest_marks').selectAll().execute();
        });
        written++;
      }
    })();
    while (written < STATEMENTS / 10) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const row = await db.selectFrom('ingest_marks').select('mark').where('name', '=', 'turns').executeTakeFirst();
      seen.push(Number(row?.mark ?? -1));
    }
    await loop;
    // The reader came in between, again and again, and saw each number only after its commit.
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
