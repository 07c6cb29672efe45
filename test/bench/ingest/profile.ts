// Where the processor time of a process goes, by what our own files are about: V8's sampling profiler from start to stop.
import { Session } from 'node:inspector/promises';

export type Shares = Record<string, number>;

const SAMPLE_US = 500;

/** The first that matches the file, or the name of a function without one. */
const parts: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['waiting', /^\((idle|root)\)$/],
  ['garbage collection', /^\(garbage collector\)$/],
  ['kernel and V8', /^\((program)\)$/],
  ['MQTT frames, acknowledgements', /mqtt\/(frames|connect|session|broker)\.js/],
  ['batches and waiting lists', /mqtt\/pipeline\.js|telemetry\/(batch|ingest|message|bounds)\.js/],
  ['reading the report', /telemetry\/(reading|shapes?|fields|decode|json|payload|topic)\.js/],
  ['roll-ups and state', /telemetry\/(accept|days|boots|presence|device|cohorts)\.js/],
  ['packing raw reports', /telemetry\/(segment|pack)\.js/],
  ['writing to the store', /telemetry\/(writes|sqliteIngest|postgresIngest|hydrate|records|doubt)\.js|better-sqlite3|\/pg/],
  ['writing to the store', /^(run|get|all|exec|prepare|commit)$/],
  ['sockets and timers of Node', /^node:|^(writev|writeBuffer|readStart|readStop|writeUtf8String|writeLatin1String)$/],
  ['the client library', /node_modules\/(mqtt|mqtt-packet|readable-stream|bl|worker-timers)/],
];

/** Starts sampling; the function it returns stops and gives each part's share of the time not spent waiting, largest first. */
export async function startProfile(): Promise<() => Promise<Shares>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return sharesOf(profile);
  };
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  readonly samples?: readonly number[] | undefined;
}

function sharesOf({ nodes, samples = [] }: Profile): Shares {
  const partOf = new Map(nodes.map(({ id, callFrame }) => [id, partNamed(callFrame.url === '' ? callFrame.functionName : callFrame.url)]));
  const counts: Shares = {};
  let busy = 0;
  for (const id of samples) {
    const part = partOf.get(id) ?? 'other';
    if (part === 'waiting') continue;
    busy++;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return Object.fromEntries(
    Object.entries(counts)
      .map(([part, count]) => [part, count / Math.max(1, busy)] as const)
      .sort(([, a], [, b]) => b - a),
  );
}

const partNamed = (name: string): string => parts.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
