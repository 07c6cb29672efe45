// Many alerts seen to at once.
import { beforeAll, expect, it } from 'vitest';
import { listNamed } from '../../src/alert/queries.ts';
import { cast } from '../returns/cast.ts';
import { alertRow } from '../support/alertRow.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('alerts chosen from the list', (test) => {
  let quality: Caller;
  let tech: Caller;
  let models = 0;

  beforeAll(async () => {
    await cast(test.ctx());
    quality = await callerWith(testApp(test.store), test.store, 'quality');
    tech = await callerWith(testApp(test.store), test.store, 'tech');
  });

  const raised = async (state: 'open' | 'acknowledged' | 'resolved') => {
    // A model has one live alert.
    const model = await test.store.db.selectFrom('models').selectAll().limit(1).executeTakeFirstOrThrow();
    const id = `model-${++models}`;
    await test.store.db
      .insertInto('models')
      .values({ ...model, id, code: id })
      .execute();
    const row = alertRow(id, { state, closed_at: state === 'resolved' ? NOW : null });
    await test.store.db.insertInto('alerts').values(row).execute();
    return row.id;
  };
  const preview = async (deed: string, ids: readonly string[], more: Record<string, string> = {}) => {
    const query = new URLSearchParams({ deed, ...more });
    for (const id of ids) query.append('id', id);
    return (await quality.get(`/bulk/alerts?${query}`)).text();
  };
  const confirm = (page: string) => {
    const fields: [string, string][] = [...page.slice(page.indexOf('method="post"')).matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    );
    return quality.post('/bulk/alerts', new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
  };
  const statesOf = async (ids: readonly string[]) => (await listNamed(test.ctx(), ids)).map(({ state }) => state);

  it('are acknowledged where they are open, and left alone where they are not', async () => {
    const ids = [await raised('open'), await raised('acknowledged'), await raised('open')];
    const page = await preview('acknowledge', ids);
    expect([page.includes('Change 2'), page.includes('already seen to')]).toEqual([true, true]);
    await confirm(page);
    expect(await statesOf(ids)).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
  });

  it('are dismissed for one reason, which each keeps', async () => {
    const ids = [await raised('open'), await raised('acknowledged'), await raised('resolved')];
    expect(await preview('dismiss', ids)).not.toContain('Change 2');
    await confirm(await preview('dismiss', ids, { reason: 'Power cut at the site' }));
    expect(await statesOf(ids)).toEqual(['dismissed', 'dismissed', 'resolved']);
    expect((await listNamed(test.ctx(), ids)).map(({ reason }) => reason)).toEqual(['Power cut at the site', 'Power cut at the site', null]);
  });

  it('are chosen by those only who may act', async () => {
    const seen = async (caller: Caller) => (await (await caller.get('/alerts')).text()).includes('class="pick"');
    expect([await seen(quality), await seen(tech)]).toEqual([true, false]);
  });
});
