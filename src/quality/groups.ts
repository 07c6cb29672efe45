// A group of a failure-rate table: what it is keyed by and the raw figures it has.

export interface Findings {
  readonly confirmed: number;
  readonly nff: number;
  readonly untriaged: number;
  readonly other: number;
}

/** Ids of what a group stands for; the keys are those of `keyNames(by)`. */
export type GroupKey = Readonly<Record<string, string | null>>;

export interface RateGroup extends Findings {
  readonly key: GroupKey;
  readonly units: number;
  readonly exposure_days: number;
}

/** A row as the store gives it. */
export type Row = Record<string, string | number | null>;

export function keyOf(row: Row, names: readonly string[]): GroupKey {
  const key: Record<string, string | null> = {};
  for (const name of names) key[name] = row[name] === null || row[name] === undefined ? null : String(row[name]);
  return key;
}

/** Keys as text, to find a group by. */
export const textOf = (key: GroupKey, names: readonly string[]): string => JSON.stringify(names.map((name) => key[name] ?? null));
