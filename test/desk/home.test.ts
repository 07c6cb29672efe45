// Every number on the home page is the length of the list it opens: for every role, over a store with something of everything.
import { beforeAll, expect, it } from 'vitest';
import { OpenCase } from '../../src/case/inputs.ts';
import { openCase } from '../../src/case/open.ts';
import { giveOwner } from '../../src/case/owner.ts';
import type { Role } from '../../src/core/permission.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { placeHold } from '../../src/stock/hold.ts';
import { createOrder, placeOrder } from '../../src/stock/order.ts';
import { setPolicy } from '../../src/stock/policy.ts';
import { cast, fielded, stocked } from '../returns/cast.ts';
import { type Caller, callerOf, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const ROLES = ['tech', 'stock', 'quality', 'lead', 'engineer', 'admin'] as const satisfies readonly Role[];
const PASSWORD = 'correct horse battery';

eachDb('the home page', (test) => {
  const callers = new Map<Role, Caller>();

  beforeAll(async () => {
    const ctx = test.ctx();
    const { substitute } = await cast(ctx);
    const app = testApp(test.store);
    for (const role of ROLES) {
      const { id } = await addUser(ctx, AddUser.parse({ email: `${role}@example.com`, name: role, role, locale: 'en', password: PASSWORD }));
      const signedIn = await callerOf(app, {}).form('/sign-in', { email: `${role}@example.com`, password: PASSWORD });
      callers.set(role, callerOf(app, { Cookie: signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '' }));
      await workOf(ctx, id);
    }
    await fillStock(ctx, substitute);
    await fillReturns(ctx);
  }, 60_000);

  /** What one person has: a case due tomorrow, one due in a week, a solved one and one nobody has taken; an investigation due and one not. */
  async function workOf(ctx: ReturnType<typeof test.ctx>, owner_id: string) {
    for (const days of [1, 7]) {
      const { id } = await openCase(ctx, { ...OpenCase.parse({ subject: `due in ${days}` }), initiated_by: 'customer' });
      await giveOwner(ctx, id, { owner_id, next_step: 'call', next_due_at: NOW + days * DAY_MS });
    }
    await openCase(ctx, { ...OpenCase.parse({ subject: 'nobody has it' }), initiated_by: 'customer' });
    for (const next_on of ['2026-04-02', '2026-05-30'])
      await openInvestigation(ctx, OpenInvestigation.parse({ title: `looks at ${next_on}`, problem: 'blur', owner_id, next_on }));
  }

  async function fillStock(ctx: ReturnType<typeof test.ctx>, model_id: string) {
    await stocked(ctx);
    await setPolicy(ctx, { model_code: 'H-100', reorder_point: 5 });
    await placeHold(ctx, { model_id }, { reason: 'looks bad' });
    const { id } = await createOrder(ctx, { supplier: 'Hikari', lines: [{ model_code: 'H-200', quantity: 3 }] });
    await placeOrder(ctx, id, {});
  }

  async function fillReturns(ctx: ReturnType<typeof test.ctx>) {
    const units = await Promise.all([1, 2, 3].map(() => fielded(ctx)));
    const filed = await fileReturn(ctx, { type: 'return_first', authorised: true, units: units.map(({ serial }) => ({ serial })) });
    await receiveUnit(ctx, { scan: units[0]?.serial ?? '', return_id: filed.id });
    await fileReturn(ctx, { type: 'repair', units: [{ serial: (await fielded(ctx)).serial }] });
  }

  it.each(ROLES)('of %s counts what its links open', async (role) => {
    const caller = callers.get(role);
    const html = (await (await caller?.get('/'))?.text()) ?? '';
    const entries = [...html.matchAll(/href="([^"]+)"[^>]* data-count="(\d+)"/g)].map(
      ([, path = '', count]) => [path.replaceAll('&amp;', '&'), Number(count)] as const,
    );
    expect(entries.length).toBeGreaterThan(role === 'engineer' ? 2 : 4);
    const listed = await Promise.all(entries.map(async ([path]) => [path, await lengthOf(caller, path)] as const));
    expect(listed).toEqual(entries);
    expect(entries.filter(([, count]) => count > 0).length).toBeGreaterThan(role === 'engineer' ? -1 : 2);
  });
});

/** Rows of the list of a page, on all its pages: the table after the filters. */
async function lengthOf(caller: Caller | undefined, path: string): Promise<number> {
  const answer = await caller?.get(path);
  expect(answer?.status, path).toBe(200);
  const html = (await answer?.text()) ?? '';
  const main = html.slice(html.indexOf('<main'));
  const list = main.slice(Math.max(0, main.indexOf('class="filters"')));
  const body = /<tbody>(.*?)<\/tbody>/s.exec(list)?.[1] ?? '';
  const next = /rel="next" href="([^"]+)"/.exec(list)?.[1]?.replaceAll('&amp;', '&');
  return body.split('<tr').length - 1 + (next === undefined ? 0 : await lengthOf(caller, next));
}
