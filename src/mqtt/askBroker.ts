// Whether an external broker answers, lets the ingester in, and would lose nothing: for `kizashi doctor`.
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import mqttPacket, { type IConnackPacket } from 'mqtt-packet';
import { messageOf } from '../core/messageOf.ts';

const ANSWER_WITHIN_MS = 5000;
/** mosquitto's defaults keep 20 messages in flight and 1,000 waiting, and drop the rest; the first it tells (MQTT 5 §3.2.2.3.3), and both are set together. */
const LEAST_IN_FLIGHT = 1000;

interface Address {
  readonly mqtt_url: string;
  readonly mqtt_username?: string | undefined;
  readonly mqtt_password?: string | undefined;
  readonly mqtt_ca?: string | undefined;
}

/** What is wrong with the broker, or null. It is asked under a name of its own, so that a running ingester keeps its session. */
export async function brokerTrouble(address: Address): Promise<string | null> {
  let socket: Socket | null = null;
  try {
    socket = dial(address);
    const { reasonCode = 0, properties } = await greet(socket, address);
    if (reasonCode !== 0) return `refuses MQTT_USERNAME and MQTT_PASSWORD with 0x${reasonCode.toString(16)}`;
    const inFlight = properties?.receiveMaximum ?? 65_535;
    return inFlight >= LEAST_IN_FLIGHT
      ? null
      : `keeps only ${inFlight} messages in flight: \`kizashi mosquitto <folder>\` writes a configuration that drops nothing`;
  } catch (error) {
    return messageOf(error);
  } finally {
    socket?.destroy();
  }
}

function dial({ mqtt_url, mqtt_ca }: Address): Socket {
  const { hostname, port, protocol } = new URL(mqtt_url);
  const secure = protocol === 'mqtts:';
  const to = { host: hostname, port: Number(port || (secure ? 8883 : 1883)) };
  return secure ? connectSecure({ ...to, servername: hostname, ...(mqtt_ca === undefined ? {} : { ca: readFileSync(mqtt_ca) }) }) : connectPlain(to);
}

function greet(socket: Socket, { mqtt_username, mqtt_password }: Address): Promise<IConnackPacket> {
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  socket.on('data', (chunk) => parser.parse(chunk));
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error(`gives no answer within ${ANSWER_WITHIN_MS / 1000} s`)));
  socket.write(
    mqttPacket.generate(
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean: true,
        clientId: `kizashi-doctor-${process.pid}`,
        keepalive: 30,
        ...(mqtt_username === undefined ? {} : { username: mqtt_username }),
        ...(mqtt_password === undefined ? {} : { password: Buffer.from(mqtt_password) }),
      },
      { protocolVersion: 5 },
    ),
  );
  return new Promise((resolve, reject) => {
    parser.on('packet', (packet) => (packet.cmd === 'connack' ? resolve(packet) : reject(new Error('speaks no MQTT'))));
    parser.on('error', () => reject(new Error('speaks no MQTT')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('hangs up')));
  });
}
