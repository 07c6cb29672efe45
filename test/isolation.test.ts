// One partner walks through every declared route as if it were the other: pages, JSON, CSV, searches, counts and errors. It finds nothing, and cannot tell what exists from
// what does not.
import { expect, it } from 'vitest';
import { askOthers } from '../src/case/ask.ts';
import { writeMessage } from '../src/case/message.ts';
import { openCase } from '../src/case/open.ts';
import { giveOwner } from '../src/case/owner.ts';
import { roleGrants } from '../src/core/permission.ts';
import { approveNotice, sendNotice, submitNotice, writeNotice } from '../src/notice/write.ts';
import { fileReturn } from '../src/returns/file.ts';
import { declaredRoutes } from '../src/web/gate.ts';
import { aoi, as, castDesk, DAY, lena } from './case/cast.ts';
import type { Caller } from './support/app.ts';
import { callerWith, testApp } from './support/app.ts';
import { eachDb, NOW, type TestStore } from './support/eachDb.ts';

/** Stands in every text of the other partner's rows. */
const SECRET = 'SOUTHSECRET';

interface Foreign {
  readonly ids: string[];
  readonly marks: string[];
}

/** Rows of one partner of every kind a partner may see, and of those about them that it may not. */
async function plant(test: TestStore, partner: string, customer: string, unit: string, word: string): Promise<Foreign> {
  const { db } = test.store;
  const row = await openCase(as(test, aoi), {
    type: 'trouble',
    source: 'mail',
    initiated_by: 'customer',
    subject: `${word} picture`,
    message: `${word} message`,
    customer_id: customer,
    unit_ids: [unit],
  });
  await giveOwner(as(test, aoi), row.id, {});
  await writeMessage(as(test, aoi), row.id, { text: `${word} note`, visibility: 'internal', from: 'staff' });
  const request = await askOthers(as(test, aoi), row.id, { kind: 'advice', asked_of: 'ben', question: `${word}?`, due_at: NOW + DAY });
  const found = await fileReturn(as(test, aoi), {
    type: 'return_first',
    customer_id: customer,
    case_id: row.id,
    note: `${word} note`,
    units: [{ unit_id: unit, reported_text: word }],
  });
  const returned = await db.selectFrom('return_units').select('id').where('return_id', '=', found.id).executeTakeFirstOrThrow();
  await db
    .insertInto('sites')
    .values({
      id: `site-${partner}`,
      customer_id: customer,
      partner_id: partner,
      code: `S-${word}`,
      name: `${word} site`,
      kind: null,
      region: null,
      address: word,
      created_at: NOW,
      version: 1,
    })
    .execute();
  await db
    .insertInto('attachments')
    .values({
      id: `file-${partner}`,
      record_kind: 'case',
      record_id: row.id,
      partner_id: partner,
      visibility: 'public',
      name: `${word}.jpg`,
      media_type: 'image/jpeg',
      size_bytes: 3,
      sha256: 'ab'.repeat(32),
      created_by: 'aoi',
      created_at: NOW,
      removed_at: null,
    })
    .execute();
  await db
    .insertInto('service_intervals')
    .values({
      id: `si-${partner}`,
      unit_id: unit,
      site_id: `site-${partner}`,
      customer_id: customer,
      from_on: '2026-01-10',
      to_on: null,
      estimated_at: null,
      mounting: null,
      power: null,
      network: null,
      created_at: NOW,
      version: 1,
    })
    .execute();
  const notice = await noticeFor(test, unit, word);
  const ids = [
    row.id,
    row.number,
    request.id,
    found.id,
    found.number,
    returned.id,
    unit,
    customer,
    partner,
    `site-${partner}`,
    `file-${partner}`,
    notice,
    `k-${customer}`,
  ];
  return { ids, marks: [word, `it@${customer}.example`, `${customer} KK`, row.id, found.id, request.id, `site-${partner}`, `file-${partner}`] };
}

async function noticeFor(test: TestStore, unit: string, word: string): Promise<string> {
  const row = await writeNotice(as(test, aoi), {
    kind: 'defect',
    subject_en: `${word} notice`,
    body_en: word,
    subject_ja: word,
    body_ja: word,
    checklist: [],
    starts_at: null,
    ends_at: null,
    query: { model_ids: [], batch_ids: [], firmware_ids: [], site_ids: [], unit_ids: [unit], alert_id: null },
  });
  await submitNotice(as(test, aoi), row.id);
  await approveNotice(as(test, lena), row.id, 1);
  return (await sendNotice(as(test, aoi), row.id)).id;
}

interface Route {
  readonly method: string;
  readonly path: string;
}

async function everyRoute(admin: Caller): Promise<Route[]> {
  // Our own document: OpenAPI says what `paths` is.
  const document = (await (await admin.get('/api/v1/openapi.json')).json()) as { paths: Record<string, Record<string, unknown>> };
  const json = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method, path: path.startsWith('/api/') ? path : `/api/v1${path}` })),
  );
  return [...json, ...declaredRoutes.map(({ method, path }) => ({ method, path: path.replace(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}') }))];
}

const filled = (path: string, id: string): string => path.replace(/\{[^}]+\}/g, encodeURIComponent(id));
const send = (caller: Caller, { method, path }: Route, headers: Record<string, string> = {}): Promise<Response> =>
  method === 'get'
    ? caller.get(path, headers)
    : method === 'patch'
      ? caller.patch(path, {}, headers)
      : method === 'delete'
        ? caller.delete(path, headers)
        : path.startsWith('/api/')
          ? caller.post(path, {}, headers)
          : caller.form(path, {}, headers);

/** What could tell a foreign row from none: the answer without the id that was asked for, and without what differs between any two requests. */
async function tell(response: Response, id: string): Promise<string> {
  const text = (await response.text()).replaceAll(encodeURIComponent(id), '').replaceAll(id, '');
  return `${response.status} ${text.replace(/[0-9A-HJKMNP-TV-Z]{26}/g, '')}`;
}

eachDb('a partner', (test) => {
  const world = async () => {
    await castDesk(test.store);
    const own = await plant(test, 'north', 'yuki', 'u2', 'NORTHOWN');
    const foreign = await plant(test, 'south', 'hoshi', 'u3', SECRET);
    const app = testApp(test.store);
    return { own, foreign, north: await callerWith(app, test.store, 'partner', { partner_id: 'north' }), admin: await callerWith(app, test.store, 'admin') };
  };
  let made: Awaited<ReturnType<typeof world>> | undefined;
  const theWorld = async () => (made ??= await world());

  it('is shown its own rows', async () => {
    const { own, north } = await theWorld();
    const [id = ''] = own.ids;
    expect((await north.get(`/api/v1/cases/${id}`)).status).toBe(200);
    expect(await (await north.get('/portal')).text()).toContain('NORTHOWN');
    expect(await (await north.get(`/portal/cases/${id}`)).text()).not.toContain('NORTHOWN note');
  });

  it('finds nothing of another in any list, page, search, export or count', async () => {
    const { foreign, north, admin } = await theWorld();
    const routes = (await everyRoute(admin)).filter(({ method, path }) => method === 'get' && !path.includes('{'));
    expect(routes.length).toBeGreaterThan(60);
    const leaks: string[] = [];
    for (const { path } of routes) {
      const asks = [
        ['', 'application/json'],
        ['', 'text/csv'],
        [`?q=${SECRET}`, 'application/json'],
        ['?q=U3', 'application/json'],
        ['?serial=U3&customer_id=hoshi&unit_id=u3&model=X100', 'application/json'],
      ] as const;
      for (const [query, accept] of asks) {
        const text = await (await north.get(path + query, { Accept: accept })).text();
        for (const mark of foreign.marks) if (text.replaceAll(query.slice(3), '').includes(mark)) leaks.push(`${path}${query} (${accept}) shows ${mark}`);
      }
    }
    expect(leaks).toEqual([]);
  }, 240_000);

  it('cannot tell another’s row from none, by any verb of any route', async () => {
    const { foreign, north, admin } = await theWorld();
    const routes = (await everyRoute(admin)).filter(({ path }) => path.includes('{') && !path.startsWith('/api/v1/articles') && !path.startsWith('/articles'));
    expect(routes.length).toBeGreaterThan(60);
    const before = await snapshot(test);
    const told: string[] = [];
    for (const route of routes) {
      const none = await tell(await send(north, { ...route, path: filled(route.path, 'no-such-row') }), 'no-such-row');
      for (const id of foreign.ids) {
        const answer = await tell(await send(north, { ...route, path: filled(route.path, id) }), id);
        if (answer !== none) told.push(`${route.method} ${filled(route.path, id)}: ${answer.slice(0, 160)} instead of ${none.slice(0, 160)}`);
      }
    }
    expect(told).toEqual([]);
    expect(await snapshot(test)).toEqual(before);
  }, 240_000);

  it('gets 404, not 403, for rows of kinds it may see', async () => {
    const { foreign, north, own } = await theWorld();
    const paths = ['/api/v1/cases/', '/api/v1/units/', '/api/v1/returns/', '/api/v1/notices/', '/portal/cases/', '/portal/notices/'];
    for (const path of paths) {
      for (const id of foreign.ids) expect([path + id, (await north.get(path + id)).status]).toEqual([path + id, 404]);
      expect((await Promise.all(own.ids.map(async (id) => (await north.get(path + id)).status))).includes(200)).toBe(true);
    }
  });

  it('opens, files and writes only about its own customers', async () => {
    const { foreign, north } = await theWorld();
    const [caseId = ''] = foreign.ids;
    const tries = await Promise.all([
      north.post('/api/v1/cases', { subject: 'x', customer_id: 'hoshi' }),
      north.post('/api/v1/cases', { subject: 'x', unit_ids: ['u3'] }),
      north.post(`/api/v1/cases/${caseId}/messages`, { text: 'x', visibility: 'public' }),
      north.post(`/api/v1/cases/${caseId}/rating`, { rating: 1 }),
      north.form('/portal/returns/new', { unit: 'u3', type: 'repair', reported_text: 'x' }),
    ]);
    expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    const filed = async (unit_id: string) => tell(await north.post('/api/v1/returns', { type: 'repair', units: [{ unit_id }] }), unit_id);
    expect(await filed('u3')).toBe(await filed('no-such-row'));
  });
});

it('a partner is granted little: what it is not granted is no row to be found', () => {
  expect(
    ['history:read', 'export:read', 'import:write', 'stock:read', 'quality:read', 'telemetry:read', 'alert:read', 'catalog:read'].filter((permission) =>
      roleGrants('partner', permission as 'history:read'),
    ),
  ).toEqual([]);
});

/** Counts of everything a verb could have changed. */
async function snapshot(test: TestStore): Promise<unknown> {
  const count = async (table: 'cases' | 'case_events' | 'returns' | 'return_units' | 'notices' | 'case_requests' | 'attachments' | 'units') => {
    const { n } = await test.store.db
      .selectFrom(table)
      .select((select) => select.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return [table, n];
  };
  return Promise.all((['cases', 'case_events', 'returns', 'return_units', 'notices', 'case_requests', 'attachments', 'units'] as const).map(count));
}
