// MQTT control packets out of a byte stream: PUBLISH is read in place, every other packet goes to the mqtt-packet codec.
// MQTT 3.1.1 and 5, sections 2.1.4 (remaining length) and 3.3 (PUBLISH).

/** Largest packet taken: an array of reports with its topic, and room to name what is larger than allowed. */
export const MAX_PACKET_BYTES = 4 * 2 ** 20;

/** Larger than allowed; every other RangeError is a packet that breaks the protocol. */
export class TooLarge extends RangeError {}

const PUBLISH = 3;
/** Type, and a remaining length of at most four bytes (2.1.4). */
const LONGEST_HEAD = 5;

export interface FrameReader {
  /** `payload` is `bytes` from `payloadAt` to `end`. The bytes hold only until it returns. */
  publish(bytes: Buffer, topicAt: number, topicEnd: number, id: number, payloadAt: number, end: number, qos: number): void;
  other(frame: Buffer): void;
}

export class Frames {
  private readonly reader: FrameReader;
  private readonly version: () => number;
  /** The beginning of a packet whose end has not come: pieces, copied, because the socket's buffer is used again. */
  private pieces: Buffer[] = [];
  private collected = 0;
  private held = false;

  constructor(reader: FrameReader, version: () => number) {
    this.reader = reader;
    this.version = version;
  }

  /** Reads every whole packet of the stream so far. Throws when a packet is larger than allowed or its length is not a length. */
  read(chunk: Buffer, longest = MAX_PACKET_BYTES): void {
    if (this.held && this.collected + chunk.length > longest) throw new TooLarge('Too much before the answer to a CONNECT');
    let at = this.collected === 0 || this.held ? 0 : this.complete(chunk, longest);
    while (at < chunk.length && !this.held && this.collected === 0) {
      const packet = endOfPacket(chunk, at, longest);
      if (packet === null || packet.end > chunk.length) break;
      at = this.packet(chunk, at, packet.body, packet.end);
    }
    if (at < chunk.length) this.keep(chunk.subarray(at));
  }

  /** Reads no further: what follows waits for `release`. */
  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    if (this.collected > 0) this.read(this.takeCollected());
  }

  /** Finishes the packet that had begun before this chunk, if its end is here. Returns where the next one starts. */
  private complete(chunk: Buffer, longest: number): number {
    if ((this.pieces[0] as Buffer).length < LONGEST_HEAD) this.pieces = [Buffer.concat(this.pieces)];
    const [first] = this.pieces as [Buffer];
    const begun = first.length < LONGEST_HEAD ? Buffer.concat([first, chunk.subarray(0, LONGEST_HEAD)]) : first;
    const packet = endOfPacket(begun, 0, longest);
    if (packet === null || packet.end > this.collected + chunk.length) return 0;
    const { body, end } = packet;
    const next = end - this.collected;
    this.keep(chunk.subarray(0, next));
    this.packet(this.takeCollected(), 0, body, end);
    return next;
  }

  private keep(part: Buffer): void {
    this.pieces.push(Buffer.from(part));
    this.collected += part.length;
  }

  private takeCollected(): Buffer {
    const all = this.pieces.length === 1 ? (this.pieces[0] as Buffer) : Buffer.concat(this.pieces);
    this.pieces = [];
    this.collected = 0;
    return all;
  }

  private packet(bytes: Buffer, start: number, body: number, end: number): number {
    if ((bytes[start] as number) >> 4 === PUBLISH) this.publish(bytes, start, body, end);
    else this.reader.other(bytes.subarray(start, end));
    return end;
  }

  private publish(bytes: Buffer, start: number, body: number, end: number): void {
    const topicAt = body + 2;
    const topicEnd = topicAt + uint16(bytes, body);
    const qos = ((bytes[start] as number) >> 1) & 3;
    const id = qos === 0 ? 0 : uint16(bytes, topicEnd);
    let payloadAt = topicEnd + (qos === 0 ? 0 : 2);
    if (this.version() === 5) payloadAt = afterProperties(bytes, payloadAt);
    if (!(payloadAt <= end)) throw new RangeError('A PUBLISH is shorter than its head');
    // 3.3.1.2: no QoS 3; 2.2.1: an identifier of 0 cannot be acknowledged.
    if (qos === 3 || (qos > 0 && id === 0)) throw new RangeError('A PUBLISH with an impossible QoS or identifier');
    this.reader.publish(bytes, topicAt, topicEnd, id, payloadAt, end, qos);
  }
}

/** NaN beyond the end: the packet is then too short. */
const uint16 = (bytes: Buffer, at: number): number => (at + 1 < bytes.length ? ((bytes[at] as number) << 8) | (bytes[at + 1] as number) : Number.NaN);

/** Reused: one packet is looked at a time. */
const bounds = { body: 0, end: 0 };

function endOfPacket(bytes: Buffer, start: number, longest: number): { body: number; end: number } | null {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + 1 + i];
    if (byte === undefined) return null;
    length += (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (length > longest) throw new TooLarge(`A packet of ${length} bytes`);
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
    length += (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return at + i + 1 + length;
  }
  throw new RangeError('A property length of more than four bytes');
}
