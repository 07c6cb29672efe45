// What a broken or hostile device may send, and the reason quarantine keeps it for.
import { report } from './station.ts';

const text = (change: (json: string) => string): Buffer => Buffer.from(change(JSON.stringify(report(1, { temp_c: 40 }))));
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const hostile: readonly (readonly [what: string, payload: Buffer, reason: string])[] = [
  ['1e400', text((json) => json.replace('40,', '1e400,')), 'number_out_of_range'],
  ['NaN', text((json) => json.replace('40,', 'NaN,')), 'not_json'],
  ['an integer beyond 2^53', text((json) => json.replace('"seq":1', '"seq":9007199254740993')), 'not_as_agreed'],
  ['a negative counter', text((json) => json.replace('"brownouts":0', '"brownouts":-1')), 'not_as_agreed'],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"v":1,"boot":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), 'not_utf8'],
  ['a NUL in the boot', text((json) => json.replace('9f3c61d2a07b41e8', 'a\\u0000b')), 'not_as_agreed'],
  ['a lone surrogate', text((json) => json.replace('9f3c61d2a07b41e8', '\\ud800')), 'lone_surrogate'],
  ['depth 200,000', Buffer.from(deep(100_000)), 'too_deep'],
  ['depth 9', text((json) => json.replace('"temp_c":40', `"x":${deep(7)}`)), 'too_deep'],
  ['1 MB', Buffer.alloc(1_000_000, 0x61), 'too_large'],
  ['an object of 64 KiB and more', text((json) => json.replace('"temp_c":40', `"x":"${'a'.repeat(70_000)}"`)), 'too_large'],
  ['__proto__', text((json) => json.replace('"temp_c":40', '"__proto__":{"temp_c":1}')), 'forbidden_key'],
  ['an escaped __proto__', text((json) => json.replace('"temp_c":40', '"__proto\\u005f_":1')), 'forbidden_key'],
  ['a duplicate key', text((json) => json.replace('"temp_c":40', '"temp_c":40,"temp_c":41')), 'duplicate_key'],
  ['an unknown version', text((json) => json.replace('"v":1', '"v":2')), 'unknown_version'],
  ['a wrong type', text((json) => json.replace('"temp_c":40', '"temp_c":"40"')), 'not_as_agreed'],
  ['a boot of 33 characters', text((json) => json.replace('9f3c61d2a07b41e8', 'b'.repeat(33))), 'not_as_agreed'],
  ['65 fields', text((json) => json.replace('"m":{', `"m":{${Array.from({ length: 65 }, (_, i) => `"x${i}":1`).join(',')},`)), 'too_many_measures'],
  ['nothing', Buffer.alloc(0), 'not_json'],
  ['half a report', text((json) => json.slice(0, 100)), 'not_json'],
  ['a number', Buffer.from('42'), 'not_as_agreed'],
];
