import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { migrate, migrationsFor, statementsOf } from '../../src/db/migrate.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('migrations', (test) => {
  const file = (name: string, text: string) => ({ name, text, checksum: `sum of ${text}` });
  const tables = async () => {
    const found = await test.store.db.introspection.getTables();
    return found.map(({ name }) => name).filter((name) => name.startsWith('probe_'));
  };

  it('are applied once', async () => {
    expect(await migrate(test.store)).toEqual([]);
  });

  it('run in order, each once, also when several processes start at once', async () => {
    const files = [...migrationsFor(test.dialect), file('9001_probe', 'create table probe_a (x TEXT);'), file('9002_probe', 'insert into probe_a values (1);')];
    const applied = await Promise.all([migrate(test.store, files), migrate(test.store, files), migrate(test.store, files)]);
    expect(applied.flat()).toEqual(['9001_probe', '9002_probe']);
    expect((await sql`select * from probe_a`.execute(test.store.db)).rows).toHaveLength(1);
  });

  it('one that fails in the middle leaves nothing of itself, and those before it stay', async () => {
    const known = [...migrationsFor(test.dialect), file('9001_probe', 'create table probe_a (x TEXT);'), file('9002_probe', 'insert into probe_a values (1);')];
    const files = [
      ...known,
      file('9003_probe', 'create table probe_b (x TEXT);'),
      file('9004_probe', 'create table probe_c (x TEXT);\ninsert into nowhere values (1);'),
    ];
    await expect(migrate(test.store, files)).rejects.toThrow(/nowhere/);
    expect((await tables()).sort()).toEqual(['probe_a', 'probe_b']);
    const mended = [...files.slice(0, -1), file('9004_probe', 'create table probe_c (x TEXT);')];
    expect(await migrate(test.store, mended)).toEqual(['9004_probe']);
  });

  it('a store of a newer program, and a migration that was changed afterwards, are refused untouched', async () => {
    const own = migrationsFor(test.dialect);
    await expect(migrate(test.store, own)).rejects.toThrow(/newer version \(migration 9001_probe is unknown here\)/);
    await sql`delete from migrations where name like '9%'`.execute(test.store.db);
    const [first, ...rest] = own;
    const changed = [...(first === undefined ? [] : [{ ...first, checksum: 'another' }]), ...rest, file('9005_probe', 'create table probe_d (x TEXT);')];
    await expect(migrate(test.store, changed)).rejects.toThrow(/was changed after it was applied/);
    expect(await tables()).not.toContain('probe_d');
  });
});

it('a body between its marks stays one statement', () => {
  expect(statementsOf('A;\n-- begin\nB; C;\nD;\n-- end\nE\nF;\n')).toEqual(['A;', 'B; C;\nD;', 'E\nF;']);
});

it('comments and empty lines are no statements, and the last needs no semicolon', () => {
  expect(statementsOf('-- only words;\n\nA\n  -- within;\n  (x);\n\n')).toEqual(['A\n  (x);']);
  expect(statementsOf('A;\nB')).toEqual(['A;', 'B']);
});

it('both databases have the same migrations by name, in the order of their numbers', () => {
  const names = migrationsFor('sqlite').map(({ name }) => name);
  expect(migrationsFor('postgres').map(({ name }) => name)).toEqual(names);
  expect([...names].sort()).toEqual(names);
});
