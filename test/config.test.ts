import { expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const WRONG = `
  HTTP_PORT=abc              HTTP_PORT=70000          HTTP_PORT=1.5           MQTT_PORT=-1
  DATABASE_URL=mysql://x     DATABASE_URL=sqlite:     TZ_BUSINESS=Mars/Base   MQTT_URL=http://x
  PUBLIC_URL=nope            PUBLIC_URL=ftp://x       TLS_CERT=/no/such       TLS_KEY=/no/such
  MQTT_CA=/no/such           MQTT_TLS_CERT=/no/such   SMTP_URL=http://x       RAW_RETENTION_DAYS=0
  RAW_RETENTION_DAYS=many    LOG_LEVEL=loud           MAIL_FROM=a             MQTT_TLS_KEY=/no/such
`
  .trim()
  .split(/\s+/)
  .map((pair) => pair.split(/=(.*)/s));

it.each(WRONG)('%s=%s is refused by name', (name = '', value = '') => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^Wrong settings in the environment:\n(.*\n)*  ${name}: .`));
});

it.each([
  ['TLS_CERT', 'TLS_KEY'],
  ['MQTT_TLS_CERT', 'MQTT_TLS_KEY'],
])('%s and %s are set both or neither', (one, other) => {
  expect(() => readConfig({ [one]: import.meta.filename })).toThrow(`${one} and ${other}: set both or neither`);
});

it('every wrong setting is named at once; an empty one is none; others are nobody’s business', () => {
  expect(() => readConfig({ HTTP_PORT: 'x', LOG_LEVEL: 'x' })).toThrow(/HTTP_PORT(.|\n)*LOG_LEVEL/);
  expect(readConfig({ HTTP_PORT: '', HOME: '/root' })).toMatchObject({
    http_port: 8080,
    mqtt_port: 1883,
    tz_business: 'Asia/Tokyo',
    database_url: 'sqlite:./data/kizashi.db',
  });
});
