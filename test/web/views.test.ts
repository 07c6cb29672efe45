// A view of a list is its owner's alone, leads back to the same rows, and never out of the house.
import { beforeAll, expect, it } from 'vitest';
import { browserOf, type Caller, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a saved view', (test) => {
  let aoi: Caller;
  let ben: Caller;

  beforeAll(async () => {
    const app = testApp(test.store);
    aoi = (await browserOf(app, test.store, { email: 'aoi@example.com', role: 'tech' }))();
    ben = (await browserOf(app, test.store, { email: 'ben@example.com', role: 'lead' }))();
  });

  const OVERDUE = { path: '/returns', query: '?state=open&sort=-filed_on', name: 'Open first' };
  const stored = () => test.store.db.selectFrom('saved_views').selectAll().orderBy('id').execute();

  it('leads back to the rows, sorted as they were, and stands on that list of that person only', async () => {
    const saved = await aoi.form('/views', OVERDUE);
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, '/returns?state=open&sort=-filed_on']);
    expect(await (await aoi.get('/returns')).text()).toContain('<a href="/returns?state=open&amp;sort=-filed_on">Open first</a>');
    expect(await (await aoi.get('/returns?state=open&sort=-filed_on')).text()).toContain('aria-current="page">Open first</a>');
    expect(await (await aoi.get('/units')).text()).not.toContain('Open first');
    expect(await (await ben.get('/returns')).text()).not.toContain('Open first');
  });

  it('saved again under its name is replaced', async () => {
    await aoi.form('/views', { ...OVERDUE, query: '?state=closed' });
    expect((await stored()).map(({ name, query }) => [name, query])).toEqual([['Open first', '?state=closed']]);
  });

  it('is not removed by somebody else', async () => {
    const [view] = await stored();
    await ben.form(`/views/${view?.id}/removal`, {});
    expect(await stored()).toHaveLength(1);
    const removed = await aoi.form(`/views/${view?.id}/removal`, {});
    expect([removed.status, removed.headers.get('Location'), await stored()]).toEqual([303, '/returns', []]);
  });

  it.each(['//evil.example/x', 'https://evil.example', '/\\evil.example', 'returns'])('of %s is refused', async (path) => {
    expect((await aoi.form('/views', { ...OVERDUE, path })).status).toBe(422);
    expect(await stored()).toEqual([]);
  });
});
