// Books an event wherever it counts.
import { firmwareOf, type Model } from './fleet.ts';
import type { History, Place } from './history.ts';
import { BANDS, BATCHES, NODES, SIGNALS, STRATA } from './parameters.ts';

/** Books one event in the model, its batch, its firmware of that day, its stratum and the fleet's age band. */
export function addEvent(history: History, index: number, model: Model, signal: number, day: number, place: Place): void {
  const { counts, strata, totals, parameters } = history;
  const firmware = 1 + BATCHES + firmwareOf(model, place.stratum, day);
  increment(counts, (index * NODES * SIGNALS + signal) * parameters.days + day);
  increment(counts, ((index * NODES + 1 + place.batch) * SIGNALS + signal) * parameters.days + day);
  increment(counts, ((index * NODES + firmware) * SIGNALS + signal) * parameters.days + day);
  increment(strata, ((index * STRATA + place.stratum) * SIGNALS + signal) * parameters.days + day);
  increment(totals.events, ((signal * parameters.models + index) * BANDS + place.band) * parameters.days + day);
}

function increment(array: Uint16Array | Uint8Array | Float32Array, index: number): void {
  array[index] = (array[index] ?? 0) + 1;
}
