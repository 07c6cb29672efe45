// Numbers as few bytes: unsigned variable-length integers up to 2^53, and decimals as a whole number with up to three places.

/** Longest variable-length integer: 53 bits in groups of 7. */
export const MAX_VARINT_BYTES = 8;
/** A decimal of at most 15 digits packs without loss: 10^15 · 2 (sign) · 4 (places) < 2^53. */
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,3}))?$/;
export const POWERS = [1, 10, 100, 1000] as const;

/** Writes `value` (an integer 0 … 2^53) at `at`; returns the position after it. */
export function writeVarint(to: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x10000000) {
    to[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    to[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  to[at++] = rest;
  return at;
}

/** Reads through a cursor, so that a caller needs no pair per number. */
export class Cursor {
  readonly from: Uint8Array;
  at: number;

  constructor(from: Uint8Array, at = 0) {
    this.from = from;
    this.at = at;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.from[this.at++];
      if (byte === undefined) throw new RangeError('A packed number runs over the end');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  bytes(length: number): Uint8Array {
    this.at += length;
    return this.from.subarray(this.at - length, this.at);
  }
}

/** Signed to unsigned, small magnitudes first: 0, −1, 1, −2 … */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** A decimal of the value `mantissa / 10^places` as one unsigned integer. */
export const packDecimal = (mantissa: number, places: number): number => zigzag(mantissa) * 4 + places;

export const unpackDecimal = (packed: number): number => {
  const places = packed % 4;
  return unzigzag((packed - places) / 4) / (POWERS[places] ?? 1);
};

/** The packed form of a number, null when it has more digits than a decimal holds. */
export function packNumber(value: number): number | null {
  const match = DECIMAL.exec(String(value));
  if (match === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const mantissa = Number(whole + fraction);
  return packDecimal(sign === '-' ? -mantissa : mantissa, fraction.length);
}
