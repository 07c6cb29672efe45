// What the device said of itself when its return was filed. Frozen: the bench sees the customer's moment, not today's.
import { sql } from 'kysely';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';

interface DeviceNow {
  device_id: string;
  firmware: string | null;
  last_seen_at: number;
  online_at: number | null;
  offline_at: number | null;
  reported_at: number | null;
  uptime_s: number | null;
  boots: number | null;
  reboot: string | null;
  temp_c: number | null;
  vin_mv: number | null;
  sd_state: string | null;
  sd_wear_pct: number | null;
  rec_state: string | null;
  rssi_dbm: number | null;
}

/** JSON of the device's latest words, or null when the unit never reported. */
export async function takeSnapshot(ctx: Ctx, unit_id: string): Promise<string | null> {
  const {
    rows: [device],
  } = await sql<DeviceNow>`
    select d.device_id, d.firmware, d.last_seen_at, d.online_at, d.offline_at, s.reported_at, s.uptime_s, s.boots, s.reboot, s.temp_c, s.vin_mv, s.sd_state, s.sd_wear_pct,
      s.rec_state, s.rssi_dbm
    from devices d left join device_states s on s.device_no = d.device_no where d.unit_id = ${unit_id} order by d.last_seen_at desc limit 1`.execute(ctx.db);
  if (device === undefined) return null;
  const { last_seen_at, online_at, offline_at, reported_at, ...words } = device;
  return JSON.stringify({
    taken_at: rfc3339(ctx.now),
    last_seen_at: rfc3339(last_seen_at),
    online_at: rfc3339OrNull(online_at),
    offline_at: rfc3339OrNull(offline_at),
    reported_at: rfc3339OrNull(reported_at),
    ...words,
  });
}
