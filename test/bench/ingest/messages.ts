// The messages of a benchmark: a fleet of many models, one report of 350–550 bytes a device and round, as bytes ready to be written to a socket.
export interface Fleet {
  readonly devices: number;
  readonly models: number;
}

export const fleet: Fleet = { devices: 20_000, models: 2000 };

/** Of every device that connects by itself. */
export const PASSWORD = 'a password of the benchmark';

export const deviceId = (device: number): string => `cam-${String(device).padStart(6, '0')}`;

/** The JSON a camera sends: two thirds carry all common fields, the rest fewer. */
export function payloadOf(device: number, seq: number, boot: string, ts: number): string {
  const model = device % fleet.models;
  const wobble = (device * 7919 + seq * 104_729) % 1000;
  const head = `{"v":1,"boot":"${boot}${(device % 65_536).toString(16).padStart(4, '0')}","seq":${seq},"ts":${ts},"synced":true,"hist":false,"model":"X-${100 + model}","hw":"${'ABC'[model % 3]}","fw":"4.${model % 7}.${device % 3}","m":{`;
  const common = `"uptime_s":${3600 + seq * 60},"boots":${3 + (device % 5)},"reboot":"power_on","temp_c":${(38 + wobble / 100).toFixed(2).replace(/0+$/, '').replace(/\.$/, '')},"vin_mv":${47_500 + wobble},"brownouts":${Math.floor(seq / 40)},"rssi_dbm":${-40 - (wobble % 30)},"disconnects":${Math.floor(seq / 9)},"link_flaps":0,"sd_state":"ok","sd_wear_pct":${wobble % 90},"fps_set":15,"fps_out":15,"frames_lost":${seq * 2},"rec_state":"ok"`;
  const more = `,"rec_gap_s":${Math.floor(seq / 5)},"last_rec_age_s":${wobble % 10},"upload_errs":0,"bitrate_kbps":${3800 + wobble},"focus":0.${800 + (wobble % 199)},"cpu_pct":${20 + (wobble % 50)},"mem_free_kb":${90_000 + wobble}`;
  return `${head}${common}${device % 3 === 0 ? '' : more}}}`;
}

const head = Buffer.alloc(5);

/** A PUBLISH at QoS 1 (3.1.1). */
export function publishPacket(topic: string, payload: string, id: number): Buffer {
  const body = 2 + topic.length + 2 + Buffer.byteLength(payload);
  let at = 0;
  head[at++] = 0x32;
  for (let rest = body; ; ) {
    head[at++] = rest > 127 ? (rest % 128) | 0x80 : rest;
    rest = Math.floor(rest / 128);
    if (rest === 0) break;
  }
  const packet = Buffer.allocUnsafe(at + body);
  head.copy(packet, 0, 0, at);
  at = packet.writeUInt16BE(topic.length, at);
  at += packet.write(topic, at, 'latin1');
  at = packet.writeUInt16BE(id, at);
  packet.write(payload, at, 'utf8');
  return packet;
}
