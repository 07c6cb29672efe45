// The whole walk on a small world: catalogue and units in, telemetry in over MQTT, returns through the bench, and what must hold at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Api, openApi } from '../../simulators/api.ts';
import { makeCamera } from '../../simulators/camera.ts';
import { type Fleet, launchFleet } from '../../simulators/fleet.ts';
import { oldTelemetry } from '../../simulators/oldTelemetry.ts';
import { openProgress } from '../../simulators/progress.ts';
import { publish } from '../../simulators/publishing.ts';
import { workThroughPast } from '../../simulators/quality.ts';
import { keepStock } from '../../simulators/stockroom.ts';
import { type CaseCodes, enterCaseCodes, enterContracts, enterSupport } from '../../simulators/support.ts';
import { boxesToCome, enrolDevices, enterCatalogue, enterHistory, handleReturn } from '../../simulators/technician.ts';
import { inService, isInService, makeWorld } from '../../simulators/world.ts';
import { readConfig } from '../../src/config.ts';
import { type Running, startServer } from '../../src/main.ts';
import { addToken } from '../../src/person/tokens.ts';
import { testCtx } from '../support/eachDb.ts';

// Two cores that build and test something else at the same time are slow.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const UNITS = 150;
const DAYS = 6;
const world = makeWorld({ seed: 11, units: UNITS, now: Date.now() });
const silent = openProgress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream, () => 0); // only `isTTY` and `write` are used
const folder = mkdtempSync(join(tmpdir(), 'kizashi-walk-'));
let running: Running;
let api: Api;
let fleet: Fleet | null = null;
let codes: CaseCodes;
let agents: readonly string[];

beforeAll(async () => {
  running = await startServer(
    readConfig({ DATABASE_URL: `sqlite:${join(folder, 'kizashi.db')}`, DATA_DIR: folder, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'fatal' }),
  );
  const ctx = testCtx(running.store, { now: Date.now() });
  const { token } = await addToken(ctx, { name: 'simulators', role: 'admin', partner_id: null, scopes: null, expires_at: null });
  api = openApi(running.url, token);
});

afterAll(async () => {
  await fleet?.close();
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

const countOf = async (statement: string): Promise<number> => Number((await sql.raw<{ n: number }>(statement).execute(running.store.db)).rows[0]?.n);

it('the catalogue and the units go in as CSV', async () => {
  await enterCatalogue(api, world, silent);
  expect(await countOf('select count(*) as n from units')).toBe(world.units.length);
  expect(await countOf('select count(*) as n from service_intervals where to_on is null')).toBe(UNITS);
});

it('the returns of the past go in with their verdicts', async () => {
  await enterContracts(api, world);
  codes = await enterCaseCodes(api);
  await enterHistory(api, world, silent);
  const past = world.units.filter((unit) => !isInService(unit, world.now));
  expect(await countOf('select count(*) as n from return_units')).toBe(past.length);
  expect(await countOf("select count(*) as n from return_units where verdict = 'confirmed'")).toBe(
    past.filter((unit) => unit.fate.complaint?.verdict === 'confirmed').length,
  );
});

it('a month of inquiries goes in with every message at its hour', async () => {
  const before = await countOf('select count(*) as n from cases');
  const desk = await enterSupport(api, world, codes, silent);
  agents = desk.agents;
  expect(desk.agents).toHaveLength(2);
  expect(await countOf('select count(*) as n from cases')).toBeGreaterThan(before + 40);
  const kpis = await api.get<{ items: { name: string; denominator: number; value: number }[] }>('/kpis');
  const reply = kpis.items.find(({ name }) => name === 'first_reply');
  expect(reply?.denominator).toBeGreaterThan(40);
  // Nobody was answered before asking, and nobody waited for more than a working day.
  expect(reply?.value).toBeGreaterThan(5 * 60_000);
  expect(reply?.value).toBeLessThan(8 * 3_600_000);
  expect(await countOf("select count(*) as n from cases where external_no like 'IN-%' and contract_id is null")).toBe(0);
  // Most of what was solved says why.
  const solved = await countOf('select count(*) as n from cases where solved_at is not null');
  expect(await countOf('select count(*) as n from cases where cause_id is not null')).toBeGreaterThan(0.7 * solved);
});

it('the stock room orders, and the desk has told customers and readers what it knows', async () => {
  await keepStock(api, world);
  await publish(api, running.url, { codes, agents }, world);
  expect(await countOf("select count(*) as n from purchase_orders where state = 'partly_received'")).toBe(1);
  expect(await countOf("select count(*) as n from articles where state = 'published'")).toBe(2);
  expect(await countOf("select count(*) as n from notices where state = 'sent' and approved_by <> created_by")).toBe(1);
  expect(await countOf("select count(*) as n from outbox where topic = 'notice.sent'")).toBeGreaterThan(0);
  expect(await countOf('select count(*) as n from models where unit_cost is null')).toBe(0);
});

it('every camera connects with its credential, and every acknowledged report is stored once', async () => {
  const enrolled = await enrolDevices(api, world, silent);
  fleet = await launchFleet(
    running.mqtt,
    enrolled.map(({ unit, login }) => ({ camera: makeCamera(unit, world), login })),
  );
  await fleet.catchUp({ days: DAYS, speed: 0 });
  const acknowledged = fleet.acknowledged;
  expect(acknowledged).toBeGreaterThanOrEqual(UNITS * DAYS);
  const old = new Set(
    oldTelemetry(world)
      .flat()
      .map(({ device_id, ts }) => `${device_id} ${ts}`),
  ).size;
  expect(old).toBeGreaterThan(0);
  // The counters of a device are written back a moment after the reports themselves.
  await vi.waitFor(async () => expect(await countOf('select sum(reports + events) as n from devices')).toBe(old + acknowledged), {
    timeout: 15_000,
    interval: 250,
  });
  expect(await countOf('select sum(duplicates) as n from devices')).toBe(0);
  expect(await countOf('select count(*) as n from quarantine')).toBe(0);
});

it('every device is known by its unit', async () => {
  expect(await countOf('select count(*) as n from devices where unit_id is null')).toBe(0);
  const told = oldTelemetry(world).flatMap((rows) => rows.slice(0, 1).map(({ device_id }) => device_id));
  expect(await countOf('select count(*) as n from devices')).toBe(new Set([...inService(world).map(({ device_id }) => device_id), ...told]).size);
});

it('boxes pass through receipt, bench and disposition', async () => {
  const boxes = boxesToCome(world).slice(0, 6);
  expect(boxes.length).toBeGreaterThan(2);
  for (const { unit, complaint } of boxes) {
    await handleReturn(api, unit, complaint);
    const { items } = await api.get<{ items: { location: string }[] }>(`/units?serial=${unit.serial}&model_code=${encodeURIComponent(unit.model_code)}`);
    expect(['maker', 'good_stock', 'in_transit']).toContain(items[0]?.location);
  }
});

it('the quality engineer investigates the worst of the past and claims it from its maker', async () => {
  await workThroughPast(api, world, silent);
  expect(await countOf("select count(*) as n from investigations where state = 'cause_confirmed'")).toBe(1);
  expect(await countOf("select count(*) as n from known_issues where state = 'published'")).toBe(1);
  expect(await countOf("select count(*) as n from test_records where result = 'fail'")).toBe(1);
  expect(await countOf('select count(*) as n from evidence_packs')).toBeGreaterThan(0);
  expect(await countOf("select count(*) as n from claims where state <> 'draft'")).toBeGreaterThan(0);
  // What the domain demands of a claim: nothing is settled that was not accepted, nothing accepted beyond what was claimed.
  expect(await countOf('select count(*) as n from claim_lines where settled_minor > accepted_minor or accepted_minor > claimed_minor')).toBe(0);
  expect(await countOf("select count(*) as n from claim_lines where state = 'refused' and reason is null")).toBe(0);
});

it('at the end every unit is in one place, and every balance is the sum of its moves', async () => {
  const lastMoves = `select m.unit_id, m.to_location from stock_moves m where m.unit_id is not null and m.id = (select max(x.id) from stock_moves x where x.unit_id = m.unit_id)`;
  expect(
    await countOf(
      `select count(*) as n from unit_places p left join (${lastMoves}) l on l.unit_id = p.unit_id where l.to_location is null or l.to_location <> p.location`,
    ),
  ).toBe(0);
  const moved = `select model_id, to_location as location, to_condition as condition, quantity as q from stock_moves
    union all select model_id, from_location, coalesce(from_condition, to_condition), -quantity from stock_moves`;
  const sums = `select model_id, location, condition, sum(q) as q from (${moved}) s group by model_id, location, condition`;
  expect(
    await countOf(`select count(*) as n from stock_balances b left join (${sums}) s on s.model_id = b.model_id and s.location = b.location and s.condition = b.condition
    where b.quantity <> coalesce(s.q, 0)`),
  ).toBe(0);
  expect(
    await countOf(
      "select count(*) as n from (select unit_id from return_units where state in ('expected', 'received', 'inspecting', 'dispositioned') group by unit_id having count(*) > 1) twice",
    ),
  ).toBe(0);
});
