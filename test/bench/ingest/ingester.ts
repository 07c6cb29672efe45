// One ingester as a process that can be killed. node ingester.js <store url> <mqtt url, or - for the embedded broker> <port>
import { startHere } from '../../../src/mqtt/start.ts';

const [url = '', broker = '-', port = '0'] = process.argv.slice(2);
const log = { info: () => {}, warn: () => {}, error: (fields: object, message: string) => console.error(message, JSON.stringify(fields)) };
const ingest = await startHere(
  {
    database_url: url,
    mqtt_url: broker === '-' ? undefined : broker,
    mqtt_host: '127.0.0.1',
    mqtt_port: Number(port),
    tz_business: 'Asia/Tokyo',
    raw_retention_days: 14,
  },
  log,
);
// With an external broker ready means subscribed: only from then on does the broker keep messages for us.
const waiting = setInterval(() => {
  if (ingest.status().state !== 'working') return;
  clearInterval(waiting);
  process.send?.({ ready: true });
}, 5);
process.on('message', () => void ingest.close().then(() => process.exit(0)));
