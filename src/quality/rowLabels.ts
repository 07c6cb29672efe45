// The names before the bars of a chart: as much margin as they need, and a line of their own where they need too much.
import { CHART_WIDTH } from '../web/chart/axes.tsx';
import { shortened, textWidth } from '../web/textWidth.ts';

/** Room of a letter on a telephone, where the type is largest against the drawing. */
const LETTER = 10.5;
/** Names wider than this stand above their bars. */
const WIDEST_BESIDE = 26;
const WIDEST = Math.floor(CHART_WIDTH / LETTER);
const GAP = 14;

export interface RowLabels {
  readonly texts: readonly string[];
  /** Where the bars begin. */
  readonly left: number;
  readonly above: boolean;
}

export function rowLabels(names: readonly string[]): RowLabels {
  const widest = Math.max(0, ...names.map(textWidth));
  const above = widest > WIDEST_BESIDE;
  return { texts: names.map((name) => shortened(name, WIDEST)), left: above ? GAP : Math.round(widest * LETTER) + GAP, above };
}
