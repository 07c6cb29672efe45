// Phones write into a video where it was taken and by what. The boxes that say so are blanked in place: nothing moves, so every offset in the file still holds.
// ISO/IEC 14496-12 §4.2: a box is its size (4 bytes; 1 = 8 more bytes hold it, 0 = to the end), its type (4 bytes) and what it holds.

/** User data (`©xyz`, `loci`), metadata (`com.apple.quicktime.location.ISO6709`) and XMP. */
const TELLING: readonly string[] = ['udta', 'meta', 'uuid'];
/** Boxes that hold boxes in which those stand. */
const HOLDING: readonly string[] = ['moov', 'trak', 'mdia'];
const HEADER = 8;

/** The same MP4 or QuickTime without place, device and owner. What is no sound box is left as it is. */
export function withoutPlace(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  blank(copy, 0, copy.length);
  return copy;
}

function blank(bytes: Uint8Array, from: number, to: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at + HEADER <= to; ) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + HEADER));
    const short = view.getUint32(at);
    const long = short === 1 && at + 2 * HEADER <= to;
    const size = long ? Number(view.getBigUint64(at + HEADER)) : short === 0 ? to - at : short;
    const begins = at + (long ? 2 * HEADER : HEADER);
    if (at + size < begins || at + size > to) return;
    if (TELLING.includes(type)) {
      bytes.set([0x66, 0x72, 0x65, 0x65], at + 4); // `free`: to be passed over
      bytes.fill(0, begins, at + size);
    } else if (HOLDING.includes(type)) blank(bytes, begins, at + size);
    at += size;
  }
}
