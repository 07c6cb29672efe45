// Alerts, signals and silences as they leave over the API.
import { z } from '@hono/zod-openapi';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { DayText, Instant } from '../web/route.ts';
import { evidenceOf, leadOf, type NamedAlert } from './queries.ts';
import type { SignalRow, SilenceRow } from './table.ts';

const text = z.string().nullable();
const count = z.number().nullable();
const Excess = z.object({ kind: z.string(), value: z.string(), observed: z.number(), expected: z.number(), ratio: count, p_value: count });

const RollOut = z.object({
  firmware: z.string(),
  started_on: DayText,
  upgraded: z.int(),
  e_value: z.number(),
  threshold: z.number(),
  treated: z.number(),
  treated_expected: z.number(),
  control: z.number(),
  control_expected: z.number(),
});

export const AlertJson = z
  .object({
    id: z.string(),
    kind: z.enum(['cohort', 'platform']),
    model_id: text,
    model_code: text,
    hw_rev: text,
    batch_id: text,
    batch_code: text,
    firmware_id: text,
    firmware: text,
    signal: z.string(),
    state: z.enum(['open', 'acknowledged', 'investigating', 'resolved', 'dismissed']),
    level: z.enum(['watch', 'alert', 'act_now']),
    raised_on: DayText,
    started_on: DayText,
    /** Before raised_on where the history came at once. */
    level_reached_on: DayText.nullable(),
    last_above_on: DayText,
    statistic: z.number(),
    threshold: z.number(),
    observed: count,
    expected: count,
    ratio: count,
    ratio_ci_low: count,
    ratio_ci_high: count,
    fleet_factor: count,
    devices: count,
    most_by_device: count,
    most_by_site: count,
    statistic_without_top_device: count,
    statistic_without_top_site: count,
    by_signal: z.array(z.object({ signal: z.string(), statistic: z.number() })),
    excess: z.array(Excess),
    rollout: RollOut.nullable(),
    lead_days_to_report: count,
    lead_days_to_return: count,
    first_report_on: text,
    first_return_on: text,
    silenced: z.boolean(),
    acknowledged_by: text,
    acknowledged_at: Instant.nullable(),
    investigation_id: text,
    closed_by: text,
    closed_at: Instant.nullable(),
    reason: text,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Alert');

export function alertJson(alert: NamedAlert): z.output<typeof AlertJson> {
  const evidence = evidenceOf(alert);
  const lead = leadOf(alert);
  const { shares } = evidence;
  return {
    id: alert.id,
    kind: alert.kind,
    model_id: alert.model_id,
    model_code: alert.model_code,
    hw_rev: alert.hw_rev,
    batch_id: alert.batch_id,
    batch_code: alert.batch_code,
    firmware_id: alert.firmware_id,
    firmware: alert.firmware_code,
    signal: alert.signal,
    state: alert.state,
    level: alert.level,
    raised_on: alert.raised_on,
    started_on: alert.started_on,
    level_reached_on: evidence.crossed_on ?? null,
    last_above_on: alert.last_above_on,
    statistic: alert.statistic,
    threshold: alert.threshold,
    observed: evidence.observed ?? null,
    expected: evidence.expected ?? null,
    ratio: evidence.ratio ?? null,
    ratio_ci_low: evidence.ratio_low ?? null,
    ratio_ci_high: evidence.ratio_high ?? null,
    fleet_factor: evidence.fleet_factor ?? null,
    devices: shares?.devices ?? null,
    most_by_device: shares?.most_by_device ?? null,
    most_by_site: shares?.most_by_site ?? null,
    statistic_without_top_device: shares?.without_top_device ?? null,
    statistic_without_top_site: shares?.without_top_site ?? null,
    by_signal: [...(evidence.by_signal ?? [])],
    excess: [...(evidence.excess ?? [])],
    rollout: evidence.rollout ?? null,
    lead_days_to_report: lead.report,
    lead_days_to_return: lead.return,
    first_report_on: alert.first_report_on,
    first_return_on: alert.first_return_on,
    silenced: alert.silenced_at !== null,
    acknowledged_by: alert.acknowledged_by,
    acknowledged_at: rfc3339OrNull(alert.acknowledged_at),
    investigation_id: alert.investigation_id,
    closed_by: alert.closed_by,
    closed_at: rfc3339OrNull(alert.closed_at),
    reason: alert.reason,
    created_at: rfc3339(alert.created_at),
    updated_at: rfc3339(alert.updated_at),
    version: alert.version,
  };
}

export const UnitJson = z.object({ unit_id: z.string(), serial: z.string(), customer_id: text, customer_name: text, site_name: text });
export const AlertDetail = AlertJson.extend({
  affected_count: z.int(),
  at_risk_count: z.int(),
  affected_units: z.array(UnitJson),
  units_at_risk: z.array(UnitJson),
}).openapi('AlertDetail');

export const SignalJson = z
  .object({
    id: z.string(),
    code: z.string(),
    name_en: z.string(),
    name_ja: z.string(),
    kind: z.enum(['device', 'network']),
    measure: z.string(),
    threshold: z.number(),
    prior_per_1000_device_days: z.number(),
    heterogeneity_shape: z.number(),
    dispersion: z.number(),
    retired_at: Instant.nullable(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Signal');

export const signalJson = (row: SignalRow): z.output<typeof SignalJson> => ({
  ...row,
  retired_at: rfc3339OrNull(row.retired_at),
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

export const SilenceJson = z
  .object({
    id: z.string(),
    model_id: text,
    signal: text,
    from_on: DayText,
    to_on: DayText,
    reason: z.string(),
    created_by: z.string(),
    created_at: Instant,
    ended_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('Silence');

export const silenceJson = (row: SilenceRow): z.output<typeof SilenceJson> => ({
  ...row,
  created_at: rfc3339(row.created_at),
  ended_at: rfc3339OrNull(row.ended_at),
});

export const BacktestJson = z
  .object({
    from_on: DayText,
    to_on: DayText,
    episodes: z.int(),
    device_days: z.int(),
    alerts: z.array(
      z.object({ raised_on: DayText, model_id: z.string(), model_code: z.string(), started_on: DayText, observed: z.number(), expected: z.number() }),
    ),
  })
  .openapi('Backtest');

export const LookalikesJson = z
  .object({
    signals: z.array(z.string()),
    items: z.array(z.object({ unit_id: z.string(), serial: z.string(), customer_name: text, signals: z.array(z.string()), last_on: DayText })),
    next_cursor: z.string().nullable(),
  })
  .openapi('Lookalikes');
