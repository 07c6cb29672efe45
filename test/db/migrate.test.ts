import { expect, it } from 'vitest';
import { migrate, migrationsFor, statementsOf } from '../../src/db/migrate.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('migrations', (test) => {
  it('are applied once', async () => {
    expect(await migrate(test.store)).toEqual([]);
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
