// /devices, /quarantine and /ingest.
import { createRoute, z } from '@hono/zod-openapi';
import { addDays } from '../core/time.ts';
import { today } from '../db/ctx.ts';
import { answers, body, DayText, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import {
  CommandJson,
  commandJson,
  DayJson,
  DeviceDetailJson,
  DeviceJson,
  dayJson,
  deviceJson,
  QuarantineDetailJson,
  QuarantineJson,
  quarantineJson,
  ReportJson,
  reportJson,
  stateJson,
  textOf,
} from './answers.ts';
import { commandDevice } from './commandDevice.ts';
import { CommandDevice, DeviceFilter, DeviceId, QuarantineFilter, ReplayMany } from './inputs.ts';
import { issueCredential, revokeCredential } from './issueCredential.ts';
import {
  findDevice,
  findState,
  getAwaited,
  getQuarantined,
  heardDevice,
  isFlapping,
  listCommands,
  listDays,
  listDevices,
  listedAwaited,
  listIngesters,
  listPresence,
  listQuarantine,
  listReports,
} from './queries.ts';
import { replayMany, replayOne } from './replay.ts';
import { askWith, readSeries } from './reports.ts';

export const telemetryApi = newApi();

const tags = ['Devices'];
const DeviceParam = z.object({ device_id: DeviceId.openapi({ param: { name: 'device_id', in: 'path' } }) });
const Period = z.object({ from_on: DayText.optional(), to_on: DayText.optional() });
const DAYS_SHOWN = 90;
const POINTS = 5000;

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices',
    tags,
    summary: 'List devices',
    ...gated('telemetry:read'),
    request: { query: ListQuery.extend(DeviceFilter.shape) },
    responses: { 200: answers(pageOf(DeviceJson)), ...problems },
  }),
  async (c) => {
    const { ctx } = c.var;
    const query = c.req.valid('query');
    const page = await listDevices(ctx, query, query);
    return c.json({ ...page, items: page.items.map((device) => deviceJson(device, ctx.now)) }, 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices/{device_id}',
    tags,
    summary: 'One device and its latest state',
    ...gated('telemetry:read'),
    request: { params: DeviceParam },
    responses: { 200: answers(DeviceDetailJson), ...problems },
  }),
  async (c) => {
    const { ctx } = c.var;
    const { device_id } = c.req.valid('param');
    const device = await findDevice(ctx, device_id);
    if (device === undefined) {
      const awaited = deviceJson(listedAwaited(await getAwaited(ctx, device_id)), ctx.now);
      return c.json({ ...awaited, flapping: false, state: null }, 200);
    }
    const [state, presence] = await Promise.all([findState(ctx, device.device_no), listPresence(ctx, device.device_no)]);
    return c.json({ ...deviceJson(device, ctx.now), flapping: isFlapping(presence, ctx.now), state: stateJson(state) }, 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'post',
    path: '/devices/{device_id}/credential',
    tags,
    summary: 'Issue a credential: shown once, it replaces the one before',
    ...gated('telemetry:write'),
    request: { params: DeviceParam },
    responses: { 201: answers(z.object({ username: z.string(), password: z.string() })), ...problems },
  }),
  async (c) => c.json(await issueCredential(c.var.ctx, c.req.valid('param').device_id), 201),
);

telemetryApi.openapi(
  createRoute({
    method: 'delete',
    path: '/devices/{device_id}/credential',
    tags,
    summary: 'Revoke the credential',
    ...gated('telemetry:write'),
    request: { params: DeviceParam },
    responses: { 204: { description: 'Revoked' }, ...problems },
  }),
  async (c) => {
    await revokeCredential(c.var.ctx, c.req.valid('param').device_id);
    return c.body(null, 204);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices/{device_id}/reports',
    tags,
    summary: 'Raw reports, newest arrival first',
    ...gated('telemetry:read'),
    request: { params: DeviceParam, query: ListQuery.pick({ limit: true, cursor: true }) },
    responses: { 200: answers(pageOf(ReportJson)), ...problems },
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const device = await heardDevice(c.var.ctx, c.req.valid('param').device_id);
    if (device === null) return c.json({ items: [], next_cursor: null }, 200);
    const { items, next } = await listReports(c.var.ctx, device, limit, cursor === undefined ? undefined : Number(cursor) || 0);
    return c.json({ items: items.map(reportJson), next_cursor: next === null ? null : String(next) }, 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices/{device_id}/days',
    tags,
    summary: 'Daily roll-ups',
    ...gated('telemetry:read'),
    request: { params: DeviceParam, query: Period },
    responses: { 200: answers(pageOf(DayJson)), ...problems },
  }),
  async (c) => {
    const { ctx } = c.var;
    const device = await heardDevice(ctx, c.req.valid('param').device_id);
    if (device === null) return c.json({ items: [], next_cursor: null }, 200);
    const { from_on = addDays(today(ctx), -DAYS_SHOWN), to_on = today(ctx) } = c.req.valid('query');
    return c.json({ items: (await listDays(ctx, device.device_no, from_on, to_on)).map(dayJson), next_cursor: null }, 200);
  },
);

const Series = z.object({ at: z.array(z.int()), series: z.record(z.string(), z.array(z.number().nullable())) });
telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices/{device_id}/series',
    tags,
    summary: 'Fields of the raw reports of the last hours, for charts; `at` in epoch milliseconds',
    ...gated('telemetry:read'),
    request: { params: DeviceParam, query: z.object({ fields: z.string().max(500), hours: z.coerce.number().int().min(1).max(336).default(48) }) },
    responses: { 200: answers(Series), ...problems },
  }),
  async (c) => {
    const { ctx } = c.var;
    const { fields, hours } = c.req.valid('query');
    const device = await heardDevice(ctx, c.req.valid('param').device_id);
    if (device === null) return c.json({ at: [], series: {} }, 200);
    return c.json(await readSeries(askWith(ctx.db), device, fields.split(','), ctx.now - hours * 3_600_000, POINTS), 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/devices/{device_id}/commands',
    tags,
    summary: 'Commands and replies',
    ...gated('telemetry:read'),
    request: { params: DeviceParam },
    responses: { 200: answers(pageOf(CommandJson)), ...problems },
  }),
  async (c) => {
    const { device_id } = c.req.valid('param');
    await heardDevice(c.var.ctx, device_id);
    return c.json({ items: (await listCommands(c.var.ctx, device_id)).map(commandJson), next_cursor: null }, 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'post',
    path: '/devices/{device_id}/commands',
    tags,
    summary: 'Send a command',
    ...gated('device:command'),
    request: { params: DeviceParam, body: body(CommandDevice) },
    responses: { 201: answers(CommandJson), ...problems },
  }),
  async (c) => c.json(commandJson(await commandDevice(c.var.ctx, c.req.valid('param').device_id, c.req.valid('json'))), 201),
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/quarantine',
    tags,
    summary: 'Messages that could not be accepted',
    ...gated('telemetry:read'),
    request: { query: ListQuery.extend(QuarantineFilter.shape) },
    responses: { 200: answers(pageOf(QuarantineJson)), ...problems },
  }),
  async (c) => {
    const query = c.req.valid('query');
    const page = await listQuarantine(c.var.ctx, query, query);
    return c.json({ ...page, items: page.items.map(quarantineJson) }, 200);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/quarantine/{id}',
    tags,
    summary: 'One message with its bytes',
    ...gated('telemetry:read'),
    request: { params: IdParam },
    responses: { 200: answers(QuarantineDetailJson), ...problems },
  }),
  async (c) => {
    const { payload, ...row } = await getQuarantined(c.var.ctx, c.req.valid('param').id);
    return c.json(
      { ...quarantineJson({ ...row, size_bytes: payload.length }), payload_base64: Buffer.from(payload).toString('base64'), payload_text: textOf(payload) },
      200,
    );
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'post',
    path: '/quarantine/{id}/replay',
    tags,
    summary: 'Take a message in again',
    ...gated('telemetry:write'),
    request: { params: IdParam },
    responses: { 202: answers(QuarantineJson, 'Accepted; the outcome follows within seconds'), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await replayOne(c.var.ctx, id);
    const { payload, ...row } = await getQuarantined(c.var.ctx, id);
    return c.json(quarantineJson({ ...row, size_bytes: payload.length }), 202);
  },
);

telemetryApi.openapi(
  createRoute({
    method: 'post',
    path: '/quarantine/replays',
    tags,
    summary: 'Take in again all messages of a reason or a device',
    ...gated('telemetry:write'),
    request: { body: body(ReplayMany) },
    responses: { 202: answers(z.object({ messages: z.int() })), ...problems },
  }),
  async (c) => c.json({ messages: await replayMany(c.var.ctx, c.req.valid('json')) }, 202),
);

telemetryApi.openapi(
  createRoute({
    method: 'get',
    path: '/ingest',
    tags,
    summary: 'What the ingesters say of themselves',
    ...gated('telemetry:read'),
    responses: { 200: answers(z.object({ items: z.array(z.record(z.string(), z.unknown())) })), ...problems },
  }),
  async (c) => c.json({ items: (await listIngesters(c.var.ctx)).map(({ ingester, status }) => ({ ingester, ...JSON.parse(status) })) }, 200),
);
