// What people and programs may ask of the telemetry side.
import { z } from 'zod';
import { DEVICE_ID } from './payload.ts';

export const DeviceId = z.string().regex(DEVICE_ID);

export const CommandDevice = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('resend'), from_seq: z.int().min(0), to_seq: z.int().min(0) }),
  z.strictObject({ name: z.literal('diagnose') }),
  z.strictObject({ name: z.literal('restart') }),
]);
export type CommandDevice = z.infer<typeof CommandDevice>;

export const deviceKinds = ['online', 'silent', 'offline', 'unknown', 'never_seen'] as const;
export type DeviceKind = (typeof deviceKinds)[number];
export const DeviceFilter = z.object({ kind: z.enum(deviceKinds).optional(), q: z.string().max(64).optional() });
export type DeviceFilter = z.infer<typeof DeviceFilter>;

/** Days of history a device page shows. */
export const historyLengths = [90, 365, 1095] as const;
export const HistoryQuery = z.object({ days: z.coerce.number().pipe(z.literal(historyLengths)).default(90) });

export const quarantineStates = ['open', 'waiting', 'replayed'] as const;
export const QuarantineFilter = z.object({
  state: z.enum(quarantineStates).optional(),
  reason: z.string().max(64).optional(),
  device_id: z.string().max(64).optional(),
});
export type QuarantineFilter = z.infer<typeof QuarantineFilter>;

/** Which messages to replay: all of a reason, of a device, or both. */
export const ReplayMany = z
  .strictObject({ reason: z.string().min(1).max(64).optional(), device_id: DeviceId.optional() })
  .refine((input) => input.reason !== undefined || input.device_id !== undefined, { error: 'Name a reason or a device', path: ['reason'] });
export type ReplayMany = z.infer<typeof ReplayMany>;
