// node-postgres, loaded when a store is on PostgreSQL: a start on SQLite is a tenth of a second sooner without it.
import { createRequire } from 'node:module';
import type pg from 'pg';

let loaded: typeof pg | undefined;

export function postgresDriver(): typeof pg {
  if (loaded === undefined) {
    // A CommonJS package: what `require` gives is what the types describe.
    loaded = createRequire(import.meta.url)('pg') as typeof pg;
    // int8 and numeric arrive as strings otherwise; every BIGINT of ours fits a double exactly.
    loaded.types.setTypeParser(loaded.types.builtins.INT8, Number);
    loaded.types.setTypeParser(loaded.types.builtins.NUMERIC, Number);
  }
  return loaded;
}
