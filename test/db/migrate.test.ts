import { expect, it } from 'vitest';
import { migrate, statementsOf } from '../../src/db/migrate.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('migrations', (test) => {
  it('are applied once', async () => {
    expect(await migrate(test.store)).toEqual([]);
  });
});

it('a body between its marks stays one statement', () => {
  expect(statementsOf('A;\n-- begin\nB; C;\nD;\n-- end\nE\nF;\n')).toEqual(['A;', 'B; C;\nD;', 'E\nF;']);
});
