// Pages of units: the list, which is also the look-up by any identifier, one unit, and its forms.
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { BulkDeed } from '../web/bulk.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, type Pages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Field, Filters, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { invalidInput, ListQuery } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { UnitQuery } from './api.ts';
import { unitDeeds } from './bulk.tsx';
import { createUnit } from './createUnit.ts';
import { changeFirmware } from './firmware.ts';
import { EditUnitForm, editedFields, NewUnitForm, UnitActions } from './forms.tsx';
import { conditions, locations, NewFirmware, NewServiceInterval, NewUnit, UnitChange } from './inputs.ts';
import { findUnit, findUnits, getUnit, listFirmwareIntervals, listIdentifiers, listServiceIntervals, listUnits, type UnitView } from './queries.ts';
import { startService } from './service.ts';
import { swapUnit } from './swapUnit.ts';
import { updateUnit } from './updateUnit.ts';
import { FirmwareIntervals, Identifiers, locationName, ServiceIntervals, UnitFacts, unitColumns } from './views.tsx';
import { conditionWords, locationWords, words } from './words.ts';

/** What another feature shows on the page of a unit, given by whoever mounts the pages: the timeline, the device, its returns. */
export type UnitPanel = (c: AppContext, unit: UnitView) => Promise<Child>;

/** `deeds` are what other features do with many units at once. */
export function unitPages(panels: readonly UnitPanel[] = [], deeds: readonly BulkDeed[] = []): Pages {
  const pages = newPages();
  const allDeeds = [...unitDeeds, ...deeds];
  page(pages, '/units', 'unit:read', (c) => listView(c, allDeeds));
  pages.route('/', bulkPages('/units', 'unit:write', allDeeds));
  page(pages, '/units/new', 'unit:write', (c) =>
    show(
      c,
      { title: words(c.var.locale).new_unit, nav: '/units' },
      <>
        <PageHead title={words(c.var.locale).new_unit} />
        <NewUnitForm c={c} />
      </>,
    ),
  );
  page(pages, '/units/:id', 'unit:read', (c) => unitView(c, panels));
  page(pages, '/units/:id/edit', 'unit:write', async (c) => editView(c, await getUnit(c.var.ctx, idOf(c))));
  action(pages, '/units', 'unit:write', async (c) => saved(c, (await createUnit(c.var.ctx, await readForm(c, NewUnit))).id));
  action(pages, '/units/:id', 'unit:write', saveEdit);
  action(pages, '/units/:id/service-intervals', 'unit:write', async (c) =>
    saved(c, (await startService(c.var.ctx, idOf(c), await readForm(c, NewServiceInterval))).unit_id),
  );
  action(pages, '/units/:id/firmware', 'unit:write', async (c) => saved(c, (await changeFirmware(c.var.ctx, idOf(c), await readForm(c, NewFirmware))).id));
  action(pages, '/units/:id/swap', 'unit:write', async (c) => {
    const { replacement, ...input } = await readForm(c, SwapForm);
    return saved(c, (await swapUnit(c.var.ctx, idOf(c), { ...input, replacement_id: await onlyUnit(c.var.ctx, replacement, 'replacement') })).id);
  });
  return pages;
}

const SwapForm = z.strictObject({
  replacement: z.string().max(200),
  on: z.string().max(10).optional(),
  reason: z.string().trim().max(500).optional(),
  new_warranty: z.enum(['inherit', 'restart']).default('inherit'),
});

const idOf = (c: AppContext): string => c.req.param('id') ?? '';
const saved = (c: AppContext, id: string): Response => seeOther(c, `/units/${id}`, words(c.var.locale).saved);

const choose = { id: (unit: UnitView) => unit.id, label: (unit: UnitView) => unit.serial };

async function listView(c: AppContext, deeds: readonly BulkDeed[]) {
  const { locale } = c.var;
  const w = words(locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, UnitQuery.extend(ListQuery.shape));
  const { items, next_cursor } = await listUnits(c.var.ctx, { limit, cursor, sort }, filter);
  // A look-up that means one unit goes there; one that means several shows the choice.
  const [only, other] = items;
  if (filter.serial !== undefined && only !== undefined && other === undefined) return c.redirect(`/units/${only.id}`);
  return show(
    c,
    { title: w.units, nav: '/units', kind: 'wide' },
    <>
      <PageHead title={w.units}>
        {may(c.var.ctx.actor, 'unit:write') ? (
          <a class="button primary" href="/units/new">
            {w.new_unit}
          </a>
        ) : null}
      </PageHead>
      <UnitFilters c={c} />
      {filter.serial !== undefined && other !== undefined ? (
        <p class="message" role="status">
          {w.several}
        </p>
      ) : null}
      <Table
        c={c}
        caption={w.units}
        columns={unitColumns(c)}
        rows={items}
        {...(filter.serial === undefined ? {} : { empty: w.none_found })}
        {...(c.var.ctx.actor.partner_id === null ? { choose } : {})}
      />
      <BulkBar c={c} deeds={deeds}>
        {c.var.ctx.actor.partner_id === null ? (
          <button type="submit" formaction="/labels">
            {w.print_labels}
          </button>
        ) : undefined}
      </BulkBar>
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
}

function UnitFilters({ c }: { c: AppContext }) {
  const { locale } = c.var;
  const w = words(locale);
  const given = (name: string): string | null => c.req.query(name) ?? null;
  return (
    <Filters c={c}>
      {['model_id', 'batch_id', 'firmware_id', 'customer_id', 'site_id'].map((name) =>
        given(name) === null ? null : <input type="hidden" name={name} value={given(name) ?? ''} />,
      )}
      <Field label={w.find} name="serial" value={given('serial')} type="search" />
      <Field label={w.model} name="model_code" value={given('model_code')} />
      <Field label={w.batch} name="batch_code" value={given('batch_code')} />
      <Field label={w.firmware} name="firmware" value={given('firmware')} />
      <Field label={w.customer} name="customer_code" value={given('customer_code')} />
      <Field label={w.site} name="site_code" value={given('site_code')} />
      <Select
        label={w.where}
        name="location"
        value={given('location')}
        blank="—"
        options={locations.map((value) => ({ value, label: locationWords(locale)[value] }))}
      />
      <Select
        label={w.condition}
        name="condition"
        value={given('condition')}
        blank="—"
        options={conditions.map((value) => ({ value, label: conditionWords(locale)[value] }))}
      />
      <Select
        label={w.identity}
        name="identity"
        value={given('identity')}
        blank="—"
        options={[
          { value: 'confirmed', label: w.confirmed },
          { value: 'provisional', label: w.provisional },
        ]}
      />
    </Filters>
  );
}

async function unitView(c: AppContext, panels: readonly UnitPanel[]) {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const unit = await getUnit(ctx, idOf(c));
  // The id of a unit that was merged away leads to the one it became.
  if (unit.id !== idOf(c)) return c.redirect(`/units/${unit.id}`);
  const [identifiers, service, firmware] = [
    await listIdentifiers(ctx, unit.id),
    await listServiceIntervals(ctx, unit.id),
    await listFirmwareIntervals(ctx, unit.id),
  ];
  const swaps = { predecessor: await findUnit(ctx, unit.predecessor_id ?? ''), successor: await findUnit(ctx, unit.successor_id ?? '') };
  const shown: Child[] = [];
  for (const panel of panels) shown.push(await panel(c, unit));
  return show(
    c,
    { title: unit.serial, nav: '/units', kind: 'wide' },
    <>
      <PageHead title={unit.serial} stored sub={`${unit.model_code} · ${locationName(unit.location, locale) ?? '—'}`}>
        {ctx.actor.partner_id === null && may(ctx.actor, 'investigation:read') ? (
          <a class="button" href={`/cohorts?unit_id=${unit.id}`}>
            {w.cohort}
          </a>
        ) : null}
        {may(ctx.actor, 'unit:write') ? (
          <a class="button" href={`/units/${unit.id}/edit`}>
            {w.edit}
          </a>
        ) : null}
      </PageHead>
      <UnitFacts c={c} unit={unit} swaps={swaps} />
      {identifiers.length === 0 ? null : (
        <Section title={w.identifiers}>
          <Identifiers c={c} identifiers={identifiers} />
        </Section>
      )}
      {shown}
      <Section title={w.service_intervals} id="service">
        <ServiceIntervals c={c} intervals={service} />
      </Section>
      <Section title={w.firmware_intervals} id="firmware">
        <FirmwareIntervals c={c} intervals={firmware} />
      </Section>
      {may(ctx.actor, 'unit:write') ? <UnitActions c={c} unit={unit} /> : null}
    </>,
  );
}

const editView = (c: AppContext, unit: UnitView, warning?: string) =>
  show(
    c,
    { title: `${unit.serial} · ${words(c.var.locale).edit}`, nav: '/units' },
    <>
      <PageHead title={unit.serial} stored sub={unit.model_code} />
      {warning === undefined ? null : (
        <p class="problem" role="alert">
          {warning}
        </p>
      )}
      <EditUnitForm c={c} unit={unit} />
    </>,
  );

/** An emptied field clears what was written. */
async function saveEdit(c: AppContext) {
  const { version: _, ...typed } = Object.fromEntries(Object.entries(await c.req.parseBody()).map(([name, value]) => [name, String(value).trim()]));
  const cleared = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value === '' && name !== 'serial' ? null : value]));
  const input = UnitChange.safeParse(cleared);
  const unit = await getUnit(c.var.ctx, idOf(c));
  if (!input.success) {
    c.status(422);
    return editView(c, unit, (invalidInput(input.error, cleared).errors(c.var.locale) ?? []).map(({ path, message }) => `${path}: ${message}`).join(' · '));
  }
  const edit: Edit = {
    title: unit.serial,
    nav: '/units',
    path: `/units/${unit.id}`,
    fields: editedFields(c.var.locale),
    stored: () => getUnit(c.var.ctx, idOf(c)),
  };
  return savingEdit(c, edit, async (version) => saved(c, (await updateUnit(c.var.ctx, idOf(c), input.data, version)).id));
}

/** The one unit an identifier means. Throws `invalid` when it means none or several. */
export async function onlyUnit(ctx: Ctx, identifier: string, path: string): Promise<string> {
  const [unit, other] = await findUnits(ctx, identifier);
  if (unit !== undefined && other === undefined) return unit.id;
  const message: Bilingual =
    unit === undefined
      ? [`No unit ${identifier}`, `個体 ${identifier} がありません`]
      : [`Several units answer to ${identifier}`, `${identifier} に該当する個体が複数あります`];
  throw invalid(path, message);
}
