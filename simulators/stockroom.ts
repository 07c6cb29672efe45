// The stock room as one finds it: what a model costs and when to order it, an order that came in part, and one that is on its way.
import type { Api, Made } from './api.ts';
import { dayText } from './csv.ts';
import { DAY_MS } from './defects.ts';
import { inParallel } from './parallel.ts';
import { seedOf, wholeBetween } from './random.ts';
import type { World } from './world.ts';

const AT_ONCE = 4;
const LEAD_TIME_DAYS = 45;
const ORDERED = 6;
const ARRIVED = 4;

export async function keepStock(api: Api, world: World): Promise<void> {
  const models = await api.get<{ items: readonly (Made & { code: string })[] }>('/models?limit=500');
  await inParallel(models.items, AT_ONCE, async ({ id, code }, n) => {
    await api.patch(`/models/${id}`, { unit_cost: wholeBetween(9, 60, seedOf(world.seed, code), 'cost') * 1000, currency: 'JPY' });
    if (n % 2 === 0) await api.post('/stock/policies', { model_code: code, reorder_point: 1 + (n % 3), lead_time_days: LEAD_TIME_DAYS, order_quantity: 5 });
  });
  const [first, second] = models.items;
  if (first !== undefined) await receiveInPart(api, world, first.code);
  if (second !== undefined) await order(api, world, second.code, 10);
}

async function receiveInPart(api: Api, world: World, model_code: string): Promise<void> {
  const { id, lines } = await order(api, world, model_code, -3);
  const serials = Array.from({ length: ARRIVED }, (_, n) => `${model_code}-SPARE-${String(n + 1).padStart(4, '0')}`);
  await api.post(`/purchase-orders/${id}/receipts`, { line_id: lines[0]?.id, serials });
}

const order = (api: Api, world: World, model_code: string, due_in_days: number): Promise<Made & { lines: readonly Made[] }> =>
  api.post('/purchase-orders', {
    supplier: '代替機センター',
    ordered: true,
    expected_on: dayText(world.now + due_in_days * DAY_MS),
    lines: [{ model_code, quantity: ORDERED }],
  });
