// Scales: from values to positions, with the round values to mark on an axis.

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
}

export type Span = readonly [low: number, high: number];

/** Linear, its ends rounded outward to ticks. `range` may run downward, as a vertical axis does. */
export function linearScale([low, high]: Span, [start, end]: Span, wanted = 5): Scale {
  const safeHigh = high - low > 1e-12 * Math.max(1, Math.abs(low)) ? high : low + 1;
  const step = niceStep((safeHigh - low) / wanted);
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(safeHigh / step - 1e-9) * step;
  const count = Math.round((to - from) / step);
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((from + i * step).toPrecision(12)));
  return { at: (value) => start + ((value - from) / (to - from)) * (end - start), ticks, low: from, high: to };
}

/** Logarithmic, for positive values; what lies below the low end is drawn at it. At most `wanted` ticks: on 1, 2 and 5, on decades where those are too many, on every digit where too few. */
export function logScale([low, high]: Span, [start, end]: Span, wanted = 6): Scale {
  const from = low > 0 ? low : high > 0 ? high / 1000 : 0.001;
  const to = high > from ? high : from * 10;
  const position = (value: number): number => (Math.log(Math.max(value, from)) - Math.log(from)) / (Math.log(to) - Math.log(from));
  const within = (digits: readonly number[]): number[] => decades(from, to, digits).filter((value) => value >= from * 0.999 && value <= to * 1.001);
  const chosen =
    [within([1]), within([1, 2, 5]), within([1, 2, 3, 4, 5, 6, 7, 8, 9])].find((values, i) => values.length >= (i === 0 ? 4 : 3)) ??
    within([1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]);
  const ticks = chosen.length <= wanted ? chosen : chosen.filter((_, i) => i % Math.ceil(chosen.length / wanted) === 0);
  return { at: (value) => start + Math.min(1, position(value)) * (end - start), ticks, low: from, high: to };
}

function decades(from: number, to: number, digits: readonly number[]): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const digit of digits) values.push(Number((digit * 10 ** power).toPrecision(6)));
  }
  return values;
}

/** 1, 2 or 5 times a power of ten, not below `size`. */
export function niceStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size > 0 ? size : 1));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= size * 0.999999) ?? 10;
  return digit * power;
}
