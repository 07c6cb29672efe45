// The schema: applied whole or not at all, the same on both databases, and the same as the row types the code is written against.
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate, migrationsFor } from '../src/db/migrate.ts';
import type { Dialect, Store } from '../src/db/open.ts';
import { dialects, freshStore } from './support/eachDb.ts';
import { type Column, type Columns, rowTypes } from './tidy/rowTypes.ts';
import { readSources } from './tidy/source.ts';

type Schema = Record<string, Columns>;

/** An empty, unmigrated store for one test. */
async function withStore<T>(dialect: Dialect, work: (store: Store) => Promise<T>): Promise<T> {
  const fresh = await freshStore(dialect, { migrated: false });
  try {
    return await work(fresh.store);
  } finally {
    await fresh.drop();
  }
}

const migratedSchema = (dialect: Dialect): Promise<Schema> =>
  withStore(dialect, async (store) => {
    await migrate(store);
    return schemaOf(store);
  });

/** Every table with its columns; `migrations` is the runner's own. */
async function schemaOf(store: Store): Promise<Schema> {
  const { rows } = await (store.dialect === 'sqlite' ? sqliteColumns : postgresColumns).execute(store.db);
  const schema: Record<string, Record<string, Column>> = {};
  for (const row of rows) {
    schema[row.table_name] ??= {};
    Object.assign(schema[row.table_name] ?? {}, { [row.column_name]: { kind: kindOf(row.column_type), nullable: Number(row.nullable) === 1 } });
  }
  return schema;
}

interface ColumnRow {
  table_name: string;
  column_name: string;
  column_type: string;
  nullable: number;
}

const sqliteColumns = sql<ColumnRow>`select m.name as table_name, c.name as column_name, c.type as column_type, 1 - c."notnull" as nullable
  from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> 'migrations'`;
const postgresColumns = sql<ColumnRow>`select c.table_name, c.column_name, c.data_type as column_type, case c.is_nullable when 'YES' then 1 else 0 end as nullable
  from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
  where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> 'migrations'`;

function kindOf(type: string): Column['kind'] {
  const name = type.toLowerCase();
  if (name === 'text') return 'text';
  if (name === 'bigint' || name === 'double precision' || name === 'integer') return 'number';
  if (name === 'bytea' || name === 'blob') return 'bytes';
  throw new Error(`The column type ${type} is outside the portable subset`);
}

const linesOf = (schema: Schema): string[] =>
  Object.entries(schema)
    .flatMap(([table, columns]) => Object.entries(columns).map(([name, { kind, nullable }]) => `${table}.${name} ${kind}${nullable ? ' or null' : ''}`))
    .sort();

it('every migration applies on an empty store, in order, once', async () => {
  for (const dialect of dialects) {
    const applied = await withStore(dialect, async (store) => [await migrate(store), await migrate(store)]);
    expect(applied).toEqual([migrationsFor(dialect).map((file) => file.name), []]);
  }
});

it('both dialects have the same migrations, each numbered once', () => {
  const [sqlite, postgres] = dialects.map((dialect) => migrationsFor(dialect).map((file) => file.name));
  expect(sqlite).toEqual(postgres);
  expect(new Set(sqlite?.map((name) => name.slice(0, 4))).size).toBe(sqlite?.length);
});

it('tables, columns, types and nullability are the same on both databases', async () => {
  const [sqlite, postgres] = await Promise.all(dialects.map(migratedSchema));
  expect(linesOf(sqlite ?? {})).toEqual(linesOf(postgres ?? {}));
});

it('the row types of table.ts are the columns of the store', async () => {
  const stored = await migratedSchema('sqlite');
  // A column whose type is a name from elsewhere, or a computed one, is taken to be what the store says.
  const believed = Object.fromEntries(
    Object.entries(rowTypes(readSources('src'))).map(([table, { columns, whole }]) => {
      const named = Object.entries(columns).map(([name, column]) => [name, { ...column, kind: column.kind ?? stored[table]?.[name]?.kind ?? null }] as const);
      return [table, { ...(whole ? {} : stored[table]), ...Object.fromEntries(named) }];
    }),
  );
  expect(linesOf(believed)).toEqual(linesOf(stored));
});

for (const dialect of dialects) {
  describe(`on ${dialect}`, () => {
    const broken = { name: '9999_half', text: 'CREATE TABLE half (id TEXT NOT NULL PRIMARY KEY);\nINSERT INTO half (id) VALUES (NULL);\n', checksum: 'half' };
    const mended = { ...broken, text: 'CREATE TABLE half (id TEXT NOT NULL PRIMARY KEY);\n', checksum: 'whole' };

    it('a migration that fails half-way leaves nothing behind and can be mended', () =>
      withStore(dialect, async (store) => {
        const files = migrationsFor(dialect);
        await expect(migrate(store, [...files, broken])).rejects.toThrow();
        expect(Object.keys(await schemaOf(store))).not.toContain('half');
        expect(await migrate(store, [...files, mended])).toEqual(['9999_half']);
      }));

    it('a store written by a newer version is refused and not touched', () =>
      withStore(dialect, async (store) => {
        const files = migrationsFor(dialect);
        await migrate(store, [...files.slice(0, 1), mended]);
        const before = await schemaOf(store);
        await expect(migrate(store, files)).rejects.toThrow('9999_half');
        expect(await schemaOf(store)).toEqual(before);
      }));

    it('a migration changed after it was applied is refused and nothing is applied', () =>
      withStore(dialect, async (store) => {
        const [first, ...rest] = migrationsFor(dialect);
        if (first === undefined) throw new Error('there are no migrations');
        await migrate(store, [first]);
        const before = await schemaOf(store);
        await expect(migrate(store, [{ ...first, checksum: 'another' }, ...rest])).rejects.toThrow(first.name);
        expect(await schemaOf(store)).toEqual(before);
      }));

    it('two starts at once apply each migration once', () =>
      withStore(dialect, async (store) => {
        const [one, other] = await Promise.all([migrate(store), migrate(store)]);
        expect([...(one ?? []), ...(other ?? [])].sort()).toEqual(migrationsFor(dialect).map((file) => file.name));
      }));
  });
}
