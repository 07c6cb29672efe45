// A person at the pages, as a process of its own: one request after the other over one connection, so that what is timed is the server and not its neighbour
// in the same thread. node reader.js <url> <token>. Each message it gets ends one sample, is answered with it, and begins the next.
import { Agent, get } from 'node:http';
import { deviceId } from './messages.ts';

const [url = '', token = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const PAUSE_MS = 5;
let times: number[] = [];

const ask = (device: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = get(`${url}/api/v1/devices/${deviceId(device)}`, { agent, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
    });
    request.on('error', reject);
  });

process.on('message', () => {
  times.sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  process.send?.({ p50: quantile(0.5), p99: quantile(0.99), count: times.length });
  times = [];
});
process.send?.({ ready: true });
for (let device = 0; process.connected; device = (device + 1) % 1000) {
  const began = performance.now();
  await ask(device);
  times.push(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
