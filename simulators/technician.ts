// A technician at work through the public HTTP API: takes over the old system's files, enrols the devices, then handles the boxes that arrive.
import { type Api, type Made, Refusal } from './api.ts';
import { batchRows, type Cell, caseRows, csvOf, dayText, modelRows, returnRows, unitRows } from './csv.ts';
import type { Login } from './device.ts';
import type { Complaint } from './fate.ts';
import { dispositionOf, findingOf, symptomOf, wordsOf } from './findings.ts';
import { makerNames, partnerNames } from './names.ts';
import { oldTelemetry } from './oldTelemetry.ts';
import { inParallel, pause } from './parallel.ts';
import type { Progress } from './progress.ts';
import { inService, isInService, type Unit, type World } from './world.ts';

const AT_ONCE = 12;

/** Makers, partners, customers and sites one by one; models, batches and units as CSV. */
export async function enterCatalogue(api: Api, world: World, progress: Progress): Promise<void> {
  const step = progress.begin('entering makers, partners, customers and sites');
  await inParallel(makerNames, AT_ONCE, ({ code, name }) => api.post('/makers', { code, name, locale: /[a-z]{3}/.test(name) ? 'en' : 'ja' }));
  await inParallel(partnerNames, AT_ONCE, ([code, name]) => api.post('/partners', { code, name }));
  await inParallel(world.customers, AT_ONCE, ({ code, name, partner_code }) =>
    api.post('/customers', { code, name, partner_code, contact_name: '設備ご担当者', email: `${code.toLowerCase()}@example.com`, locale: 'ja' }),
  );
  await inParallel(world.sites, AT_ONCE, ({ code, name, customer_code, kind, place }) =>
    api.post('/sites', { code, name, customer_code, kind, region: place.region }),
  );
  step.done(`${makerNames.length} makers, ${world.customers.length} customers, ${world.sites.length} sites`);
  await importCsv(api, progress, 'models', modelRows(world));
  await importCsv(api, progress, 'batches', batchRows(world));
  await enterFirmwares(api, world, progress);
  await importCsv(api, progress, 'units', unitRows(world));
  await enterRollOuts(api, world, progress);
}

/** The past as the old system kept it: returns with what the bench found, the inquiries before them, and what the cameras had told. */
export async function enterHistory(api: Api, world: World, progress: Progress): Promise<void> {
  await importCsv(api, progress, 'returns', returnRows(world));
  await importCsv(api, progress, 'cases', caseRows(world, await ownerOfCases(api)));
  await enterOldTelemetry(api, world, progress);
}

/** Cameras in one file: a larger import keeps the store from everybody else for seconds. */
const CAMERAS_A_FILE = 25;

async function enterOldTelemetry(api: Api, world: World, progress: Progress): Promise<void> {
  const cameras = oldTelemetry(world);
  const step = progress.begin('importing the old telemetry');
  for (let from = 0; from < cameras.length; from += CAMERAS_A_FILE) {
    const rows = cameras.slice(from, from + CAMERAS_A_FILE).flat();
    if (rows.length === 0) continue;
    const done = await api.upload<ImportAnswer>('/imports?kind=telemetry', 'telemetry.csv', csvOf(rows));
    if (done.rows_failed > 0) throw new Error(`telemetry: ${done.rows_failed} of ${rows.length} rows are refused:\n${refusedRows(done)}`);
    step.report(from + CAMERAS_A_FILE, cameras.length);
  }
  step.done(`${cameras.length} cameras`);
}

/** Who answers the inquiries of the past. */
export const OWNER = { email: 'sato@example.com', name: '佐藤 美咲', role: 'tech', locale: 'ja' } as const;

/** Inquiries belong to a person. She is added once; a second run finds her address taken. */
async function ownerOfCases(api: Api): Promise<string> {
  try {
    await api.post('/users', OWNER);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 422) throw error;
  }
  return OWNER.email;
}

/** A credential for every camera still hanging; shown once, so it is kept here. */
export async function enrolDevices(api: Api, world: World, progress: Progress): Promise<{ unit: Unit; login: Login }[]> {
  const units = inService(world);
  const step = progress.begin('enrolling devices');
  let enrolled = 0;
  const members = await inParallel(units, AT_ONCE, async (unit) => {
    const login = await api.post<Login>(`/devices/${unit.device_id}/credential`, {});
    step.report(++enrolled, units.length);
    return { unit, login };
  });
  step.done(`${members.length} credentials`);
  return members;
}

interface ImportAnswer {
  readonly rows_created: number;
  readonly rows_failed: number;
  readonly rows: readonly { readonly row: number; readonly key: string; readonly errors: readonly { readonly column: string; readonly message: string }[] }[];
}

/** Dry run first; answers the import, null when there is nothing to import. Refused rows are shown and end the work, because a world without its units is of no use. */
export async function importCsv(api: Api, progress: Progress, kind: string, rows: readonly Readonly<Record<string, Cell>>[]): Promise<Made | null> {
  if (rows.length === 0) return null;
  const step = progress.begin(`importing ${rows.length.toLocaleString('en')} ${kind}`);
  const csv = csvOf(rows);
  const tried = await api.upload<ImportAnswer>(`/imports?kind=${kind}&dry_run=true`, `${kind}.csv`, csv);
  if (tried.rows_failed > 0) throw new Error(`${kind}: ${tried.rows_failed} of ${rows.length} rows are refused:\n${refusedRows(tried)}`);
  const done = await api.upload<ImportAnswer & Made>(`/imports?kind=${kind}`, `${kind}.csv`, csv);
  step.done(`${done.rows_created.toLocaleString('en')} created`);
  return done;
}

const ROWS_SHOWN = 10;

const refusedRows = (answer: ImportAnswer): string =>
  answer.rows
    .filter((row) => row.errors.length > 0)
    .slice(0, ROWS_SHOWN)
    .map((row) => `  row ${row.row} (${row.key}): ${row.errors.map(({ column, message }) => `${column}: ${message}`).join('; ')}`)
    .join('\n');

async function enterFirmwares(api: Api, world: World, progress: Progress): Promise<void> {
  const step = progress.begin('entering firmwares');
  const firmwares = world.models.flatMap((model) =>
    model.firmwares.map((firmware) => ({ model_code: model.code, code: firmware.version, released_on: dayText(firmware.released_at) })),
  );
  await inParallel(firmwares, AT_ONCE, (firmware) => api.post('/firmwares', firmware));
  step.done(String(firmwares.length));
}

/** Which unit runs which firmware since when, for every unit that was upgraded after its installation. */
async function enterRollOuts(api: Api, world: World, progress: Progress): Promise<void> {
  const upgrades = world.units.flatMap((unit) =>
    unit.firmwares.slice(1).flatMap((firmware) => (isInService(unit, firmware.since_at) ? [{ unit, firmware }] : [])),
  );
  const step = progress.begin('entering firmware roll-outs');
  const ids = new Map<string, string>();
  for (const model_code of new Set(upgrades.map(({ unit }) => unit.model_code))) {
    for await (const { id, device_id } of unitsOfModel(api, model_code)) ids.set(device_id ?? '', id);
  }
  await inParallel(upgrades, AT_ONCE, ({ unit, firmware }) =>
    api.post(`/units/${ids.get(unit.device_id)}/firmware`, { firmware: firmware.version, from_on: dayText(firmware.since_at) }),
  );
  step.done(`${upgrades.length} units upgraded`);
}

interface ListedUnit {
  readonly id: string;
  readonly device_id: string | null;
}

async function* unitsOfModel(api: Api, model_code: string): AsyncGenerator<ListedUnit> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = new URLSearchParams({ model_code, limit: '500', ...(cursor === '' ? {} : { cursor }) }).toString();
    const page: { items: ListedUnit[]; next_cursor: string | null } = await api.get(`/units?${query}`);
    yield* page.items;
    cursor = page.next_cursor;
  }
}

/** Boxes still to come, in the order in which they will arrive. */
export const boxesToCome = (world: World): { unit: Unit; complaint: Complaint }[] =>
  inService(world)
    .flatMap((unit) => (unit.fate.complaint === null || unit.fate.complaint.failed_at > world.now ? [] : [{ unit, complaint: unit.fate.complaint }]))
    .sort((a, b) => a.complaint.returned_at - b.complaint.returned_at);

/** One box after another, `pace_s` apart, until the signal aborts. `onFiled` hears of every unit that leaves the field. */
export async function workTheDesk(
  api: Api,
  world: World,
  progress: Progress,
  options: { pace_s: number; signal: AbortSignal; onFiled: (unit: Unit) => void },
): Promise<void> {
  for (const { unit, complaint } of boxesToCome(world)) {
    await pause(options.pace_s * 1000, options.signal);
    if (options.signal.aborted) return;
    try {
      await handleReturn(api, unit, complaint, () => options.onFiled(unit));
      progress.say(
        `  return of ${unit.model_code} ${unit.serial}: ${complaint.verdict.replaceAll('_', ' ')}, ${dispositionOf(complaint).replaceAll('_', ' ')}`,
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      progress.say(`  return of ${unit.model_code} ${unit.serial} stopped: ${error.message}`);
    }
  }
}

/** The whole way of one unit: inquiry, return, authorisation, receipt by scan, bench, disposition. */
export async function handleReturn(api: Api, unit: Unit, complaint: Complaint, onFiled: () => void = () => undefined): Promise<void> {
  const filed = await api.post<{ id: string; units: { id: string; unit_id: string }[] }>('/returns', {
    type: 'return_first',
    customer_code: unit.site.customer_code,
    units: [
      {
        serial: unit.serial,
        model_code: unit.model_code,
        reported_symptom: symptomOf(complaint),
        reported_text: wordsOf(complaint),
        failed_on: dayText(complaint.failed_at),
      },
    ],
  });
  await api.post(`/returns/${filed.id}/authorization`, {});
  onFiled();
  await scan(api, unit, filed.id, filed.units[0]?.unit_id);
  const return_unit_id = filed.units[0]?.id;
  await inspect(api, return_unit_id, complaint);
  await api.post('/dispositions', {
    return_unit_id,
    disposition: dispositionOf(complaint),
    ...(dispositionOf(complaint) === 'restock' ? { condition: 'verified' } : {}),
  });
}

/** Two makers may share a serial: when the scan fits several units, the technician picks the one on the bench. */
async function scan(api: Api, unit: Unit, return_id: string, unit_id: string | undefined): Promise<void> {
  const { outcome } = await api.post<{ outcome: string }>('/receipts', { scan: unit.serial, return_id });
  if (outcome === 'ambiguous') await api.post('/receipts', { scan: unit.serial, return_id, unit_id });
}

async function inspect(api: Api, return_unit_id: string | undefined, complaint: Complaint): Promise<void> {
  const finding = findingOf(complaint);
  const reproduced = complaint.verdict === 'confirmed' ? { reproduced_symptom: symptomOf(complaint) } : {};
  await api.post('/inspections', {
    return_unit_id,
    verdict: complaint.verdict,
    result: complaint.verdict === 'no_fault_found' ? 'pass' : 'fail',
    ...finding,
    ...reproduced,
    all_steps_ok: complaint.verdict === 'no_fault_found',
    footage_erased: true,
  });
}
