// What /readyz says of a store that neither answers nor breaks: PostgreSQL that hangs, a network that swallows everything.
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, it } from 'vitest';
import type { Tables } from '../../src/db/tables.ts';
import { probeRoutes } from '../../src/http/probes.ts';

class SilentDriver extends DummyDriver {
  override acquireConnection(): Promise<never> {
    return new Promise(() => {});
  }
}

const db = new Kysely<Tables>({
  dialect: {
    createDriver: () => new SilentDriver(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

it('a store that does not answer is named, while the probe itself answers', async () => {
  const routes = probeRoutes({ store: { db, dialect: 'postgres', url: '', close: async () => {} }, now: Date.now, zone: 'Asia/Tokyo' });
  const answer = await routes.request('/readyz');
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ status: 'unready', reasons: ['store: no answer within 2 s'] });
  expect((await routes.request('/healthz')).status).toBe(200);
});
