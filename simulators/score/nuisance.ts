// Chatty devices and failing sites reach the counts only through the product's own rules of episodes.
import { countEpisodes, episodeStarts } from '../../src/alert/episodes.ts';
import { addEvent } from './book.ts';
import type { History } from './history.ts';
import { isNetwork } from './parameters.ts';

export function bookNuisances(history: History): void {
  for (const nuisance of history.nuisances) {
    for (const day of episodeStarts(nuisance.days)) {
      const site = nuisance.kind === 'site' ? 'site' : null;
      const starting = Array.from({ length: nuisance.devices }, () => ({ site, cohort: 'model' }));
      const count = countEpisodes(starting, isNetwork(nuisance.signal), (cohort) => cohort).get('model') ?? 0;
      for (let n = 0; n < Math.round(count); n += 1) addEvent(history, nuisance.model, at(history, nuisance.model), nuisance.signal, day, nuisance.place);
    }
  }
}

function at(history: History, index: number): History['fleet']['models'][number] {
  const model = history.fleet.models[index];
  if (model === undefined) throw new RangeError(`No model ${index}`);
  return model;
}
