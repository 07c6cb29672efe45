// A region's bad day: a storm, a provider that fails. It hits whatever hangs there, and is no news of any model. Pure.

/** Episodes of one signal and day in a region, by model. */
export interface RegionCount {
  readonly region: string;
  readonly model_id: string;
  readonly episodes: number;
}

/** Share of a region's episodes that one model may account for: a failing model that hangs in one region does not make it a bad one. */
const MOST_BY_MODEL = 0.2;
const PASSES = 20;
/** How much more than elsewhere makes a bad day. */
const BAD_RATIO = 2;
/** Standard deviations above what the other regions lead one to expect, and episodes besides: below this chance does it too. */
const BAD_DEVIATIONS = 4;
const BAD_EPISODES = 5;

/** Regions that report far more than all the others, by how many times. `devices` are those that reported, by region. */
export function badRegions(counts: readonly RegionCount[], devices: ReadonlyMap<string, number>, dispersion: number): Map<string, number> {
  const all = sumOf(counts.map((count) => count.episodes));
  const all_devices = sumOf([...devices.values()]);
  const bad = new Map<string, number>();
  for (const [region, own] of devices) {
    const here = counts.filter((count) => count.region === region).map((count) => count.episodes);
    const seen = sumOf(here);
    const elsewhere = all_devices - own;
    if (seen < BAD_EPISODES || elsewhere <= 0) continue;
    const expected = ((all - seen + 0.5) / elsewhere) * own;
    const spread = spreadOf(here);
    if (spread >= BAD_RATIO * expected && spread >= expected + BAD_DEVIATIONS * Math.sqrt(expected * dispersion) + BAD_EPISODES)
      bad.set(region, spread / expected);
  }
  return bad;
}

/** The episodes of a region's models, none of them counted for more than its share of what is then counted. */
function spreadOf(episodes: readonly number[]): number {
  let spread = sumOf(episodes);
  for (let pass = 0; pass < PASSES; pass += 1) {
    const most = Math.max(1, MOST_BY_MODEL * spread);
    spread = sumOf(episodes.map((count) => Math.min(count, most)));
  }
  return spread;
}

/** By how many times more a model is to report than on another day, for the devices it has in bad regions. */
export function liftOf(devices: Readonly<Record<string, number>>, bad: ReadonlyMap<string, number>): number {
  const entries = Object.entries(devices);
  const all = sumOf(entries.map(([, count]) => count));
  return all === 0 ? 1 : sumOf(entries.map(([region, count]) => (count / all) * (bad.get(region) ?? 1)));
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
