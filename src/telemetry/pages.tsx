// Devices, one device's health, quarantine, and the health of the ingest itself.
import { z } from 'zod';
import { addDays } from '../core/time.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { ListQuery } from '../web/route.ts';
import { AwaitedView } from './awaitedView.tsx';
import { commandDevice } from './commandDevice.ts';
import { CredentialShown, DeviceView } from './deviceViews.tsx';
import { DeviceFilter, HistoryQuery, QuarantineFilter, ReplayMany } from './inputs.ts';
import { issueCredential, revokeCredential } from './issueCredential.ts';
import { QuarantinedMessage, QuarantineList } from './quarantineViews.tsx';
import {
  countDevices,
  countQuarantine,
  findDevice,
  findState,
  getAwaited,
  getQuarantined,
  listCommands,
  listDays,
  listDevices,
  listEvents,
  listGaps,
  listIngesters,
  listOutages,
  listPresence,
  listQuarantine,
  listSecurityEvents,
} from './queries.ts';
import { replayMany, replayOne } from './replay.ts';
import { DeviceList, IngestHealth } from './views.tsx';
import { words } from './words.ts';

export const telemetryPages = newPages();

const param = (c: AppContext, name: string): string => c.req.param(name) ?? '';

page(telemetryPages, '/devices', 'telemetry:read', async (c) => {
  const { ctx } = c.var;
  const query = readQuery(c, ListQuery.extend(DeviceFilter.shape));
  const [devices, counts] = await Promise.all([listDevices(ctx, query, query), countDevices(ctx)]);
  return show(c, { title: words(c.var.locale).devices, nav: '/devices' }, <DeviceList c={c} devices={devices} counts={counts} filter={query} />);
});

page(telemetryPages, '/devices/:device_id', 'telemetry:read', async (c) => {
  const { ctx } = c.var;
  const device_id = param(c, 'device_id');
  const device = await findDevice(ctx, device_id);
  if (device === undefined) return show(c, { title: device_id, nav: '/devices' }, <AwaitedView c={c} device={await getAwaited(ctx, device_id)} />);
  const { device_no } = device;
  const { days: length } = readQuery(c, HistoryQuery);
  const [state, days, events, presence, gaps, commands] = await Promise.all([
    findState(ctx, device_no),
    listDays(ctx, device_no, addDays(today(ctx), -length), today(ctx)),
    listEvents(ctx, device_no),
    listPresence(ctx, device_no),
    listGaps(ctx, device_no),
    listCommands(ctx, device_id),
  ]);
  return show(
    c,
    { title: device_id, nav: '/devices' },
    <DeviceView c={c} device={device} state={state} length={length} days={days} events={events} presence={presence} gaps={gaps} commands={commands} />,
  );
});

action(telemetryPages, '/devices/:device_id/credential', 'telemetry:write', async (c) => {
  const credential = await issueCredential(c.var.ctx, param(c, 'device_id'));
  c.header('Cache-Control', 'no-store');
  return show(c, { title: words(c.var.locale).credential, nav: '/devices' }, <CredentialShown c={c} {...credential} />);
});

action(telemetryPages, '/devices/:device_id/credential-revocation', 'telemetry:write', async (c) => {
  await revokeCredential(c.var.ctx, param(c, 'device_id'));
  return seeOther(c, `/devices/${param(c, 'device_id')}`, words(c.var.locale).revoked);
});

action(telemetryPages, '/devices/:device_id/commands', 'device:command', async (c) => {
  await readForm(c, z.object({ name: z.literal('diagnose') }));
  await commandDevice(c.var.ctx, param(c, 'device_id'), { name: 'diagnose' });
  return seeOther(c, `/devices/${param(c, 'device_id')}`, words(c.var.locale).command_sent);
});

page(telemetryPages, '/quarantine', 'telemetry:read', async (c) => {
  const query = readQuery(c, ListQuery.extend(QuarantineFilter.shape));
  const [rows, reasons] = await Promise.all([listQuarantine(c.var.ctx, query, query), countQuarantine(c.var.ctx)]);
  return show(c, { title: words(c.var.locale).quarantine, nav: '/devices' }, <QuarantineList c={c} rows={rows} reasons={reasons} filter={query} />);
});

page(telemetryPages, '/quarantine/:id', 'telemetry:read', async (c) => {
  const row = await getQuarantined(c.var.ctx, param(c, 'id'));
  return show(c, { title: words(c.var.locale).quarantine, nav: '/devices' }, <QuarantinedMessage c={c} row={row} />);
});

action(telemetryPages, '/quarantine/:id/replay', 'telemetry:write', async (c) => {
  await replayOne(c.var.ctx, param(c, 'id'));
  return seeOther(c, `/quarantine/${param(c, 'id')}`, words(c.var.locale).replay_asked);
});

action(telemetryPages, '/quarantine/replays', 'telemetry:write', async (c) => {
  await replayMany(c.var.ctx, await readForm(c, ReplayMany));
  return seeOther(c, '/quarantine', words(c.var.locale).replay_asked);
});

page(telemetryPages, '/ingest', 'telemetry:read', async (c) => {
  const [ingesters, security, outages] = await Promise.all([listIngesters(c.var.ctx), listSecurityEvents(c.var.ctx), listOutages(c.var.ctx)]);
  return show(c, { title: words(c.var.locale).ingest, nav: '/devices' }, <IngestHealth c={c} ingesters={ingesters} security={security} outages={outages} />);
});
