// CSV `units`: one row a unit, found again by model and serial. Reading and deciding here; the changes to units that exist are in importChanges.ts.

import { mentionFirmwares } from '../catalog/mention.ts';
import { modelFinder } from '../catalog/modelFinder.ts';
import { identifierKey } from '../core/identifier.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { type CellError, type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import { firstPlace } from './createUnit.ts';
import { type UnitUpdate, updateOf, writeUpdates } from './importChanges.ts';
import { type UnitCells, type UnitColumns, unitColumns } from './importColumns.ts';
import { type Known, type KnownParts, knownParts, loadKnown } from './importKnown.ts';
import { refuseUndo, undo } from './importUndo.ts';
import { type FoundUnit, writeNewUnits } from './newUnits.ts';

type Plan = { readonly kind: 'new'; readonly found: FoundUnit; readonly firmware: string | null } | { readonly kind: 'update'; readonly update: UnitUpdate };

export const unitsImport = defineKind<UnitColumns, Plan>({
  name: 'units',
  label: ['Units', '個体'],
  permission: 'unit:write',
  columns: unitColumns,
  begin,
  refuseUndo,
  undo,
});

/** What a run remembers between slices: the file must not hold a unit or a device twice. */
interface Run {
  readonly parts: KnownParts;
  readonly today: string;
  readonly seen: Map<string, number>;
  readonly devices: Map<string, number>;
  readonly firmwares: Map<string, string>;
}

async function begin(ctx: Ctx): Promise<ImportRun<UnitColumns, Plan>> {
  const parts = { ...(await knownParts(ctx)), findModel: await modelFinder(ctx) };
  const run: Run = { parts, today: today(ctx), seen: new Map(), devices: new Map(), firmwares: new Map() };
  return {
    judge: async (ctx, rows) => {
      const known = await loadKnown(
        ctx,
        rows.map(({ cells }) => identifierKey(cells.serial)),
        rows.flatMap(({ cells }) => cells.device_id ?? []),
      );
      return rows.map((row) => judge(row, run, known));
    },
    write: (ctx, import_id, batch) => write(ctx, import_id, batch, run),
  };
}

function judge({ row_no, cells }: GivenRow<UnitColumns>, { parts, seen, devices, today }: Run, known: Known): Judgement<Plan> {
  const model = parts.findModel(cells.model_code, cells.maker_code);
  if ('column' in model) return { result: 'error', key: cells.serial, errors: [model] };
  const key = `${model.id}/${identifierKey(cells.serial)}`;
  const before = known.units.get(key);
  const errors = [
    ...twice(seen, key, row_no, 'serial'),
    ...(cells.device_id === null ? [] : twice(devices, cells.device_id, row_no, 'device_id')),
    ...wrongParts(cells, model.id, parts),
    ...wrongDays(cells),
  ];
  if (cells.device_id !== null && (known.devices.get(cells.device_id) ?? before?.unit.id) !== before?.unit.id) {
    errors.push({ column: 'device_id', words: ['Belongs to another unit', '別の個体に登録済みです'] });
  }
  if (errors.length > 0) return { result: 'error', key: cells.serial, errors };
  if (before === undefined)
    return { result: 'create', key: cells.serial, plan: { kind: 'new', found: newUnit(cells, model.id, parts), firmware: cells.firmware } };
  const update = updateOf(before, cells, parts, today);
  if (Array.isArray(update)) return { result: 'error', key: cells.serial, errors: update };
  return update === null ? { result: 'same', key: cells.serial } : { result: 'update', key: cells.serial, plan: { kind: 'update', update } };
}

function twice(seen: Map<string, number>, key: string, row_no: number, column: string): CellError[] {
  const first = seen.get(key);
  if (first !== undefined) return [{ column, words: [`Stands in row ${first} already`, `${first}行目と重複しています`] }];
  seen.set(key, row_no);
  return [];
}

function wrongParts(cells: UnitCells, model_id: string, { batches, sites, customers }: KnownParts): CellError[] {
  const errors: CellError[] = [];
  if (cells.batch_code !== null && !batches.has(`${model_id}/${cells.batch_code}`))
    errors.push({ column: 'batch_code', words: [`No batch ${cells.batch_code} of this model`, `この機種にロット ${cells.batch_code} はありません`] });
  const site = cells.site_code === null ? undefined : sites.get(cells.site_code);
  const customer = cells.customer_code === null ? undefined : customers.get(cells.customer_code);
  if (cells.site_code !== null && site === undefined)
    errors.push({ column: 'site_code', words: [`No site ${cells.site_code}`, `拠点 ${cells.site_code} がありません`] });
  if (cells.customer_code !== null && customer === undefined)
    errors.push({ column: 'customer_code', words: [`No customer ${cells.customer_code}`, `顧客 ${cells.customer_code} がありません`] });
  if (site !== undefined && customer !== undefined && site.customer_id !== customer.id)
    errors.push({ column: 'site_code', words: ['The site is another customer’s', '拠点が別の顧客のものです'] });
  return errors;
}

function wrongDays({ in_service_on, out_of_service_on, shipped_on, delivered_on }: UnitCells): CellError[] {
  const errors: CellError[] = [];
  if (in_service_on !== null && out_of_service_on !== null && out_of_service_on < in_service_on)
    errors.push({ column: 'out_of_service_on', words: ['Before in_service_on', '稼働開始日より前です'] });
  if (shipped_on !== null && delivered_on !== null && delivered_on < shipped_on)
    errors.push({ column: 'delivered_on', words: ['Before shipped_on', '出荷日より前です'] });
  return errors;
}

function newUnit(cells: UnitCells, model_id: string, { batches, sites, customers }: KnownParts): FoundUnit {
  const site = cells.site_code === null ? undefined : sites.get(cells.site_code);
  const customer = cells.customer_code === null ? undefined : customers.get(cells.customer_code);
  return {
    model_id,
    serial: cells.serial,
    batch_id: cells.batch_code === null ? null : (batches.get(`${model_id}/${cells.batch_code}`) ?? null),
    hw_rev: cells.hw_rev,
    firmware_id: null,
    site_id: site?.id ?? null,
    customer_id: site?.customer_id ?? customer?.id ?? null,
    partner_id: site?.partner_id ?? customer?.partner_id ?? null,
    shipped_on: cells.shipped_on,
    delivered_on: cells.delivered_on,
    purchased_on: cells.purchased_on,
    in_service_on: cells.in_service_on,
    out_of_service_on: cells.out_of_service_on,
    mac: cells.mac,
    device_id: cells.device_id,
    asset_tag: cells.asset_tag,
    place: firstPlace(cells),
  };
}

async function write(ctx: Ctx, import_id: string, batch: readonly Planned<Plan>[], { firmwares }: Run): Promise<Change[]> {
  await findFirmwares(ctx, batch, firmwares);
  const firmwareOf = (model_id: string, code: string | null): string | null => (code === null ? null : (firmwares.get(`${model_id}/${code}`) ?? null));
  // Model by model: the rows then land side by side in the indices, whatever the order of the file.
  const fresh = batch
    .flatMap(({ row_no, plan }) =>
      plan.kind === 'new' ? [{ row_no, found: { ...plan.found, firmware_id: firmwareOf(plan.found.model_id, plan.firmware) } }] : [],
    )
    .sort((a, b) => (a.found.model_id < b.found.model_id ? -1 : a.found.model_id > b.found.model_id ? 1 : 0));
  const units = await writeNewUnits(
    ctx,
    fresh.map(({ found }) => found),
    { cause_kind: 'import', cause_id: import_id },
  );
  const created = units.map((unit, i): Change => ({ row_no: fresh[i]?.row_no ?? 0, record_kind: 'unit', record_id: unit.id, before: null }));
  const updates = batch.flatMap(({ row_no, plan }) =>
    plan.kind === 'update' ? [{ row_no, update: plan.update, firmware_id: firmwareOf(plan.update.before.unit.model_id, plan.update.firmware) }] : [],
  );
  return [...created, ...(await writeUpdates(ctx, import_id, updates))];
}

/** Firmwares named by the batch that this run has not met yet are looked up, or created. */
async function findFirmwares(ctx: Ctx, batch: readonly Planned<Plan>[], firmwares: Map<string, string>): Promise<void> {
  const named = batch.flatMap(({ plan }) => {
    const [model_id, code] = plan.kind === 'new' ? [plan.found.model_id, plan.firmware] : [plan.update.before.unit.model_id, plan.update.firmware];
    return code === null || firmwares.has(`${model_id}/${code}`) ? [] : [{ model_id, code }];
  });
  if (named.length === 0) return;
  for (const [key, id] of await mentionFirmwares(ctx, named)) firmwares.set(key, id);
}
