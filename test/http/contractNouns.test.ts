// The public contract, clause by clause: every resource and every transition is there under its noun, and says no in its own words.
import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/docs.tsx';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const WRITTEN = `
  GET  /units/{id}                        GET  /units/{id}/timeline               GET  /units/{id}/lookalikes
  POST /units/{id}/merge                  POST /units/{id}/swap                   POST /units/{id}/service-intervals
  POST /units/{id}/firmware               POST /receipts                          POST /inspections
  POST /dispositions                      POST /returns                           GET  /returns/{id}
  POST /returns/{id}/authorization        POST /returns/{id}/units                POST /returns/{id}/outbound
  POST /returns/{id}/closure              POST /returns/{id}/cancellation         POST /returns/{id}/rejection
  POST /returns/{id}/write-off            POST /returns/{id}/approval             POST /stock/moves
  POST /stock/reservations                POST /stock/policies                    POST /stock/holds
  POST /stock/holds/{id}/release          POST /stock/counts                      POST /purchase-orders
  POST /claims                            GET  /claims/{id}/evidence              POST /claims/{id}/submission
  POST /claims/{id}/answers               POST /claims/{id}/renegotiation         POST /claims/{id}/agreement
  POST /claims/{id}/settlement            POST /claims/{id}/closure               POST /investigations
  POST /investigations/{id}/actions       POST /investigations/{id}/closure       POST /investigations/{id}/reopening
  POST /investigations/{id}/containment   POST /investigations/{id}/cause-confirmation
  POST /investigations/{id}/implementation  POST /investigations/{id}/verification
  GET  /failure-rates                     GET  /life-analysis                     POST /life-analysis/fits
  GET  /alerts/{id}                       POST /alerts/{id}/acknowledgement       POST /alerts/{id}/resolution
  POST /alerts/{id}/dismissal             GET  /devices/{device_id}               POST /devices/{device_id}/credential
  GET  /devices/{device_id}/reports       POST /devices/{device_id}/commands      GET  /quarantine/{id}
  POST /quarantine/{id}/replay            POST /cases                             GET  /cases/{id}
  POST /cases/{id}/messages               POST /cases/{id}/owner                  POST /cases/{id}/solution
  POST /cases/{id}/closure                POST /cases/{id}/reopening              POST /cases/{id}/rating
  POST /notices/{id}/approval             POST /known-issues                      POST /articles
  POST /signals/{id}/backtest             POST /silences                          GET  /codes/{tree}
  POST /codes/{tree}                      POST /checklists                        POST /attachments
  GET  /attachments                       POST /users                             POST /tokens
  GET  /me                                POST /imports                           GET  /imports/{id}
  GET  /exports/{table}                   POST /webhooks                          POST /webhooks/{id}/replays
`;

const NOUNS = [...WRITTEN.matchAll(/(GET|POST)\s+(\S+)/g)].map(([, method = '', path = '']) => ({ method: method.toLowerCase(), path }));

eachDb('the nouns of the contract', (test) => {
  it('are declared, each with its permission and every refusal it may answer', () => {
    const { paths = {} } = openApiDocument(testApp(test.store));
    for (const { method, path } of NOUNS) {
      const operation = (paths[`/api/v1${path}`] as Record<string, { responses: object; 'x-permission'?: string }> | undefined)?.[method];
      expect([method, path, operation?.['x-permission']]).toEqual([method, path, expect.any(String)]);
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['401', '403', '404', '409', '412', '413', '415', '422', '429', '503']));
    }
  });

  it('about a record that is not there answer 404 or name what is wrong with the input, never a failure of ours', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'admin');
    // A credential is made before its device is ever seen, and a device is asked for a report whoever registered it.
    for (const { method, path } of NOUNS.filter(({ path }) => path.includes('{') && !path.endsWith('/credential'))) {
      const address = `/api/v1${path.replace('{tree}', 'no-such-tree').replace(/\{\w+\}/g, 'no-such-row')}`;
      const response = method === 'get' ? await call.get(address) : await call.post(address, {});
      expect([method, path, [404, 422].includes(response.status)]).toEqual([method, path, true]);
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      const problem = (await response.json()) as { code: string; status: number; detail: string; title: string; type: string; errors?: unknown[] };
      expect(problem.status).toBe(response.status);
      expect([problem.type, problem.title, problem.detail].every((text) => text !== '')).toBe(true);
      if (response.status === 422) expect([method, path, problem.errors?.length ?? 0]).not.toEqual([method, path, 0]);
    }
  });

  it('and whatever else is read under a record answers 404 when the record is not there', async () => {
    const app = testApp(test.store);
    const call = await callerWith(app, test.store, 'admin');
    for (const [path, item] of Object.entries(openApiDocument(app).paths ?? {})) {
      // These two ask for more than the record in their query.
      if (!path.includes('{') || item?.get === undefined || path.includes('{tree}') || path.endsWith('/series')) continue;
      expect([path, (await call.get(path.replace(/\{\w+\}/g, 'no-such-row'))).status]).toEqual([path, 404]);
    }
  });

  it('take any JSON a hostile program may send without failing', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'admin');
    const bodies = [
      'null',
      '[]',
      '"text"',
      '0',
      '{"id":{"a":1},"reason":1e400,"version":"x"}',
      `{"note":"${'x'.repeat(100_000)}"}`,
      '{"a":"\\u0000"}',
      '[[[[[[',
    ];
    for (const { method, path } of NOUNS.filter(({ method, path }) => method === 'post' && !path.endsWith('/credential')))
      for (const body of bodies) {
        const response = await call.post(`/api/v1${path.replace(/\{\w+\}/g, 'no-such-row')}`, body);
        expect([method, path, body.slice(0, 40), response.status >= 400 && response.status < 500]).toEqual([method, path, body.slice(0, 40), true]);
      }
  });
});
