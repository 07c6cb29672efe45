// One partner walks through every declared route as if it were the other: pages, JSON, CSV, searches, counts and errors. It finds nothing, and cannot tell what exists from
// what does not.
import { expect, it } from 'vitest';
import { roleGrants } from '../src/core/permission.ts';
import { castDesk } from './case/cast.ts';
import { type Caller, callerWith, testApp } from './support/app.ts';
import { INTERNAL, plantPartner, plantStaff, SECRET } from './support/canaries.ts';
import { eachDb, type TestStore } from './support/eachDb.ts';
import { everyRoute, filled, fitForm, openToPartners, type Route, send } from './support/routes.ts';

/** A page repeats what was asked for: in its search box, in its links. */
const withoutEcho = (text: string, query: string): string =>
  [...new URLSearchParams(query)].filter(([name]) => name !== 'q').reduce((rest, [, value]) => rest.replaceAll(value, ''), text);

/** What could tell a foreign row from none: the answer without the id that was asked for, and without what differs between any two requests. */
async function tell(response: Response, id: string): Promise<string> {
  const text = (await response.text()).replaceAll(encodeURIComponent(id), '').replaceAll(id, '');
  return `${response.status} ${text.replace(/[0-9A-HJKMNP-TV-Z]{26}/g, '')}`;
}

eachDb('a partner', (test) => {
  const world = async () => {
    await castDesk(test.store);
    const own = await plantPartner(test, 'north', 'yuki', 'u2', 'NORTHOWN');
    const planted = await plantPartner(test, 'south', 'hoshi', 'u3', SECRET);
    const staff = await plantStaff(test);
    const foreign = { ids: [...planted.ids, ...staff], marks: [...planted.marks, INTERNAL, INTERNAL.toLowerCase()] };
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
    expect(await (await north.get(`/portal/cases/${id}`)).text()).toContain('NORTHOWN message');
  });

  it('is shown nothing of what staff keeps about its own rows, on any page, JSON or CSV of them', async () => {
    const { own, north, admin } = await theWorld();
    const routes = (await everyRoute(admin)).filter((route) => route.method === 'get' && route.path.includes('{') && openToPartners(route));
    expect(routes.length).toBeGreaterThan(20);
    const leaks: string[] = [];
    for (const { path } of routes) {
      for (const id of own.ids) {
        for (const accept of ['application/json', 'text/csv']) {
          const text = await (await north.get(filled(path, id), { Accept: accept })).text();
          if (text.includes(INTERNAL)) leaks.push(`${filled(path, id)} (${accept})`);
        }
      }
    }
    expect(leaks).toEqual([]);
    expect(await (await admin.get(`/cases/${own.ids[0]}`)).text()).toContain(INTERNAL);
  }, 240_000);

  it('finds nothing of another in any list, page, search, export or count', async () => {
    const { foreign, north, admin } = await theWorld();
    const routes = (await everyRoute(admin)).filter(({ method, path }) => method === 'get' && !path.includes('{'));
    expect(routes.length).toBeGreaterThan(60);
    const leaks: string[] = [];
    for (const { path } of routes) {
      const asks = [
        ['', 'application/json'],
        ['', 'text/csv'],
        [`?q=${SECRET.slice(0, -1)}`, 'application/json'],
        ['?q=U3', 'application/json'],
        [`?q=${INTERNAL.slice(0, -1)}`, 'application/json'],
        ['?format=csv', 'text/html'],
        [`?record_kind=case&record_id=${foreign.ids[0]}`, 'application/json'],
        ['?serial=U3', 'application/json'],
        ['?customer_id=hoshi', 'application/json'],
        ['?unit_id=u3', 'application/json'],
        ['?model=X100', 'application/json'],
      ] as const;
      for (const [query, accept] of asks) {
        const text = await (await north.get(path + query, { Accept: accept })).text();
        for (const mark of foreign.marks) if (withoutEcho(text, query).includes(mark)) leaks.push(`${path}${query} (${accept}) shows ${mark}`);
      }
    }
    expect(leaks).toEqual([]);
  }, 240_000);

  it('cannot tell another’s row from none, by any verb of any route', async () => {
    const { foreign, north, admin } = await theWorld();
    const routes = (await everyRoute(admin)).filter(({ path }) => path.includes('{') && !path.startsWith('/api/v1/articles') && !path.startsWith('/articles'));
    expect(routes.length).toBeGreaterThan(60);
    const forms = await fittedForms(routes, [admin, north]);
    expect(forms.size).toBeGreaterThan(40);
    const before = await snapshot(test);
    const told: string[] = [];
    const undecided: string[] = [];
    for (const route of routes) {
      const fields = forms.get(route) ?? {};
      const none = await tell(await send(north, { ...route, path: filled(route.path, 'no-such-row') }, fields), 'no-such-row');
      if ((route.method !== 'get' || route.path.startsWith('/api/')) && !DECIDED_BY_NO_ROW.includes(route.path) && !/^40[34] /.test(none))
        undecided.push(`${route.method} ${route.path}: ${none.slice(0, 100)}`);
      // Behind a closed gate every id is refused alike before it is looked at: two show that.
      for (const id of openToPartners(route) ? foreign.ids : foreign.ids.slice(0, 2)) {
        const answer = await tell(await send(north, { ...route, path: filled(route.path, id) }, fields), id);
        if (answer !== none) told.push(`${route.method} ${filled(route.path, id)}: ${answer.slice(0, 160)} instead of ${none.slice(0, 160)}`);
      }
    }
    expect(told).toEqual([]);
    // Each got as far as the row: an input refused before says nothing. That holds for the forms of pages too, each filled in as it wants to be.
    expect(undecided).toEqual([]);
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

/** Answered before any row is looked for: codes of a tree by its name, removing a view that is not one's own, which is nobody's business. */
const DECIDED_BY_NO_ROW = ['/api/v1/codes/{tree}', '/views/{id}/removal'];

/** The fields each form wants before it looks for its row. Some serve one of the callers alone. */
async function fittedForms(routes: readonly Route[], callers: readonly Caller[]): Promise<Map<Route, Record<string, string>>> {
  const forms = new Map<Route, Record<string, string>>();
  for (const route of routes.filter((one) => one.method === 'post' && one.sample === null && openToPartners(one))) {
    for (const caller of callers) {
      const { fields, status } = await fitForm(caller, filled(route.path, 'no-such-row'));
      if (status === 404 || !forms.has(route)) forms.set(route, fields);
      if (status === 404) break;
    }
  }
  return forms;
}

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
