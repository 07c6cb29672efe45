// The arithmetic of a nightly scan: 2,000 models x 3 firmwares x 4 batches x 8 signals, 180 start days each, at three sizes.
import { loadavg } from 'node:os';
import { design } from '../../src/alert/detector.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { addDay, detectorAt, emptyStream, type Stream } from '../../src/stats/sequential.ts';

const ROUNDS = 3;
const DAYS = 201;
const CELLS = 12;
const SIGNALS = 8;

export async function run(): Promise<void> {
  const medians = [125, 500, 2000].map((models) => {
    const times = Array.from({ length: ROUNDS }, () => scanOnce(models)).sort((a, b) => a - b);
    const [least = 0, median = 0, most = 0] = times;
    console.log(
      `  ${models} models, ${models * CELLS * SIGNALS} streams: ${median.toFixed(2)} s of one core (${least.toFixed(2)}–${most.toFixed(2)}), rss ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, load ${loadavg()[0]?.toFixed(1)}`,
    );
    return median;
  });
  console.log(`  growth ×1→×4 n^${exponent(medians[0], medians[1])}, ×4→×16 n^${exponent(medians[1], medians[2])}`);
}

/** Streams are laid out model by model, as the scan reads them; one model's memory is reused for the next. */
function scanOnce(models: number): number {
  const random = seededRandom(models);
  const streams = Array.from({ length: CELLS * SIGNALS }, () => emptyStream(DAYS));
  const started = process.cpuUsage();
  let above = 0;
  for (let model = 0; model < models; model += 1) {
    for (const stream of streams) {
      fill(stream, random.uniform);
      if (detectorAt(stream, DAYS - 1, design) > 3044) above += 1;
    }
  }
  if (above < 0) throw new Error('unreachable: keeps the work from being optimised away');
  const used = process.cpuUsage(started);
  return (used.user + used.system) / 1e6;
}

function fill(stream: Stream, uniform: () => number): void {
  stream.days = 0;
  for (let day = 0; day < DAYS; day += 1) addDay(stream, uniform() < 0.04 ? 1 : 0, 0.04, { shape: 3, rate: 3 }, design.discount);
}

const exponent = (small = 1, large = 1): string => (Math.log(large / small) / Math.log(4)).toFixed(2);
