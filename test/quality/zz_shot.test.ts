import { it } from 'vitest';
import { addDays } from '../../src/core/time.ts';
import { testCtx } from '../support/eachDb.ts';
import { openSite } from '../support/browser.ts';
import { drawWeibull } from '../stats/draws.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';
const site = openSite(async (fresh) => {
  const ctx = testCtx(fresh.store);
  await addCatalog(ctx);
  let n = 0;
  for (const model of ['A1', 'A2', 'Z1']) for (const [i, life] of drawWeibull(80, 2, 500, model.charCodeAt(1)).entries()) {
    const from = addDays('2025-01-01', (i * 5) % 240);
    const failed = addDays(from, life);
    const fails = failed < '2026-03-20' && n++ % (model === 'A1' ? 1 : 3) === 0;
    const id = await addUnit(ctx, { model, from_on: from, to_on: fails ? failed : null, firmwares: [[i % 2 ? '1' : '2', from, null]] });
    if (fails) await addReturn(ctx, id, { failed_on: failed, returned_on: failed, verdict: i % 6 === 0 ? 'no_fault_found' : 'confirmed', failure_mode_id: i % 3 === 0 ? 'sd' : 'media', component_id: i % 4 ? 'board' : null });
  }
});
it('shots', async () => {
  site().clock.now = Date.UTC(2026, 3, 1);
  const paths = ['/failure-rates?by=model&by2=firmware', '/life-analysis?model=A1', '/failure-rates/control-chart', '/failure-rates/pareto', '/life-analysis/nevada'];
  for (const width of [390, 1200]) {
    const { page, context } = await site().visit('quality', { width, locale: width === 390 ? 'ja' : 'en' });
    for (const [i, path] of paths.entries()) {
      await page.goto(site().base + path);
      await page.screenshot({ path: `/tmp/kz4_shot_${width}_${i}.png`, fullPage: true });
    }
    await context.close();
  }
}, 200_000);
