// Environment → Config. The only reader of process.env.
import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { zoneNamed } from './core/formats.ts';

const port = z.coerce.number('must be a port, 0 to 65535').int().min(0).max(65_535);
const file = z.string().refine(isReadable, 'is not a file that can be read');

const zone = z.string().refine((name) => zoneNamed(name) !== undefined, 'must be an IANA time zone such as Asia/Tokyo');

const Environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<file> or postgres://…')
    .default('sqlite:./data/kizashi.db'),
  HTTP_PORT: port.default(8080),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  MQTT_PORT: port.default(1883),
  MQTT_HOST: z.string().min(1).default('127.0.0.1'),
  MQTT_URL: z
    .string()
    .regex(/^mqtts?:\/\/.+$/, 'must be mqtt://host[:port] or mqtts://host[:port]')
    .optional(),
  MQTT_USERNAME: z.string().optional(),
  MQTT_PASSWORD: z.string().optional(),
  MQTT_CA: file.optional(),
  MQTT_TLS_CERT: file.optional(),
  MQTT_TLS_KEY: file.optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  TZ_BUSINESS: zone.default('Asia/Tokyo'),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be http://… or https://…' }).optional(),
  TLS_CERT: file.optional(),
  TLS_KEY: file.optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+$/, 'must be smtp://… or smtps://…')
    .optional(),
  MAIL_FROM: z.string().min(3).optional(),
  WEBHOOK_PRIVATE: z.enum(['refuse', 'allow']).default('refuse'),
  RAW_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(14),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

type Lowercased<T> = { readonly [K in keyof T as K extends string ? Lowercase<K> : never]: T[K] };
/** The settings of one process, named after their variables in lower case: `http_port`, `mqtt_url`, … */
export type Config = Lowercased<z.output<typeof Environment>>;

/** Throws an Error that names every wrong variable and what it must be. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const result = Environment.safeParse(given);
  const wrong = result.success ? pairErrors(result.data) : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!result.success || wrong.length > 0) throw new ConfigError(wrong);
  // The keys are those of Environment in lower case; Object.fromEntries forgets that.
  return Object.fromEntries(Object.entries(result.data).map(([key, value]) => [key.toLowerCase(), value])) as Config;
}

export class ConfigError extends Error {
  constructor(wrong: readonly string[]) {
    super(`Wrong settings in the environment:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Settings that make sense only together. */
function pairErrors(environment: z.output<typeof Environment>): string[] {
  const pairs = [
    ['TLS_CERT', 'TLS_KEY'],
    ['MQTT_TLS_CERT', 'MQTT_TLS_KEY'],
    ['SMTP_URL', 'MAIL_FROM'],
  ] as const;
  return pairs.flatMap(([a, b]) => ((environment[a] === undefined) === (environment[b] === undefined) ? [] : [`${a} and ${b}: set both or neither`]));
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
