// Every role against every deed of a case, over the API: who may (+), who is refused (403, x), and who cannot tell that the case exists (404, –).
// What is refused changes nothing.
import { beforeAll, expect, it } from 'vitest';
import { addWorkaround } from '../../src/case/catalogue.ts';
import { closeCase, solveCase } from '../../src/case/course.ts';
import { SaveWorkaround } from '../../src/case/inputs.ts';
import { mergeCase } from '../../src/case/merge.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listCaseUnits, listEvents } from '../../src/case/queries.ts';
import type { CaseRow } from '../../src/case/table.ts';
import { linkUnit } from '../../src/case/unit.ts';
import { roles } from '../../src/core/permission.ts';
import { rfc3339 } from '../../src/core/time.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW, type TestStore } from '../support/eachDb.ts';
import { everyRoute } from '../support/routes.ts';
import { aoi, as, asked, castDesk, DAY, HOUR } from './cast.ts';

/** `own` is the partner of the customer that asked, `other` another one. */
const TABLE = `
                                   tech  stock  quality  lead  engineer  admin  own  other
GET  {id}                          +     +      +        +     +         +      +    –
GET  {id}/messages                 +     +      +        +     +         +      +    –
GET  {id}/requests                 +     +      +        +     +         +      x    –
GET  {id}/visits                   +     +      +        +     +         +      x    –
POST {id}/visit-coverage           +     x      +        +     x         +      x    –
GET  {id}/remedies                 +     +      +        +     +         +      x    –
GET  {id}/commands                 +     +      +        +     +         +      x    –
POST {id}/owner                    +     x      +        +     x         +      x    –
POST {id}/description              +     x      +        +     x         +      x    –
POST {id}/messages                 +     x      +        +     x         +      +    –
POST {id}/message-classifications  +     x      +        +     x         +      x    –
POST {id}/waits                    +     x      +        +     x         +      x    –
POST {id}/next-step                +     x      +        +     x         +      x    –
POST {id}/solution                 +     x      +        +     x         +      x    –
POST {id}/closure                  +     x      +        +     x         +      x    –
POST {id}/reopening                +     x      +        +     x         +      x    –
POST {id}/spam-mark                +     x      +        +     x         +      x    –
POST {id}/merge                    +     x      +        +     x         +      x    –
POST {id}/unmerge                  +     x      +        +     x         +      x    –
POST {id}/units                    +     x      +        +     x         +      –    –
POST {id}/unit-removals            +     x      +        +     x         +      x    –
POST {id}/work                     +     x      +        +     x         +      x    –
POST {id}/workarounds              +     x      +        +     x         +      x    –
POST {id}/requests                 +     x      +        +     x         +      x    –
POST {id}/visits                   +     x      +        +     x         +      x    –
POST {id}/commands                 +     x      x        +     x         +      x    x
POST {id}/replacement              +     x      +        +     x         +      x    x
POST {id}/article                  +     x      +        +     x         +      x    x
POST {id}/rating                   x     x      x        x     x         x      +    –
`;

const [, ...lines] = TABLE.trim().split('\n');
const rows = lines.map((line) => line.trim().split(/\s+/)).map(([method = '', path = '', ...cells]) => ({ deed: `${method} ${path}`, method, path, cells }));
const callers = [...roles.filter((role) => role !== 'partner'), 'own', 'other'] as const;
const STATUS: Readonly<Record<string, number>> = { x: 403, '–': 404 };

let workaround = '';

/** What each deed wants to be said, and how the case must stand for it. */
interface Way {
  readonly body?: (row: CaseRow, test: TestStore) => unknown;
  readonly from?: (test: TestStore, row: CaseRow) => Promise<unknown>;
}

const northern = (test: TestStore): Promise<CaseRow> => asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
const solved = (test: TestStore, { id }: CaseRow) => solveCase(as(test, aoi, HOUR), id, { solution: 'Restarted' });
const ways: Readonly<Record<string, Way>> = {
  owner: { body: () => ({ owner_id: 'ben', reason: 'shift', summary: 'all said' }) },
  description: { body: () => ({ subject: 'Dark picture' }) },
  messages: { body: () => ({ text: 'hello', visibility: 'public' }) },
  'message-classifications': {
    body: async (row, test) => ({ event_id: (await listEvents(as(test, aoi), row.id)).find(({ kind }) => kind === 'message_in')?.id, thanks: true }),
  },
  waits: { body: () => ({ waiting_for: 'maker' }) },
  'next-step': { body: () => ({ next_step: 'call', next_due_at: rfc3339(NOW + DAY) }) },
  solution: { body: () => ({ solution: 'x' }) },
  closure: { from: solved },
  reopening: { from: async (test, row) => [await solved(test, row), await closeCase(as(test, aoi, HOUR), row.id)], body: () => ({ reason: 'again' }) },
  'spam-mark': { body: () => ({ reason: 'junk' }) },
  merge: { body: async (_row, test) => ({ into_id: (await northern(test)).id, reason: 'same' }) },
  unmerge: {
    from: async (test, { id }) => mergeCase(as(test, aoi, HOUR), id, { into_id: (await northern(test)).id, reason: 'same' }),
    body: () => ({ reason: 'another' }),
  },
  // Not one of the partner's: it learns no more of the unit than of any other it may not see.
  units: { body: () => ({ unit_id: 'u4' }) },
  'unit-removals': { body: () => ({ unit_id: 'u2' }) },
  work: { body: () => ({ minutes: 5 }) },
  workarounds: { body: () => ({ workaround_id: workaround, helped: true }) },
  requests: { body: () => ({ kind: 'advice', asked_of: 'ben', question: 'why', due_at: rfc3339(NOW + DAY) }) },
  visits: { body: () => ({ visit_on: '2026-04-09', coverage: 'goodwill', coverage_reason: 'asked twice' }) },
  commands: { body: () => ({ unit_id: 'u2', command: 'diagnose' }) },
  replacement: {
    from: async (test, { id }) => {
      const unit = await createUnit(test.ctx(), { model_code: 'X100', serial: `R-${id}`, customer_code: 'YUKI' });
      await linkUnit(as(test, aoi), id, unit.id);
    },
    body: async (row, test) => ({ unit_id: (await listCaseUnits(as(test, aoi), row.id)).find(({ serial }) => serial === `R-${row.id}`)?.id }),
  },
  'visit-coverage': { body: () => ({ visit_on: '2026-04-09' }) },
  article: { from: solved },
  rating: { from: solved, body: () => ({ rating: 4 }) },
};

eachDb('the roles', (test) => {
  const by = new Map<string, Caller>();

  beforeAll(async () => {
    await castDesk(test.store);
    const words = { title_en: 'Restart', title_ja: '再起動', steps_en: 'x', steps_ja: 'x' };
    // It reports, so that there is somebody to ask.
    const camera = { device_no: 1, device_id: 'cam-1', unit_id: 'u2', first_seen_at: NOW, last_seen_at: NOW };
    await test.store.db
      .insertInto('devices')
      .values(camera as never)
      .execute(); // the rest has defaults in the schema
    workaround = (await addWorkaround(as(test, aoi), SaveWorkaround.parse(words))).id;
    const app = testApp(test.store, { now: NOW + 2 * HOUR });
    for (const name of callers) {
      const partner = name === 'own' ? 'north' : name === 'other' ? 'south' : undefined;
      by.set(
        name,
        await callerWith(app, test.store, partner === undefined ? (name as 'tech') : 'partner', partner === undefined ? {} : { partner_id: partner }),
      );
    }
  });

  /** A case of the northern partner's customer, owned by Aoi, with something under way. */
  const standing = async ({ from }: Way): Promise<CaseRow> => {
    const row = await northern(test);
    await giveOwner(as(test, aoi), row.id, {});
    await from?.(test, row);
    return getCase(as(test, aoi), row.id);
  };

  it.each(rows)('$deed', async ({ method, path, cells }) => {
    const noun = path.replace(/^\{id\}\/?/, '');
    const way = method === 'GET' ? {} : (ways[noun] ?? expect.fail(`no way to ${noun}`));
    const told: string[] = [];
    let row = await standing(way);
    for (const [i, name] of callers.entries()) {
      const caller = by.get(name);
      if (caller === undefined) throw new Error(name);
      const address = `/api/v1/cases/${path.replace('{id}', row.id)}`;
      const answer = method === 'GET' ? await caller.get(address) : await caller.post(address, await way.body?.(row, test));
      const allowed = cells[i] === '+';
      const wanted = allowed ? (method === 'GET' ? 200 : 201) : (STATUS[cells[i] ?? ''] ?? 0);
      if (answer.status !== wanted) told.push(`${name}: ${answer.status} instead of ${wanted} ${await answer.text()}`);
      if (!allowed) expect(await getCase(as(test, aoi), row.id)).toEqual(row);
      if (method === 'POST' && allowed) row = await standing(way);
    }
    expect(told).toEqual([]);
  });

  it('are asked about every deed there is', async () => {
    const admin = by.get('admin');
    if (admin === undefined) throw new Error('admin');
    const declared = (await everyRoute(admin)).filter(({ path }) => path.startsWith('/api/v1/cases/{id}'));
    expect(rows.map(({ deed }) => deed).sort()).toEqual(
      declared.map(({ method, path }) => `${method.toUpperCase()} ${path.slice('/api/v1/cases/'.length)}`).sort(),
    );
  });
});
