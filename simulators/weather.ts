// The weather at a place of Japan and the temperature it makes in a camera's housing.
import type { Place } from './names.ts';
import { normal } from './random.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JST_MS = 9 * HOUR_MS;
const HOTTEST_DAY = 214;
const HOTTEST_HOUR = 14;

/** °C in the open, epoch ms: the year's course, the day's course, and a day's own mood shared by everything at the site. */
export function outdoorsAt(place: Place, siteSeed: number, at: number): number {
  const local = at + JST_MS;
  const dayOfYear = (local / DAY_MS) % 365.2425;
  const hour = (local % DAY_MS) / HOUR_MS;
  return (
    place.mean_c +
    place.swing_c * Math.cos((2 * Math.PI * (dayOfYear - HOTTEST_DAY)) / 365.2425) +
    4 * Math.cos((2 * Math.PI * (hour - HOTTEST_HOUR)) / 24) +
    2.5 * normal(siteSeed, 'weather', Math.floor(local / DAY_MS))
  );
}

/** °C inside the housing: the electronics warm it by about 11 K, the sun by up to 8 K more outdoors; rooms are heated and cooled. */
export function housingAt(place: Place, siteSeed: number, mounting: 'indoor' | 'outdoor', at: number): number {
  const open = outdoorsAt(place, siteSeed, at);
  if (mounting === 'indoor') return 24 + 0.25 * (open - 15) + 11;
  const hour = ((at + JST_MS) % DAY_MS) / HOUR_MS;
  return open + 11 + 8 * Math.max(0, Math.sin((Math.PI * (hour - 6)) / 12));
}

/** Whether the camera films by infrared light: 18:00 to 05:00 in Japan. */
export function isNight(at: number): boolean {
  const hour = ((at + JST_MS) % DAY_MS) / HOUR_MS;
  return hour >= 18 || hour < 5;
}
