// What no query asks for: every route of the document answers it with a refusal or an empty list, never with a failure.
import { expect, it } from 'vitest';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
}

const ODD = ['9999-12-31', '0001-01-01', '-1', '%00', '1e309', "'", '9999-12-31T23:59:59Z'];

eachDb('an odd value in a query', (test) => {
  it('of any route is refused or finds nothing', { timeout: 300_000 }, async () => {
    const call = await callerWith(testApp(test.store), test.store, 'admin');
    const { paths } = (await (await call.get('/api/v1/openapi.json')).json()) as { paths: Record<string, { get?: Operation }> };
    const failed: string[] = [];
    for (const [path, { get }] of Object.entries(paths)) {
      for (const { name } of get?.parameters?.filter((parameter) => parameter.in === 'query') ?? []) {
        for (const value of ODD) {
          const asked = `/api/v1${path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'nobody')}?${name}=${value}`;
          const { status } = await call.get(asked);
          if (status >= 500) failed.push(`${status} ${asked}`);
        }
      }
    }
    expect(failed).toEqual([]);
  });
});

eachDb('a day given from outside', (test) => {
  it('is one of the years 1900 to 2199, or refused by the name of its field', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'admin');
    for (const [path, field] of [
      ['/api/v1/kpis/inquiry-rates', 'to_on'],
      ['/api/v1/case-causes', 'to_on'],
      ['/api/v1/failure-rates', 'from_on'],
    ] as const) {
      for (const day of ['9999-12-31', '1899-12-31', '2200-01-01', '2026-02-30', '2026-1-1']) {
        const answer = await call.get(`${path}?${field}=${day}`);
        const { errors } = (await answer.json()) as { errors: { path: string }[] };
        expect([path, day, answer.status, errors.map((error) => error.path)]).toEqual([path, day, 422, [field]]);
      }
    }
  });

  it('makes no period of centuries', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'admin');
    expect((await call.get('/api/v1/kpis/inquiry-rates?from_on=1900-01-01&to_on=2199-12-31')).status).toBe(422);
  });
});
