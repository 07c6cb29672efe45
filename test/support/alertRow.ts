// An open alert on a whole model as it lies in the store, for tests of what follows from one. What a test speaks of it names itself.
import type { AlertRow } from '../../src/alert/table.ts';
import { newId } from '../../src/core/id.ts';
import { NOW } from './eachDb.ts';

export const alertRow = (model_id: string, changes: Partial<AlertRow> = {}): AlertRow => ({
  id: newId(NOW),
  kind: 'cohort',
  model_id,
  hw_rev: null,
  batch_id: null,
  firmware_id: null,
  signal: 'brownouts',
  state: 'open',
  level: 'alert',
  raised_on: '2026-03-20',
  started_on: '2026-03-01',
  last_above_on: '2026-03-31',
  statistic: 40_000,
  threshold: 30_437.5,
  evidence: '{}',
  first_report_on: null,
  first_return_on: null,
  silenced_at: null,
  acknowledged_by: null,
  acknowledged_at: null,
  investigation_id: null,
  closed_by: null,
  closed_at: null,
  reason: null,
  created_at: NOW,
  updated_at: NOW,
  version: 1,
  ...changes,
});
