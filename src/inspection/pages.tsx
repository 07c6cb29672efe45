// The bench: what waits, one returned unit with its inspections, and the decision.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { disposeUnit, reverseDisposition } from '../returns/dispose.ts';
import { dispositions } from '../returns/disposition.ts';
import { getDispositionView } from '../returns/dispositionQueries.ts';
import { Because, ChangeCoverage, Maybe } from '../returns/inputs.ts';
import { getReturnUnitView, listReturnUnitViews } from '../returns/queries.ts';
import { changeCoverage, eraseFootage } from '../returns/verdict.ts';
import { DeskTabs, UnitTable } from '../returns/views.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, type Pages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { PageHead, Pager, Section } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { checklistPages } from './checklistPages.tsx';
import { startInspection } from './inspect.ts';
import { recordPages } from './recordPage.tsx';
import { UnitOnBench } from './unitPage.tsx';
import { uploadPages } from './uploadPages.tsx';
import { words } from './words.ts';

const inspectionPages = newPages();

page(inspectionPages, '/bench', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort } = readQuery(c, ListQuery);
  const inspecting = await listReturnUnitViews(c.var.ctx, { limit: 50 }, { state: 'inspecting' });
  // What came first is inspected first.
  const received = await listReturnUnitViews(c.var.ctx, { limit, cursor, sort: sort ?? 'returned_on' }, { state: 'received' });
  return show(
    c,
    { title: w.bench, nav: '/returns' },
    <>
      <PageHead title={w.bench}>
        <a class="button" href="/checklists">
          {w.checklists}
        </a>
        <a class="button" href="/scan">
          {w.receive}
        </a>
      </PageHead>
      <DeskTabs c={c} current="/bench" />
      <Section title={w.running}>
        <UnitTable c={c} rows={inspecting.items} empty={w.none_running} />
      </Section>
      <Section title={w.waiting}>
        <UnitTable c={c} rows={received.items} empty={w.none_waiting} />
        <Pager c={c} next_cursor={received.next_cursor} />
      </Section>
    </>,
  );
});

page(inspectionPages, '/return-units/:id', 'return:read', async (c) => {
  const unit = await getReturnUnitView(c.var.ctx, c.req.param('id') ?? '');
  return show(c, { title: `${unit.model_code} ${unit.serial}`, nav: '/returns' }, await UnitOnBench({ c, unit }));
});

/** Back to the unit after a deed. */
page(inspectionPages, '/dispositions/:id', 'inspection:read', async (c) => {
  const { return_unit_id } = await getDispositionView(c.var.ctx, c.req.param('id') ?? '');
  return c.redirect(`/return-units/${return_unit_id}`);
});

const back = (c: AppContext, id: string) => seeOther(c, `/return-units/${id}`, words(c.var.locale).done);

action(inspectionPages, '/return-units/:id/inspections', 'inspection:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await startInspection(c.var.ctx, { return_unit_id: id });
  return back(c, id);
});

action(inspectionPages, '/return-units/:id/footage-erasure', 'inspection:write', async (c) => {
  const { reason } = await readForm(c, Maybe);
  return back(c, (await eraseFootage(c.var.ctx, c.req.param('id') ?? '', reason)).id);
});

action(inspectionPages, '/return-units/:id/coverage', 'return:write', async (c) =>
  back(c, (await changeCoverage(c.var.ctx, c.req.param('id') ?? '', await readForm(c, ChangeCoverage))).id),
);

const reason = z.string().trim().max(1000).optional();
const DispositionForm = z.strictObject({
  disposition: z.enum(dispositions),
  condition: z.enum(['verified', 'refurbished']).optional(),
  reason,
  override_reason: reason,
});

action(inspectionPages, '/return-units/:id/dispositions', 'return:write', async (c) => {
  const id = c.req.param('id') ?? '';
  const input = await readForm(c, DispositionForm);
  const override = may(c.var.ctx.actor, 'inspection:override') ? input.override_reason : undefined;
  await disposeUnit(c.var.ctx, {
    return_unit_id: id,
    disposition: input.disposition,
    condition: input.condition,
    reason: input.reason,
    override_reason: override,
  });
  return back(c, id);
});

action(inspectionPages, '/dispositions/:id/reversal', 'return:write', async (c) => {
  const row = await reverseDisposition(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, Because)).reason);
  return back(c, (await getDispositionView(c.var.ctx, row.id)).return_unit_id);
});

inspectionPages.route('/', checklistPages);

/** The pages over the files under `dataDir` (DATA_DIR). */
export function benchPages(dataDir: string): Pages {
  const pages = newPages();
  pages.route('/', inspectionPages);
  pages.route('/', recordPages);
  pages.route('/', uploadPages(dataDir));
  return pages;
}
