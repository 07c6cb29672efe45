// Where a webhook may reach. Whoever adds one must not make the server speak to what only the server can reach: addresses are judged when the connection is made, by what
// the name means at that moment, so that a name that changes its meaning after the check (DNS rebinding) gains nothing.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Bilingual } from '../core/words.ts';

/** WEBHOOK_PRIVATE: whether loopback and private networks may be reached. */
export type PrivateReach = 'refuse' | 'allow';

/** Never: this host unnamed, link-local addresses (cloud metadata lives there), multicast, reserved, and IPv6 that stands for an IPv4 address behind a translator. */
const NEVER = blockListOf(
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 3],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['64:ff9b::', 32],
  ['2001::', 32],
  ['2002::', 16],
);
/** RFC 1918, RFC 6598, RFC 4193 and loopback. */
const PRIVATE = blockListOf(['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['::1', 128], ['fc00::', 7]);

/** Why the address is out of reach, or null. Takes an IP address, not a name. */
export function refusedAddress(address: string, reach: PrivateReach): Bilingual | null {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(address, family)) return [`Webhooks never go to ${address}`, `${address} へは Webhook を送信できません`];
  if (reach === 'refuse' && PRIVATE.check(address, family))
    return [`${address} is a private address; WEBHOOK_PRIVATE=allow permits them`, `${address} は内部アドレスです（WEBHOOK_PRIVATE=allow で許可）`];
  return null;
}

/** The IP address a URL names outright, or null when it names a host. `new URL` has already turned 127.1, 0x7f000001 and the like into the usual form. */
export function literalAddress(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}

export class OutOfReach extends Error {}

/** Throws OutOfReach for a URL that names an address out of reach. */
export function refuseLiteral(url: string, reach: PrivateReach): void {
  const address = literalAddress(url);
  const refused = address === null ? null : refusedAddress(address, reach);
  if (refused !== null) throw new OutOfReach(refused[0]);
}

/** `lookup` for a connection: fails with OutOfReach when any address of the name is. */
export const reachableLookup =
  (reach: PrivateReach): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses: LookupAddress[] = found ?? [];
      const refused = addresses.map(({ address }) => refusedAddress(address, reach)).find((why) => why !== null) ?? null;
      if (error !== null) done(error, '', 0);
      else if (refused !== null) done(new OutOfReach(refused[0]), '', 0);
      else if (options.all === true) done(null, addresses);
      else done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
    });
  };

function blockListOf(...subnets: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
