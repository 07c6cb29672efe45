// Structured logs: JSON lines on standard error, readable lines on a terminal.
import { pino } from 'pino';

export type Log = ReturnType<typeof openLog>;

export const openLog = (level: string) =>
  process.stderr.isTTY
    ? pino({ level, transport: { target: 'pino-pretty', options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } } })
    : pino({ level }, pino.destination({ dest: 2, sync: true }));
