import { describe, expect, it } from 'vitest';
import { type Camera, makeCamera } from '../../simulators/camera.ts';
import { DAY_MS } from '../../simulators/defects.ts';
import type { Measures } from '../../simulators/payload.ts';
import { makeReporter, type Report } from '../../simulators/report.ts';
import { inService, makeWorld, type Unit } from '../../simulators/world.ts';
import { Event, Health, State } from '../../src/telemetry/payload.ts';

const now = Date.parse('2026-11-22T00:00:00Z');
const world = makeWorld({ seed: 7, units: 1200, now });
const cameraOf = (unit: Unit | undefined): Camera => {
  if (unit === undefined) throw new Error('the world has no such unit');
  return makeCamera(unit, world);
};
const some = inService(world)
  .slice(0, 40)
  .map((unit) => makeCamera(unit, world));
const days = (count: number) => Array.from({ length: count }, (_, i) => now - (count - i) * DAY_MS + 12_345);
const counters = [
  'brownouts',
  'disconnects',
  'link_flaps',
  'sd_write_errs',
  'sd_power_loss',
  'frames_lost',
  'enc_restarts',
  'rec_gap_s',
  'upload_errs',
  'ircut_moves',
] as const;

it('tells the same story whatever was asked before', () => {
  const [unit] = inService(world);
  const asked = cameraOf(unit);
  for (const at of days(20).reverse()) asked.measuresAt(at);
  expect(asked.measuresAt(now)).toEqual(cameraOf(unit).measuresAt(now));
  expect(asked.incidentsBetween(now - 20 * DAY_MS, now)).toEqual(cameraOf(unit).incidentsBetween(now - 20 * DAY_MS, now));
});

it('counters only grow within one boot', () => {
  for (const camera of some) {
    let before: { boot: string; m: Measures } | null = null;
    for (const at of days(30)) {
      const said: { boot: string; m: Measures } = { boot: camera.sessionAt(at).id, m: camera.measuresAt(at) };
      if (before?.boot === said.boot)
        for (const counter of counters) expect(said.m[counter], `${camera.unit.serial} ${counter}`).toBeGreaterThanOrEqual(before.m[counter]);
      before = said;
    }
  }
});

it('`boots` grows by the boots that happened and never falls', () => {
  for (const camera of some) {
    const [from, to] = [now - 10 * DAY_MS, now];
    const happened = camera.incidentsBetween(from, to).filter((incident) => incident.name.endsWith('LastReboot')).length;
    expect(camera.measuresAt(to).boots - camera.measuresAt(from).boots).toBe(happened);
  }
});

it('a boot id belongs to one boot', () => {
  const boots = some.flatMap((camera) =>
    days(60)
      .map((at) => camera.sessionAt(at))
      .map((session) => `${session.id} ${camera.unit.device_id} ${session.at}`),
  );
  expect(new Set(boots.map((line) => line.split(' ')[0])).size).toBe(new Set(boots).size);
});

it('another run of the simulator uses other boot ids for the same boots', () => {
  const [unit] = inService(world);
  if (unit === undefined) throw new Error('no unit');
  expect(makeCamera(unit, world, 'second').sessionAt(now).id).not.toBe(makeCamera(unit, world, 'first').sessionAt(now).id);
});

const allReports = (camera: Camera, from: number, to: number): Report[] => makeReporter(camera).kept(from, to);

it('every report is one the contract accepts', () => {
  for (const camera of some) {
    for (const report of allReports(camera, now - 29 * DAY_MS, now)) expect(('m' in report ? Health : Event).safeParse(report).error).toBeUndefined();
    expect(State.safeParse(makeReporter(camera).birth(now, true)).error).toBeUndefined();
  }
});

it('reports are numbered from 1 without gaps within each boot, in the order of time', () => {
  for (const camera of some) {
    const seqs = new Map<string, number>();
    let lastAt = 0;
    for (const report of allReports(camera, now - 29 * DAY_MS, now)) {
      expect(report.seq).toBe((seqs.get(report.boot) ?? 0) + 1);
      expect(report.ts).toBeGreaterThanOrEqual(lastAt);
      seqs.set(report.boot, report.seq);
      lastAt = report.ts;
    }
  }
});

it('a past told in pieces is the past told at once', () => {
  for (const camera of some.slice(0, 10)) {
    const pieces = makeReporter(camera);
    const told = [12, 9, 6, 3].flatMap((ago) => pieces.kept(now - ago * DAY_MS, now - (ago - 3) * DAY_MS));
    expect(told).toEqual(allReports(camera, now - 12 * DAY_MS, now));
  }
});

it('a gap of the running boot is told again under the same numbers', () => {
  const camera = some[0] ?? cameraOf(undefined);
  const reporter = makeReporter(camera);
  const told = reporter.kept(now - 5 * DAY_MS, now).filter((report) => report.boot === camera.sessionAt(now).id);
  expect(reporter.resent(now, 1, told.length)).toEqual(told);
  expect(reporter.resent(now, told.length + 1, told.length + 9)).toEqual([]);
});

describe('faults show', () => {
  const stricken = (kind: string) =>
    inService(world).find((unit) => unit.fate.faults.some((fault) => fault.kind === kind && fault.at < now - 20 * DAY_MS && fault.at > unit.in_service_at));

  it('a failing card: write errors, then read-only, then no recording', () => {
    const unit = stricken('storage');
    const at = unit?.fate.faults.find((fault) => fault.kind === 'storage')?.at ?? Number.NaN;
    const camera = cameraOf(unit);
    const told = [-1, 5, 10, 18].map((day) => camera.measuresAt(at + day * DAY_MS));
    expect(told.map((m) => m.sd_state)).toEqual(['ok', 'ok', 'ro', 'error']);
    expect(told.map((m) => m.rec_state)).toEqual(['ok', 'gap', 'stopped', 'no_media']);
    expect(camera.incidentsBetween(at - 1, at + 1).map((incident) => incident.name)).toContain('Device/HardwareFailure/StorageFailure');
  });

  it('a failing encoder loses frames', () => {
    const unit = stricken('encoder');
    const at = unit?.fate.faults.find((fault) => fault.kind === 'encoder')?.at ?? Number.NaN;
    const camera = cameraOf(unit);
    const [before, after] = [camera.measuresAt(at - DAY_MS), camera.measuresAt(at + 8 * DAY_MS)];
    expect(after.fps_out).toBeLessThan(0.8 * before.fps_out);
  });

  it('the bad firmware reboots its devices about once in five days, the old one hardly ever', () => {
    const defect = world.defects.find((candidate) => candidate.kind === 'crash');
    if (defect === undefined) throw new Error('no firmware defect is planted');
    const crashes = (upgraded: boolean) => {
      const cohort = inService(world).filter(
        (unit) => unit.model_code === defect.cohort.model_code && (unit.firmwares.at(-1)?.version === defect.cohort.firmware) === upgraded,
      );
      const count = cohort
        .flatMap((unit) => makeCamera(unit, world).incidentsBetween(now - 10 * DAY_MS, now))
        .filter((incident) => ['sw_watchdog', 'kernel_panic', 'hw_watchdog'].includes(String(incident.data.Reason))).length;
      return count / cohort.length / 10;
    };
    expect(crashes(true)).toBeGreaterThan(0.12);
    expect(crashes(false)).toBeLessThan(0.03);
  });

  it('the weak supply browns out by night', () => {
    const defect = world.defects.find((candidate) => candidate.kind === 'brownout');
    const cohort = inService(world).filter((unit) => unit.model_code === defect?.cohort.model_code);
    const hours = cohort
      .flatMap((unit) => makeCamera(unit, world).incidentsBetween(now - 29 * DAY_MS, now))
      .filter((incident) => incident.data.Reason === 'brownout')
      .map((incident) => new Date(incident.at + 9 * 3_600_000).getUTCHours());
    expect(hours.length).toBeGreaterThan(10);
    expect(hours.every((hour) => hour >= 18 || hour < 5)).toBe(true);
  });
});

it('outdoor housings follow the season: August is hotter than January everywhere', () => {
  for (const camera of some.filter(({ unit }) => unit.mounting === 'outdoor')) {
    const [august, january] = ['2026-08-10T05:00:00Z', '2026-01-20T05:00:00Z'].map((text) => camera.measuresAt(Date.parse(text)).temp_c);
    expect(august).toBeGreaterThan(january ?? Number.NaN);
  }
});
