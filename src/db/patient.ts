// Waits for a write lock that another process or thread holds without holding up this one: SQLite's own waiting stops the thread, and with it every page
// and probe. A statement that finds the store locked gives the connection back, so that reads go on, and is said again a little later.
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { whenOthersHadTheirTurn } from './turns.ts';

/** How long a writer waits for another's transaction, in ms, and between two tries. */
export const BUSY_TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 50;

/** Makes the driver of one SQLite connection, whose own `busy_timeout` is 0, patient. Transactions take the lock at their beginning. */
export function patient(driver: Driver): Driver {
  const acquire = driver.acquireConnection.bind(driver);
  const [commit, rollback] = [driver.commitTransaction.bind(driver), driver.rollbackTransaction.bind(driver)];
  let connection: DatabaseConnection | null = null;
  /** Within a transaction nothing is locked, and nobody else may have the connection. */
  let inTransaction = false;
  const ended = async (end: Promise<void>) => {
    await end;
    inTransaction = false;
  };
  driver.acquireConnection = async () => {
    await whenOthersHadTheirTurn();
    const only = await acquire();
    connection ??= patientConnection(driver, acquire, only, () => inTransaction);
    return connection;
  };
  driver.beginTransaction = async (on) => {
    await on.executeQuery(beginImmediate);
    inTransaction = true;
  };
  driver.commitTransaction = (on) => ended(commit(on));
  driver.rollbackTransaction = (on) => ended(rollback(on));
  return driver;
}

function patientConnection(driver: Driver, acquire: Driver['acquireConnection'], only: DatabaseConnection, inTransaction: () => boolean): DatabaseConnection {
  const executeQuery = async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
    for (let [waited, wait] = [0, FIRST_WAIT_MS]; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        return await only.executeQuery<Row>(query);
      } catch (error) {
        if (inTransaction() || !isLocked(error) || waited >= BUSY_TIMEOUT_MS) throw error;
      }
      await driver.releaseConnection(only);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await acquire();
      waited += wait;
    }
  };
  return { executeQuery, streamQuery: (query, chunkSize) => only.streamQuery(query, chunkSize) };
}

/** Another holds the write lock of the store, and held it for longer than one waits. */
export const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');

/** Takes the write lock when a transaction begins: a read that later turns into a write would fail with SQLITE_BUSY_SNAPSHOT. */
const beginImmediate = statement('begin immediate');

// Kysely wants the node it compiled from; a bare statement has none.
function statement(sql: string): CompiledQuery {
  return { sql, parameters: [], query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] }, queryId: { queryId: sql } } as unknown as CompiledQuery;
}
