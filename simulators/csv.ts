// The world as the CSV files of the contract: what another system would hand over on the first day.
import { DAY_MS } from './defects.ts';
import { categoryOf, dispositionOf, findingOf, inquiryCauseOf, symptomOf } from './findings.ts';
import { pick, wholeBetween } from './random.ts';
import { isInService, type World } from './world.ts';

export const JST_MS = 9 * 3_600_000;

/** The calendar day in Japan. */
export const dayText = (at: number): string => new Date(at + JST_MS).toISOString().slice(0, 10);

export type Cell = string | number | null;

/** RFC 4180 with a header; null is an empty cell. */
export function csvOf(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly Cell[]) => cells.map((cell) => quoted(cell === null ? '' : String(cell))).join(',');
  return `${[line(columns), ...rows.map((row) => line(columns.map((column) => row[column] ?? null)))].join('\r\n')}\r\n`;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const modelRows = (world: World) =>
  world.models.map((model) => ({
    maker_code: model.maker_code,
    model_code: model.code,
    name: model.name,
    own_warranty_months: model.own_warranty_months,
    maker_warranty_months: model.maker_warranty_months,
    substitutes: model.substitutes.join(';'),
  }));

export const batchRows = (world: World) =>
  world.models.flatMap((model) => model.batches.map((batch) => ({ model_code: model.code, batch_code: batch.code, made_on: dayText(batch.made_at) })));

/** The firmware is the one the unit was installed with; a later roll-out is entered on its day. A returned unit lies where its return ended. */
export const unitRows = (world: World) =>
  world.units.map((unit) => {
    const complaint = isInService(unit, world.now) ? null : unit.fate.complaint;
    return {
      model_code: unit.model_code,
      serial: unit.serial,
      batch_code: unit.batch_code,
      hw_rev: unit.hw_rev,
      firmware: unit.firmwares[0]?.version ?? null,
      mac: unit.mac,
      device_id: unit.device_id,
      shipped_on: dayText(unit.shipped_at),
      delivered_on: dayText(unit.delivered_at),
      in_service_on: dayText(unit.in_service_at),
      out_of_service_on: complaint === null ? null : dayText(complaint.returned_at),
      site_code: unit.site.code,
      customer_code: unit.site.customer_code,
      ...(complaint === null ? { location: 'customer', condition: 'new' } : endOf[dispositionOf(complaint)]),
    };
  });

const endOf = {
  restock: { location: 'good_stock', condition: 'verified' },
  return_to_maker: { location: 'maker', condition: 'defective' },
  return_to_customer: { location: 'customer', condition: 'defective' },
} as const;

/** Complaints whose box arrived before the world's present, oldest first. */
export const returnRows = (world: World) =>
  pastComplaints(world).map(({ unit, complaint }) => {
    const finding = findingOf(complaint);
    return {
      serial: unit.serial,
      model_code: unit.model_code,
      returned_on: dayText(complaint.returned_at),
      reported_symptom: symptomOf(complaint),
      verdict: complaint.verdict,
      failure_mode: finding?.failure_mode ?? null,
      component: finding?.component ?? null,
      cause: finding?.cause ?? null,
      failed_on: dayText(complaint.failed_at),
      disposition: dispositionOf(complaint),
    };
  });

/** One inquiry before every past return, a few days earlier, solved by then by `owner` (e-mail address). */
export const caseRows = (world: World, owner: string) =>
  pastComplaints(world).map(({ unit, complaint }, n) => {
    const opened = Math.max(complaint.failed_at, complaint.returned_at - wholeBetween(3, 9, unit.seed, 'inquiry') * DAY_MS);
    return {
      case_no: `OLD-${String(n + 1).padStart(5, '0')}`,
      opened_at: new Date(opened).toISOString(),
      customer_code: unit.site.customer_code,
      serial: unit.serial,
      model_code: unit.model_code,
      owner,
      channel: pick(['phone', 'mail'], unit.seed, 'channel'),
      category: categoryOf(complaint),
      cause: inquiryCauseOf(complaint),
      solved_at: new Date(complaint.returned_at).toISOString(),
      rating: wholeBetween(3, 5, unit.seed, 'rating'),
    };
  });

function pastComplaints(world: World) {
  return world.units
    .flatMap((unit) => (unit.fate.complaint === null || isInService(unit, world.now) ? [] : [{ unit, complaint: unit.fate.complaint }]))
    .sort((a, b) => a.complaint.returned_at - b.complaint.returned_at);
}
