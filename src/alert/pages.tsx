// Alerts for people: the list, one alert with all it has to say, and the stream that keeps both live.
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { words as healthWords } from '../telemetry/healthWords.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Filters, Num, PageHead, Pager, Section, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { acknowledgeAlert, dismissAlert, resolveAlert } from './act.ts';
import { AlertActions } from './actions.tsx';
import { alertDeeds } from './bulk.tsx';
import { listComplaints } from './complaints.ts';
import { Acknowledge, CloseAlert } from './inputs.ts';
import { listen } from './live.ts';
import { cohortName, LevelBadge, leadText, StateBadge, signalName, signalNames } from './names.tsx';
import { countAlertUnits, evidenceOf, getAlert, leadOf, listAlerts, listAlertUnits, listCustomersAtRisk, type NamedAlert } from './queries.ts';
import { AlertFacts, Complaints, EpisodesChart, ExcessTable, RollOutTable, SignalTable } from './views.tsx';
import { levelWords, stateWords, words } from './words.ts';

export const alertPages = newPages();

const states = ['open', 'acknowledged', 'investigating', 'resolved', 'dismissed'] as const;
const levels = ['act_now', 'alert', 'watch'] as const;
const Query = ListQuery.extend({
  state: z.enum(states).optional(),
  level: z.enum(levels).optional(),
  unit_id: z.string().max(64).optional(),
  model_id: z.string().max(64).optional(),
  signal: z.string().max(40).optional(),
});

page(alertPages, '/alerts', 'alert:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, Query);
  const { items, next_cursor } = await listAlerts(c.var.ctx, query, query);
  const [stateLabels, levelLabels] = [stateWords(c.var.locale), levelWords(c.var.locale)];
  return show(
    c,
    { title: w.alerts, nav: '/alerts' },
    <>
      <PageHead title={w.alerts}>
        <a class="button" href="/signals">
          {w.signals}
        </a>{' '}
        <a class="button" href="/silences">
          {w.silences}
        </a>{' '}
        <a class="button" href="/lead-times">
          {w.scoreboard}
        </a>{' '}
        <a class="button" href="/learning/precursors">
          {w.precursors}
        </a>
      </PageHead>
      <Filters c={c}>
        <Select label={w.state} name="state" value={query.state} blank={w.all} options={states.map((value) => ({ value, label: stateLabels[value] }))} />
        <Select label={w.level} name="level" value={query.level} blank={w.all} options={levels.map((value) => ({ value, label: levelLabels[value] }))} />
      </Filters>
      <div id="alerts" data-live="/alerts/changes">
        <AlertTable c={c} items={items} />
      </div>
      <BulkBar c={c} deeds={alertDeeds} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

alertPages.route('/', bulkPages('/alerts', 'alert:write', alertDeeds));

function AlertTable({ c, items }: { c: AppContext; items: readonly NamedAlert[] }) {
  const w = words(c.var.locale);
  const number = (value: number | null | undefined, digits = 1) => <Num value={value ?? null} digits={digits} locale={c.var.locale} />;
  return (
    <Table
      c={c}
      caption={w.alerts}
      rows={items}
      {...(may(c.var.ctx.actor, 'alert:write') ? { choose: { id: (alert: NamedAlert) => alert.id, label: (alert: NamedAlert) => cohortName(c, alert) } } : {})}
      columns={[
        {
          head: w.level,
          cell: (alert) => (
            <>
              <LevelBadge c={c} level={alert.level} />
              {alert.silenced_at === null ? null : <Badge>{w.silenced}</Badge>}
            </>
          ),
        },
        { head: w.cohort, cell: (alert) => <a href={`/alerts/${alert.id}`}>{cohortName(c, alert)}</a> },
        { head: w.signal, cell: (alert) => signalName(c, alert) },
        { head: w.state, cell: (alert) => <StateBadge c={c} state={alert.state} /> },
        { head: w.observed, numeric: true, cell: (alert) => number(evidenceOf(alert).observed, 0) },
        { head: w.expected, numeric: true, cell: (alert) => number(evidenceOf(alert).expected) },
        { head: w.ratio_only, numeric: true, cell: (alert) => number(evidenceOf(alert).ratio) },
        { head: w.started_on, cell: (alert) => alert.started_on },
        { head: w.raised_on, sort: 'raised_on', cell: (alert) => alert.raised_on },
        { head: w.lead_short, numeric: true, cell: (alert) => leadText(c, leadOf(alert).return) },
      ]}
    />
  );
}

// Registered before /alerts/:id, which would match it.
page(alertPages, '/alerts/changes', 'alert:read', (c) =>
  streamSSE(c, async (stream) => {
    await new Promise<void>((resolve) => {
      const stop = listen((id) => void stream.writeSSE({ event: 'change', data: id }));
      const beat = setInterval(() => void stream.writeSSE({ event: 'beat', data: '' }), BEAT_MS);
      stream.onAbort(() => {
        stop();
        clearInterval(beat);
        resolve();
      });
    });
  }),
);

/** Keeps proxies from closing a quiet stream. */
const BEAT_MS = 25_000;

page(alertPages, '/alerts/:id', 'alert:read', async (c) => {
  const alert = await getAlert(c.var.ctx, c.req.param('id') ?? '');
  return show(
    c,
    { title: cohortName(c, alert), nav: '/alerts' },
    <>
      <PageHead
        title={cohortName(c, alert)}
        sub={
          <>
            {signalName(c, alert)} <LevelBadge c={c} level={alert.level} /> <StateBadge c={c} state={alert.state} /> {alert.reason}
          </>
        }
      >
        {alert.model_code === null || !may(c.var.ctx.actor, 'telemetry:read') ? null : (
          <a href={`/fleet-health?${new URLSearchParams({ model: alert.model_code })}`}>{healthWords(c.var.locale).fleet_health}</a>
        )}
      </PageHead>
      <AlertActions c={c} alert={alert} />
      <EpisodesChart c={c} alert={alert} />
      <AlertFacts c={c} alert={alert} />
      {alert.model_id === null ? null : await cohortParts(c, alert)}
    </>,
  );
});

/** What there is to say of a cohort, and not of the platform: where its excess is, who is hit and who is next. */
async function cohortParts(c: AppContext, alert: NamedAlert) {
  const w = words(c.var.locale);
  const { ctx } = c.var;
  const [nameOf, counts, affected, customers, complaints, batches] = await Promise.all([
    signalNames(c),
    countAlertUnits(ctx, alert.id),
    listAlertUnits(ctx, alert.id, 'affected'),
    listCustomersAtRisk(ctx, alert.id),
    listComplaints(ctx, alert),
    ctx.db.selectFrom('batches').select(['id', 'code']).where('model_id', '=', alert.model_id).execute(),
  ]);
  return (
    <>
      <RollOutTable c={c} alert={alert} />
      <ExcessTable c={c} alert={alert} names={new Map(batches.map((batch) => [batch.id, batch.code]))} />
      <SignalTable c={c} alert={alert} nameOf={nameOf} />
      <Complaints c={c} complaints={complaints} nameOf={nameOf} />
      <Section title={`${w.customers_at_risk} (${w.at_risk}: ${counts.at_risk})`}>
        <Table
          c={c}
          caption={w.customers_at_risk}
          rows={customers}
          columns={[
            { head: w.customer, cell: (row) => <a href={`/catalog/customers/${row.id}`}>{row.name}</a> },
            { head: w.units, numeric: true, cell: (row) => Number(row.units) },
          ]}
        />
      </Section>
      <Section title={`${w.affected} (${counts.affected})`}>
        <Table
          c={c}
          caption={w.affected}
          rows={affected}
          columns={[
            { head: w.serial, cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
            { head: w.customer, cell: (row) => row.customer_name ?? '' },
            { head: w.site, cell: (row) => row.site_name ?? '' },
          ]}
        />
      </Section>
    </>
  );
}

action(alertPages, '/alerts/:id/acknowledgement', 'alert:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await acknowledgeAlert(c.var.ctx, id, await readForm(c, Acknowledge));
  return seeOther(c, `/alerts/${id}`, words(c.var.locale).done_changed);
});

action(alertPages, '/alerts/:id/resolution', 'alert:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await resolveAlert(c.var.ctx, id, await readForm(c, CloseAlert));
  return seeOther(c, `/alerts/${id}`, words(c.var.locale).done_changed);
});

action(alertPages, '/alerts/:id/dismissal', 'alert:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await dismissAlert(c.var.ctx, id, await readForm(c, CloseAlert));
  return seeOther(c, `/alerts/${id}`, words(c.var.locale).done_changed);
});
