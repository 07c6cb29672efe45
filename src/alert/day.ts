// One closed day of a model as it is stored: devices and new episodes by cohort and age band. Pure.

/** The finest cohort: hardware revision, batch, firmware; '' where unknown. */
export interface Cell {
  readonly hw_rev: string;
  readonly batch_id: string;
  readonly firmware: string;
}

/** `[hw_rev, batch_id, firmware, devices by age band]` */
export type ExposureEntry = readonly [string, string, string, readonly number[]];
/** `[hw_rev, batch_id, firmware, signal code, episodes by age band]` */
export type EpisodeEntry = readonly [string, string, string, string, readonly number[]];

/** Age bands in days of service: the first three months, until eighteen months, older. */
const AGE_LIMITS: readonly number[] = [90, 540];
export const BANDS = AGE_LIMITS.length + 1;

export const bandOf = (age_days: number): number => {
  const band = AGE_LIMITS.findIndex((limit) => age_days < limit);
  return band < 0 ? BANDS - 1 : band;
};

/** Sums per key and band, written in the order of the keys: the same rows in any order give the same text. */
export class BandSums {
  readonly #sums = new Map<string, { key: readonly string[]; bands: number[] }>();

  add(key: readonly string[], band: number, amount: number): void {
    const text = key.join('\u0000');
    const found = this.#sums.get(text) ?? { key, bands: new Array<number>(BANDS).fill(0) };
    found.bands[band] = (found.bands[band] ?? 0) + amount;
    this.#sums.set(text, found);
  }

  entries(): (string | number[])[][] {
    return [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { key, bands }]) => [...key, bands.map((value) => Math.round(value * 1e9) / 1e9)]);
  }

  get empty(): boolean {
    return this.#sums.size === 0;
  }
}
