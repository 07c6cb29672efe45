// What each measure of a report adds to, worked out once per list of measures: positions among the measures, so that taking a report in
// looks only where something is to be added. All numbers, so that a fleet of thousands of shapes shares a few small arrays.
import { dayColumns } from './dayColumns.ts';
import { counterOf, type Field, fields } from './fields.ts';

const greatest = indexIn('max');
const least = indexIn('min');
const flagged = indexIn('reports');

/** Column of device_days with this suffix for each field, -1 where there is none. */
function indexIn(suffix: string): readonly number[] {
  return fields.map(({ name }) => dayColumns.findIndex((each) => each === `${name}_${suffix}`));
}

/** Pairs of a position among the measures and what it adds to there. */
export type Pairs = Int16Array;

export interface Plan {
  readonly measures: readonly Field[];
  /** Position, index of the field in the state of the device. */
  readonly states: Pairs;
  /** Position, counter. */
  readonly counters: Pairs;
  /** Position, column of device_days. */
  readonly maxima: Pairs;
  readonly minima: Pairs;
  readonly flags: Pairs;
  /** Positions of single fields, -1 when not sent. */
  readonly ntp_off_ms: number;
  readonly sd_state: number;
  readonly rec_state: number;
  readonly fps_set: number;
  readonly fps_out: number;
  readonly uptime_s: number;
  readonly reboot: number;
}

export function planOf(measures: readonly Field[]): Plan {
  const pairs = (target: (field: Field) => number): Pairs =>
    Int16Array.from(
      measures.flatMap((field, position) => {
        const to = field.index < 0 ? -1 : target(field);
        return to < 0 ? [] : [position, to];
      }),
    );
  const position = (name: string): number => measures.findIndex((field) => field.index >= 0 && field.name === name);
  return {
    measures,
    states: pairs(({ index }) => index),
    counters: pairs(({ index }) => counterOf[index] ?? -1),
    // An offset of the clock is as bad to either side: days.ts takes its size.
    maxima: pairs(({ index, name }) => (name === 'ntp_off_ms' ? -1 : (greatest[index] ?? -1))),
    minima: pairs(({ index }) => least[index] ?? -1),
    flags: pairs(({ index }) => flagged[index] ?? -1),
    ntp_off_ms: position('ntp_off_ms'),
    sd_state: position('sd_state'),
    rec_state: position('rec_state'),
    fps_set: position('fps_set'),
    fps_out: position('fps_out'),
    uptime_s: position('uptime_s'),
    reboot: position('reboot'),
  };
}
