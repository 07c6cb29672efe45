// MQTT control packets out of a byte stream: PUBLISH is read in place, every other packet goes to the mqtt-packet codec.
// MQTT 3.1.1 and 5, sections 2.1.4 (remaining length) and 3.3 (PUBLISH).

/** Largest packet taken: an array of reports with its topic, and room to name what is larger than allowed. */
export const MAX_PACKET_BYTES = 4 * 2 ** 20;

const PUBLISH = 3;

export interface FrameReader {
  /** `payload` is `bytes` from `payloadAt` to `end`. */
  publish(bytes: Buffer, topicAt: number, topicEnd: number, id: number, payloadAt: number, end: number, qos: number): void;
  other(frame: Buffer): void;
}

export class Frames {
  private readonly reader: FrameReader;
  private readonly version: () => number;
  private rest: Buffer | null = null;
  private held = false;

  constructor(reader: FrameReader, version: () => number) {
    this.reader = reader;
    this.version = version;
  }

  /** Reads every whole packet of the stream so far. Throws when a packet is larger than allowed or its length is not a length. */
  read(chunk: Buffer, longest = MAX_PACKET_BYTES): void {
    const bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    if (this.held && bytes.length > longest) throw new RangeError('Too much before the answer to a CONNECT');
    let at = 0;
    while (at < bytes.length && !this.held) {
      const end = endOfPacket(bytes, at, longest);
      if (end === null || end.end > bytes.length) break;
      if ((bytes[at] as number) >> 4 === PUBLISH) this.publish(bytes, at, end.body, end.end);
      else this.reader.other(bytes.subarray(at, end.end));
      at = end.end;
    }
    this.rest = at === bytes.length ? null : bytes.subarray(at);
  }

  /** Reads no further: what follows waits for `release`. */
  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    if (this.rest !== null) this.read(Buffer.alloc(0));
  }

  private publish(bytes: Buffer, start: number, body: number, end: number): void {
    const topicAt = body + 2;
    const topicEnd = topicAt + bytes.readUInt16BE(body);
    const qos = ((bytes[start] as number) >> 1) & 3;
    const id = qos === 0 ? 0 : bytes.readUInt16BE(topicEnd);
    let payloadAt = topicEnd + (qos === 0 ? 0 : 2);
    if (this.version() === 5) payloadAt = afterProperties(bytes, payloadAt);
    if (payloadAt > end) throw new RangeError('A PUBLISH is shorter than its head');
    this.reader.publish(bytes, topicAt, topicEnd, id, payloadAt, end, qos);
  }
}

/** Reused: one packet is looked at a time. */
const bounds = { body: 0, end: 0 };

function endOfPacket(bytes: Buffer, start: number, longest: number): { body: number; end: number } | null {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + 1 + i];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      if (length > longest) throw new RangeError(`A packet of ${length} bytes`);
      bounds.body = start + 2 + i;
      bounds.end = bounds.body + length;
      return bounds;
    }
  }
  throw new RangeError('A packet length of more than four bytes');
}

function afterProperties(bytes: Buffer, at: number): number {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i] ?? 0;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return at + i + 1 + length;
  }
  throw new RangeError('A property length of more than four bytes');
}
