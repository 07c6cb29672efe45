// Who a TLS connection is, by its certificate.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { DEVICE_ID } from '../telemetry/payload.ts';

/** The device that the certificate names, when an authority we trust signed it. */
export function certifiedName(socket: Socket): string | null {
  if (!('authorized' in socket) || socket.authorized !== true) return null;
  // `authorized` exists on TLS sockets only.
  const name = (socket as TLSSocket).getPeerCertificate().subject?.CN;
  return typeof name === 'string' && DEVICE_ID.test(name) ? name : null;
}
