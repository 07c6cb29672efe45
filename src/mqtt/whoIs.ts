// Who is at the other end of a connection: by its certificate, otherwise by user name and password, which must be the device's own.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { IConnectPacket } from 'mqtt-packet';
import { DEVICE_ID } from '../telemetry/payload.ts';
import type { Proof, SignIns } from './signIns.ts';

/** `device_id` is the device's own name only when it is proved. */
export async function whoIs(socket: Socket, { username, password }: IConnectPacket, signIns: SignIns): Promise<{ device_id: string; proof: Proof }> {
  const certified = certifiedName(socket);
  if (certified !== null) return { device_id: certified, proof: username === undefined || username === certified ? 'proved' : 'wrong' };
  if (username === undefined || password === undefined || !DEVICE_ID.test(username)) return { device_id: '', proof: 'wrong' };
  return { device_id: username, proof: await signIns.prove(username, password.toString(), socket.remoteAddress ?? '') };
}

/** The device that the certificate names, when an authority we trust signed it. */
function certifiedName(socket: Socket): string | null {
  if (!('authorized' in socket) || socket.authorized !== true) return null;
  // `authorized` exists on TLS sockets only.
  const name = (socket as TLSSocket).getPeerCertificate().subject?.CN;
  return typeof name === 'string' && DEVICE_ID.test(name) ? name : null;
}
