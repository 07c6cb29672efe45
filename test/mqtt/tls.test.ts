import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { eachDb } from '../support/eachDb.ts';
import { registerDevices, report } from '../telemetry/station.ts';
import { connectDevice, enrol, startIngester } from './broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-tls-'));
const path = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function authority(name: string): void {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
}

/** A certificate of `subject`, signed by the authority. */
function certificate(by: string, file: string, subject: string): { cert: Buffer; key: Buffer } {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${subject}`, '-keyout', `${file}.key`, '-out', `${file}.csr`);
  openssl('x509', '-req', '-in', `${file}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-out', `${file}.pem`);
  return { cert: readFileSync(path(`${file}.pem`)), key: readFileSync(path(`${file}.key`)) };
}

authority('ours');
authority('strange');
certificate('ours', 'server', 'localhost');

eachDb('the embedded broker over TLS', (test) => {
  const start = async () => {
    const files = { mqtt_ca: path('ours.pem'), mqtt_tls_cert: path('server.pem'), mqtt_tls_key: path('server.key') };
    return (await startIngester(test.store.url, files)).status().port ?? 0;
  };
  const secure = { protocol: 'mqtts' as const, host: 'localhost', ca: readFileSync(path('ours.pem')) };
  const live = () => JSON.stringify(report(1, {}, { ts: Date.now() }));

  it('a password is enough, and a wrong one is not', async () => {
    const port = await start();
    const password = await enrol(test, 'tls-password');
    await expect(connectDevice(port, 'tls-password', 'guess', secure)).rejects.toThrow();
    const client = await connectDevice(port, 'tls-password', password, secure);
    await client.publishAsync('fleet/v1/tls-password/health', live(), { qos: 1 });
    await client.endAsync();
  });

  it('a certificate of our authority is enough and names the device, whatever the client calls itself', async () => {
    const port = await start();
    await registerDevices(test.store.db, ['tls-cert', 'tls-other']);
    const mine = { ...secure, ...certificate('ours', 'cert', 'tls-cert'), protocolVersion: 5 as const };
    const client = await connectDevice(port, 'tls-cert', undefined, mine);
    await client.publishAsync('fleet/v1/tls-cert/health', live(), { qos: 1 });
    await expect(client.publishAsync('fleet/v1/tls-other/health', live(), { qos: 1 })).rejects.toThrow(/Not authorized|135/i);
    await client.endAsync();
    await expect(connectDevice(port, 'tls-other', undefined, mine)).rejects.toThrow();
    await vi.waitFor(async () => {
      const events = await test.store.db.selectFrom('device_security_events').select('device_id').where('topic', '=', 'fleet/v1/tls-other/health').execute();
      expect(events).toEqual([{ device_id: 'tls-cert' }]);
    }, 5000);
  });

  it('a certificate of another authority proves nothing', async () => {
    const port = await start();
    await registerDevices(test.store.db, ['tls-forged']);
    const forged = { ...secure, ...certificate('strange', 'forged', 'tls-forged') };
    await expect(connectDevice(port, 'tls-forged', undefined, forged)).rejects.toThrow();
  });

  it('a flood of handshakes that prove nothing is closed unheard and told, and a device at another address comes in', { timeout: 60_000 }, async () => {
    const ingester = await startIngester(test.store.url, {
      mqtt_ca: path('ours.pem'),
      mqtt_tls_cert: path('server.pem'),
      mqtt_tls_key: path('server.key'),
      mqtt_host: '0.0.0.0',
    });
    const port = ingester.status().port ?? 0;
    const password = await enrol(test, 'tls-calm');
    const knock = () =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.2', port, localAddress: '127.0.0.2' });
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        // No ClientHello.
        socket.write('GET / HTTP/1.1\r\n\r\n');
      });
    for (let i = 0; i < 9; i++) await Promise.all(Array.from({ length: 100 }, knock));
    const client = await connectDevice(port, 'tls-calm', password, secure);
    await client.publishAsync('fleet/v1/tls-calm/health', live(), { qos: 1 });
    await client.endAsync();
    await vi.waitFor(async () => {
      const { held_off } = ingester.status();
      expect(held_off).toBeGreaterThan(0);
      const events = await test.store.db.selectFrom('device_security_events').select(['kind', 'times']).where('address', '=', '127.0.0.2').execute();
      expect(events).toEqual([{ kind: 'sign_in_flood', times: held_off }]);
    }, 5000);
  });
});
