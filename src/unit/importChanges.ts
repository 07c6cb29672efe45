// What a row of a file changes on a unit that exists. An empty cell leaves what is known; a cell that says something else corrects it.
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { difference, remember } from '../history/remember.ts';
import { postMoves } from '../ledger/postMoves.ts';
import type { CellError, Change } from '../transfer/kind.ts';
import { firstPlace } from './createUnit.ts';
import { beginFirmware } from './firmware.ts';
import type { UnitCells } from './importColumns.ts';
import type { KnownParts, StoredUnit } from './importKnown.ts';
import { fitInterval } from './rules.ts';
import type { ServiceIntervalRow, UnitRow } from './table.ts';
import { replaceIdentifiers } from './updateUnit.ts';

type Named = Partial<Record<'mac' | 'device_id' | 'asset_tag', string>>;
type NewService = Pick<ServiceIntervalRow, 'from_on' | 'to_on'>;

export interface UnitUpdate {
  readonly before: StoredUnit;
  readonly changes: Partial<UnitRow>;
  readonly named: Named;
  /** A firmware other than the current one, from `firmware_from_on`. */
  readonly firmware: string | null;
  readonly firmware_from_on: Day;
  /** Intervals as they should be (by id), and one to add. */
  readonly service: readonly ServiceIntervalRow[];
  readonly added: NewService | null;
  readonly place: ReturnType<typeof firstPlace>;
}

/** Null when the row says nothing new. A list when it cannot be: which column and why. */
export function updateOf(before: StoredUnit, cells: UnitCells, parts: KnownParts, today: Day): UnitUpdate | CellError[] | null {
  const changes = fieldChanges(before.unit, cells, parts);
  const service = serviceChanges(before, cells, changes);
  if (Array.isArray(service)) return service;
  const named = Object.fromEntries(
    (['mac', 'device_id', 'asset_tag'] as const).flatMap((kind) => {
      const wanted = cells[kind];
      return wanted === null || before.identifiers.some((row) => row.kind === kind && row.identifier === wanted) ? [] : [[kind, wanted]];
    }),
  );
  const current = before.unit.firmware_id === null ? null : parts.firmwareCodes.get(before.unit.firmware_id);
  const firmware = cells.firmware === null || cells.firmware === current ? null : cells.firmware;
  const open = before.firmware.find((interval) => interval.to_on === null);
  const place = before.place === null ? firstPlace(cells) : null;
  const nothing =
    Object.keys(changes).length === 0 &&
    Object.keys(named).length === 0 &&
    firmware === null &&
    service.changed.length === 0 &&
    service.added === null &&
    place === null;
  return nothing
    ? null
    : {
        before,
        changes,
        named,
        firmware,
        firmware_from_on: open !== undefined && open.from_on > today ? open.from_on : today,
        service: service.changed,
        added: service.added,
        place,
      };
}

function fieldChanges(unit: UnitRow, cells: UnitCells, { batches, sites, customers }: KnownParts): Partial<UnitRow> {
  const site = cells.site_code === null ? undefined : sites.get(cells.site_code);
  const customer = site ?? (cells.customer_code === null ? undefined : customers.get(cells.customer_code));
  const wanted: Partial<UnitRow> = {
    ...(cells.serial === unit.serial ? {} : { serial: cells.serial }),
    ...(cells.batch_code === null ? {} : { batch_id: batches.get(`${unit.model_id}/${cells.batch_code}`) ?? null }),
    ...(cells.hw_rev === null ? {} : { hw_rev: cells.hw_rev }),
    ...(cells.shipped_on === null ? {} : { shipped_on: cells.shipped_on }),
    ...(cells.delivered_on === null ? {} : { delivered_on: cells.delivered_on }),
    ...(cells.purchased_on === null ? {} : { purchased_on: cells.purchased_on }),
    ...(customer === undefined ? {} : { customer_id: customer.customer_id, partner_id: customer.partner_id }),
    ...(site === undefined ? {} : { site_id: site.id }),
  };
  // A customer without its site moves the unit away from a site of somebody else.
  if (site === undefined && customer !== undefined && customer.customer_id !== unit.customer_id) wanted.site_id = null;
  return Object.fromEntries(Object.entries(difference(unit, { ...unit, ...wanted })).map(([field, [, after]]) => [field, after]));
}

function serviceChanges(
  before: StoredUnit,
  cells: UnitCells,
  changes: Partial<UnitRow>,
): { changed: ServiceIntervalRow[]; added: NewService | null } | CellError[] {
  const where = {
    ...(changes.site_id === undefined ? {} : { site_id: changes.site_id }),
    ...(changes.customer_id === undefined ? {} : { customer_id: changes.customer_id }),
  };
  const open = before.service.find((interval) => interval.to_on === null);
  const { in_service_on, out_of_service_on } = cells;
  const meant =
    in_service_on === null
      ? (open ?? (out_of_service_on === null ? undefined : before.service.at(-1)))
      : (before.service.find((interval) => interval.from_on === in_service_on) ?? before.service.find((interval) => interval.estimated_at !== null));
  if (meant === undefined)
    return in_service_on === null
      ? out_of_service_on === null
        ? { changed: [], added: null }
        : [overlap('out_of_service_on')]
      : addService(before, in_service_on, out_of_service_on);
  const wanted = {
    ...meant,
    ...(meant.to_on === null ? where : {}),
    ...(in_service_on === null ? {} : { from_on: in_service_on, estimated_at: null }),
    ...(out_of_service_on === null ? {} : { to_on: out_of_service_on }),
  };
  if (wanted.to_on !== null && wanted.to_on < wanted.from_on)
    return [{ column: 'out_of_service_on', words: [`Service began on ${wanted.from_on}`, `稼働開始日は ${wanted.from_on} です`] }];
  if (Object.keys(difference(meant, wanted)).length === 0) return { changed: [], added: null };
  const fit = fitInterval(
    before.service.filter((interval) => interval !== meant),
    wanted.from_on,
    wanted.to_on,
  );
  return 'overlap' in fit || fit.close !== null
    ? [overlap(in_service_on === null ? 'out_of_service_on' : 'in_service_on')]
    : { changed: [wanted], added: null };
}

/** Another day than the one known is another period: the unit served before, and serves again. */
function addService(before: StoredUnit, from_on: Day, to_on: Day | null): { changed: ServiceIntervalRow[]; added: NewService } | CellError[] {
  const fit = fitInterval(before.service, from_on, to_on);
  if ('overlap' in fit) return [overlap('in_service_on')];
  const closed = before.service.filter((interval) => interval.id === fit.close?.id).map((interval) => ({ ...interval, to_on: from_on }));
  return { changed: closed, added: { from_on, to_on } };
}

const overlap = (column: string): CellError => ({ column, words: ['Does not fit the service intervals known of this unit', '登録済みの稼働期間と合いません'] });

interface Written {
  readonly row_no: number;
  readonly update: UnitUpdate;
  readonly firmware_id: string | null;
}

/** Writes updates inside the open transaction. Throws `conflict` when a unit was changed since it was compared. */
export async function writeUpdates(ctx: Ctx, import_id: string, updates: readonly Written[]): Promise<Change[]> {
  for (const one of updates) await writeUpdate(ctx, one);
  await postMoves(
    ctx,
    updates.flatMap(({ update: { before, place } }) =>
      place === null
        ? []
        : [
            {
              unit_id: before.unit.id,
              model_id: before.unit.model_id,
              quantity: 1,
              from: { location: 'supplier' as const, condition: null },
              to: place,
              cause_kind: 'import',
              cause_id: import_id,
            },
          ],
    ),
  );
  await remember(
    ctx,
    ...updates.map(({ update }) => ({
      action: 'unit.updated',
      record_kind: 'unit',
      record_id: update.before.unit.id,
      change: {
        ...difference(update.before.unit, { ...update.before.unit, ...update.changes }),
        ...update.named,
        ...(update.firmware === null ? {} : { firmware: update.firmware }),
        ...(update.added ?? {}),
        import_id,
      },
    })),
  );
  return updates.map(({ row_no, update }) => ({ row_no, record_kind: 'unit', record_id: update.before.unit.id, before: JSON.stringify(update.before) }));
}

async function writeUpdate(ctx: Ctx, { update, firmware_id }: Written): Promise<void> {
  const { unit } = update.before;
  const changes = { ...update.changes, ...(update.firmware === null ? {} : { firmware_id }), updated_at: ctx.now, version: unit.version + 1 };
  const saved = await ctx.db.updateTable('units').set(changes).where('id', '=', unit.id).where('version', '=', unit.version).returning('id').executeTakeFirst();
  if (saved === undefined)
    throw new Problem('conflict', [`Unit ${unit.serial} was changed meanwhile`, `個体 ${unit.serial} は同時に更新されました`], {
      blocking: `/api/v1/units/${unit.id}`,
    });
  await replaceIdentifiers(ctx, unit.id, update.named);
  for (const interval of update.service)
    await ctx.db
      .updateTable('service_intervals')
      .set({ ...interval, version: interval.version + 1 })
      .where('id', '=', interval.id)
      .execute();
  if (update.added !== null) await addInterval(ctx, update, update.added);
  if (update.firmware !== null && firmware_id !== null) await beginFirmware(ctx, unit.id, firmware_id, update.firmware_from_on);
}

const addInterval = (ctx: Ctx, { before: { unit }, changes }: UnitUpdate, added: NewService) =>
  ctx.db
    .insertInto('service_intervals')
    .values({
      id: newId(ctx.now),
      unit_id: unit.id,
      site_id: changes.site_id === undefined ? unit.site_id : changes.site_id,
      customer_id: changes.customer_id === undefined ? unit.customer_id : changes.customer_id,
      from_on: added.from_on,
      to_on: added.to_on,
      estimated_at: null,
      mounting: null,
      power: null,
      network: null,
      created_at: ctx.now,
      version: 1,
    })
    .execute();
