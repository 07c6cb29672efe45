// InfluxDB as a user would put it behind a broker: a bridge that turns every report into a line and writes lines in batches.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const READY_WITHIN_MS = 30_000;

export const hasInflux = (): boolean => spawnSync('influxd', ['version']).status === 0;

/** influxd of Debian (1.6) on a free port, with its defaults but for the paths. */
export async function startInflux(folder: string, port: number, rpcPort: number): Promise<{ url: string; child: ChildProcess }> {
  const home = join(folder, `influx-${port}`);
  mkdirSync(home, { recursive: true });
  const config = join(home, 'influxdb.conf');
  writeFileSync(
    config,
    `reporting-disabled = true\nbind-address = "127.0.0.1:${rpcPort}"\n[meta]\ndir = "${home}/meta"\n[data]\ndir = "${home}/data"\nwal-dir = "${home}/wal"\n[http]\nbind-address = "127.0.0.1:${port}"\nlog-enabled = false\n[monitor]\nstore-enabled = false\n`,
  );
  const child = spawn('influxd', ['-config', config], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (const began = Date.now(); Date.now() - began < READY_WITHIN_MS; ) {
    const made = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'create database fleet' }) }).catch(() => null);
    if (made?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, child };
}

/** One report as a line: the device is the tag, every measure a field. */
export function lineOf(topic: string, payload: Buffer): string {
  // The benchmark's own reports.
  const { ts, seq, m } = JSON.parse(payload.toString()) as { ts: number; seq: number; m: Record<string, number | string | boolean> };
  const fields = Object.entries(m).map(([name, value]) => `${name}=${typeof value === 'string' ? `"${value}"` : value}`);
  return `health,device=${topic.split('/')[2]} ${fields.join(',')} ${(ts + seq * 60_000) * 1_000_000}`;
}
