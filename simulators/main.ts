// The simulated world against a running product: `node dist/simulators/main.js --http URL --mqtt URL --token kz_…`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openApi } from './api.ts';
import { makeCamera } from './camera.ts';
import { type Fleet, launchFleet, OLDEST_HISTORY_DAYS } from './fleet.ts';
import { openProgress, type Progress } from './progress.ts';
import { publish } from './publishing.ts';
import { workOnQuality } from './quality.ts';
import { keepStock } from './stockroom.ts';
import { answerInquiries, enterCaseCodes, enterContracts, enterSupport } from './support.ts';
import { enrolDevices, enterCatalogue, enterHistory, workTheDesk } from './technician.ts';
import { groundTruth, makeWorld, type World } from './world.ts';

const USAGE = `The simulated fleet and its technician.
  --http URL      where the product answers (http://127.0.0.1:8080)
  --mqtt URL      where its devices connect (mqtt://127.0.0.1:1883)
  --token TOKEN   an API token that may import, enrol devices and handle returns
  --units N       cameras in service (2000)
  --seed N        the world (7)
  --days N        telemetry of so many past days, at most ${OLDEST_HISTORY_DAYS} (${OLDEST_HISTORY_DAYS})
  --speed N       simulated seconds per second while catching up; 0 is as fast as the broker acknowledges (0)
  --interval N    seconds between two live reports of one camera (60)
  --pace N        seconds between two returned boxes, and between two inquiries (15)
  --truth FILE    where the ground truth is written, as JSON`;

const options = {
  http: { type: 'string', default: 'http://127.0.0.1:8080' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  token: { type: 'string', default: '' },
  units: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '7' },
  days: { type: 'string', default: String(OLDEST_HISTORY_DAYS) },
  speed: { type: 'string', default: '0' },
  interval: { type: 'string', default: '60' },
  pace: { type: 'string', default: '15' },
  truth: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Printed alone on standard output when the past is told and live reports begin: what a parent process waits for. */
const CAUGHT_UP = 'caught up';

const STOP_WITHIN_MS = 4_000;

try {
  await main();
  if (process.connected) process.disconnect();
} catch (error) {
  console.error(error instanceof Error ? [error.message, ...(error.cause instanceof Error ? [error.cause.message] : [])].join(': ') : error);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help || values.token === '') {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const signal = stopSignal();
  const progress = openProgress(process.stderr, Date.now);
  const world = makeWorld({ seed: whole('seed', values.seed), units: whole('units', values.units), now: Date.now() });
  if (values.truth !== undefined) writeFileSync(values.truth, `${JSON.stringify(groundTruth(world), null, 1)}\n`);
  const api = openApi(values.http, values.token);
  await enterCatalogue(api, world, progress);
  await enterContracts(api, world);
  const codes = await enterCaseCodes(api);
  await enterHistory(api, world, progress);
  const desk = await enterSupport(api, world, codes, progress);
  await keepStock(api, world);
  await publish(api, values.http, desk, world);
  const fleet = await launch(api, world, values.mqtt, progress);
  await catchUp(fleet, progress, { days: whole('days', values.days), speed: whole('speed', values.speed), signal });
  if (!signal.aborted) console.log(CAUGHT_UP);
  progress.say(`${fleet.size.toLocaleString('en')} cameras report every ${values.interval} s; a box arrives every ${values.pace} s. Ctrl-C ends it.`);
  await Promise.all([
    fleet.report({ interval_s: whole('interval', values.interval), signal }),
    workTheDesk(api, world, progress, { pace_s: whole('pace', values.pace), signal, onFiled: (unit) => void fleet.retire(unit.device_id) }),
    workOnQuality(api, world, progress, signal),
    answerInquiries(api, desk, world, progress, { pace_s: whole('pace', values.pace), signal }),
  ]);
  await fleet.close();
}

async function launch(api: ReturnType<typeof openApi>, world: World, url: string, progress: Progress): Promise<Fleet> {
  const enrolled = await enrolDevices(api, world, progress);
  // Boot ids of another run against the same store must not be met again.
  const salt = String(world.now);
  const step = progress.begin('connecting cameras');
  const fleet = await launchFleet(
    url,
    enrolled.map(({ unit, login }) => ({ camera: makeCamera(unit, world, salt), login })),
    Date.now,
    (count) => step.report(count, enrolled.length),
  );
  step.done(`${fleet.size.toLocaleString('en')} connections`);
  return fleet;
}

async function catchUp(fleet: Fleet, progress: Progress, options: { days: number; speed: number; signal: AbortSignal }): Promise<void> {
  const step = progress.begin(`telling the last ${options.days} days of telemetry`);
  await fleet.catchUp({ ...options, onDay: (daysLeft) => step.report(Math.round(options.days - daysLeft), options.days) });
  step.done(`${fleet.acknowledged.toLocaleString('en')} reports acknowledged`);
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // Started by another process: when that one is gone, so are we.
  process.once('disconnect', () => stop.abort());
  // A step that cannot be broken off is not waited for.
  stop.signal.addEventListener('abort', () => setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref());
  return stop.signal;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not ${text}`);
  return value;
}
