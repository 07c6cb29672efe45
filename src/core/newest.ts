// Maps that hold what came last, so that no stranger can make them grow without bound.

/** Sets `key` as the newest; beyond `most` entries the oldest is forgotten. */
export function setNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
