import { describe, expect, it } from 'vitest';
import { literalAddress, refusedAddress } from '../../src/outbox/reach.ts';
import { AddWebhook } from '../../src/webhook/webhooks.ts';

describe('where a webhook may reach', () => {
  it.each([
    // address              with private refused, with private allowed
    ['93.184.216.34', null, null],
    ['2606:2800:220:1::1', null, null],
    ['172.15.255.255', null, null],
    ['172.32.0.1', null, null],
    ['10.0.0.1', 'private', null],
    ['172.16.0.1', 'private', null],
    ['172.31.255.255', 'private', null],
    ['192.168.1.1', 'private', null],
    ['100.64.0.1', 'private', null],
    ['127.0.0.1', 'private', null],
    ['::1', 'private', null],
    ['fd12:3456::1', 'private', null],
    ['::ffff:192.168.0.1', 'private', null],
    ['169.254.169.254', 'never', 'never'],
    ['::ffff:169.254.169.254', 'never', 'never'],
    ['fe80::1', 'never', 'never'],
    ['fd00:ec2::254', 'never', 'never'],
    ['0.0.0.0', 'never', 'never'],
    ['::', 'never', 'never'],
    ['224.0.0.1', 'never', 'never'],
    ['255.255.255.255', 'never', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never', 'never'],
    ['2002:7f00:1::', 'never', 'never'],
  ] as const)('%s', (address, refused, allowed) => {
    const why = (reach: 'refuse' | 'allow') => refusedAddress(address, reach)?.[0] ?? null;
    const contains = (word: string | null) => (word === null ? null : expect.stringContaining(word));
    expect(why('refuse')).toEqual(contains(refused));
    expect(why('allow')).toEqual(contains(allowed));
  });

  it.each([
    ['http://127.1/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://[::1]:80/', '::1'],
    ['https://example.com/', null],
  ])('%s names %s', (url, address) => expect(literalAddress(url)).toBe(address));

  it.each(['http://169.254.169.254/latest/meta-data', 'http://[fe80::1]/', 'http://0/', 'ftp://example.com/', 'not a url'])('%s is not added at all', (url) =>
    expect(AddWebhook.safeParse({ url, events: ['*'] }).success).toBe(false),
  );
});
