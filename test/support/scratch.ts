// One folder for everything a test run leaves on disk: what a test forgot goes with the run, what a killed run left is found in one place.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function keepScratch(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-tests-'));
  // PostgreSQL and mosquitto run as users of their own and pass through it.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
