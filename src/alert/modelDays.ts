// One model's counted days as columns of numbers: what the scan keeps of the stored text, which is read once. Pure.
import type { Cell, EpisodeEntry, ExposureEntry } from './day.ts';

/** Row i: `amount[i]` on day `day[i]` in cell `cell[i]` and age band `band[i]`; no row holds 0. */
interface Columns {
  readonly day: Uint16Array;
  readonly cell: Uint16Array;
  readonly band: Uint8Array;
  /** Devices are whole numbers, for which half the width is enough; a site's episodes are shared among its cohorts. */
  readonly amount: Float32Array | Float64Array;
}

export interface ModelDays {
  readonly cells: readonly Cell[];
  readonly devices: Columns;
  readonly episodes: Columns & { readonly signal: Uint8Array };
}

/** An entry of episodes that was read before; its signal is null when nobody asks for it. */
interface Known {
  readonly signal: number | null;
  readonly cell: number;
  readonly bands: readonly number[];
}

/** Fills the columns of one model, day by day. Signals that are not in `codes` are left out. */
export class ModelDaysReader {
  readonly #codes: ReadonlyMap<string, number>;
  readonly #cells: Cell[] = [];
  /** How the stored entry of each cell begins. */
  readonly #keys: string[] = [];
  readonly #placeOfName = new Map<string, number>();
  /** The cell that stood after cell i - 1 when last seen; place 0 is for the first of a row. */
  readonly #after: number[] = [];
  readonly #devices = new Growing(Float32Array);
  readonly #episodes = new Growing(Float64Array);
  readonly #signals: number[] = [];
  /** What stored entries of episodes stand for. */
  readonly #entries = new Map<string, Known>();

  constructor(codes: ReadonlyMap<string, number>) {
    this.#codes = codes;
  }

  add(day: number, exposure: string, episodes: string): void {
    this.#addExposure(day, exposure);
    if (episodes === '[]') return;
    const rows = this.#episodes.length;
    if (this.#addKnownEpisodes(day, episodes)) return;
    this.#episodes.length = rows;
    this.#signals.length = rows;
    this.#addParsedEpisodes(day, episodes);
  }

  /**
   * The same few entries come again and again: `["A","b1","2.0","crash",[0,1,0]]` is looked up, not parsed. No whole entry is the beginning of
   * another, so one that is cut short by a name that holds `]]` is found nowhere. False when something is not known.
   */
  #addKnownEpisodes(day: number, text: string): boolean {
    for (let at = 1; at < text.length - 1; ) {
      const end = text.indexOf(']]', at) + 2;
      const known = this.#entries.get(text.slice(at, end));
      if (known === undefined) return false;
      this.#addEpisodes(day, known);
      at = end + 1;
    }
    return true;
  }

  #addParsedEpisodes(day: number, text: string): void {
    for (const entry of JSON.parse(text) as EpisodeEntry[]) {
      const [hw_rev, batch_id, firmware, code, bands] = entry;
      const signal = this.#codes.get(code) ?? null;
      const known = { signal, cell: signal === null ? -1 : this.#placeOf(hw_rev, batch_id, firmware), bands };
      this.#entries.set(JSON.stringify(entry), known);
      this.#addEpisodes(day, known);
    }
  }

  #addEpisodes(day: number, { signal, cell, bands }: Known): void {
    if (signal === null) return;
    for (let band = 0; band < bands.length; band += 1) {
      const amount = bands[band] ?? 0;
      if (amount !== 0) this.#signals.push(signal);
      this.#episodes.push(day, cell, band, amount);
    }
  }

  /** The cells of a model mostly stand as they stood the day before: their keys are compared, not parsed, which takes a tenth of the time. */
  #addExposure(day: number, text: string): void {
    const rows = this.#devices.length;
    if (this.#addKnownCells(day, text)) return;
    this.#devices.length = rows;
    this.#addParsed(day, text);
  }

  /** False when another cell, or anything but whole numbers, stands where it looks. */
  #addKnownCells(day: number, text: string): boolean {
    let [at, before] = [1, -1];
    while (at > 0 && at < text.length - 1) {
      const cell = this.#after[before + 1] ?? -1;
      const key = this.#keys[cell];
      if (key === undefined || !text.startsWith(key, at)) return false;
      at = this.#addBands(day, cell, text, at + key.length);
      before = cell;
    }
    return at > 0;
  }

  /** Reads `12,0,3]],` from `at` on; returns where the next entry begins, -1 for anything but whole numbers. */
  #addBands(day: number, cell: number, text: string, at: number): number {
    let [amount, band] = [0, 0];
    for (let place = at; ; place += 1) {
      const code = text.charCodeAt(place);
      if (code >= ZERO && code <= NINE) {
        amount = amount * 10 + code - ZERO;
        continue;
      }
      if (code !== COMMA && code !== CLOSE) return -1;
      this.#devices.push(day, cell, band, amount);
      if (code === CLOSE) return place + 3;
      [amount, band] = [0, band + 1];
    }
  }

  #addParsed(day: number, text: string): void {
    let before = -1;
    for (const [hw_rev, batch_id, firmware, bands] of JSON.parse(text) as ExposureEntry[]) {
      const cell = this.#placeOf(hw_rev, batch_id, firmware);
      bands.forEach((amount, band) => {
        this.#devices.push(day, cell, band, amount);
      });
      this.#after[before + 1] = cell;
      before = cell;
    }
  }

  #placeOf(hw_rev: string, batch_id: string, firmware: string): number {
    const name = `${hw_rev}\u0000${batch_id}\u0000${firmware}`;
    const known = this.#placeOfName.get(name);
    if (known !== undefined) return known;
    this.#placeOfName.set(name, this.#cells.length);
    this.#keys.push(`${JSON.stringify([hw_rev, batch_id, firmware]).slice(0, -1)},[`);
    return this.#cells.push({ hw_rev, batch_id, firmware }) - 1;
  }

  done(): ModelDays {
    return { cells: this.#cells, devices: this.#devices.done(), episodes: { ...this.#episodes.done(), signal: Uint8Array.from(this.#signals) } };
  }
}

const [ZERO, NINE, COMMA, CLOSE] = [48, 57, 44, 93];

const FIRST_ROWS = 64;

/** Columns that double when they are full: the days of all models grow side by side, and plain arrays of that size keep the collector busy. */
class Growing {
  #day = new Uint16Array(FIRST_ROWS);
  #cell = new Uint16Array(FIRST_ROWS);
  #band = new Uint8Array(FIRST_ROWS);
  readonly #Amounts: typeof Float32Array | typeof Float64Array;
  #amount: Float32Array | Float64Array;
  length = 0;

  constructor(Amounts: typeof Float32Array | typeof Float64Array) {
    this.#Amounts = Amounts;
    this.#amount = new Amounts(FIRST_ROWS);
  }

  push(day: number, cell: number, band: number, amount: number): void {
    if (amount === 0) return;
    if (this.length === this.#day.length) this.#double();
    this.#day[this.length] = day;
    this.#cell[this.length] = cell;
    this.#band[this.length] = band;
    this.#amount[this.length] = amount;
    this.length += 1;
  }

  #double(): void {
    const size = 2 * this.length;
    const [day, cell, band, amount] = [new Uint16Array(size), new Uint16Array(size), new Uint8Array(size), new this.#Amounts(size)];
    day.set(this.#day);
    cell.set(this.#cell);
    band.set(this.#band);
    amount.set(this.#amount);
    [this.#day, this.#cell, this.#band, this.#amount] = [day, cell, band, amount];
  }

  done(): Columns {
    const to = this.length;
    return { day: this.#day.slice(0, to), cell: this.#cell.slice(0, to), band: this.#band.slice(0, to), amount: this.#amount.slice(0, to) };
  }
}
