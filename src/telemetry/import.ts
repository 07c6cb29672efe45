// History from another system as CSV, long form: one row per device, instant and field. Rows of one device and instant become one report; the ingester takes
// the reports in like any backfill. Importing the same file twice adds nothing: the instant is the sequence number.
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { insertMany } from '../db/insertMany.ts';
import { code, decimal, instant, required, text } from '../transfer/columns.ts';
import { type Change, defineKind, type GivenRow, type Judgement, type Planned } from '../transfer/kind.ts';
import { IMPORTED_BOOT } from './accept.ts';
import { exportReports } from './exportReports.ts';
import { findField } from './fields.ts';
import { DEVICE_ID, Health, MAX_REPORTS_PER_MESSAGE } from './payload.ts';
import { TOPIC_ROOT } from './topic.ts';

const columns = { device_id: required(code(64)), ts: required(instant()), name: required(code(64)), value: required(text(200)) };
type Row = GivenRow<typeof columns>;
interface Plan {
  readonly device_id: string;
  readonly ts: number;
  readonly name: string;
  readonly value: string | number | boolean;
}

/** One boot a month: counters go on within it, and the lists of sequence numbers stay short. */
const bootOf = (ts: number): string => `${IMPORTED_BOOT}${new Date(ts).toISOString().slice(0, 7)}`;

export const telemetryImport = defineKind<typeof columns, Plan>({
  name: 'telemetry',
  label: ['Telemetry history', 'テレメトリー履歴'],
  permission: 'telemetry:write',
  exportPermission: 'telemetry:read',
  exported: (ctx) => exportReports(ctx.db),
  columns,
  begin: async () => ({
    judge: async (_ctx, rows) => rows.map(judgeRow),
    write: async (ctx, _import_id, batch) => {
      const messages = [...messagesOf(batch)];
      const rows = messages.map(({ device_id, reports }) => ({
        id: newId(ctx.now),
        topic: `${TOPIC_ROOT}${device_id}/backfill`,
        payload: Buffer.from(JSON.stringify(reports)),
        received_at: ctx.now,
      }));
      await insertMany(ctx.db, 'telemetry_inbox', rows);
      return rows.map((row, i): Change => ({ row_no: messages[i]?.row_no ?? 0, record_kind: 'telemetry_inbox', record_id: row.id, before: null }));
    },
  }),
  refuseUndo: async (ctx, import_id) => {
    const changes = await ctx.db.selectFrom('import_changes').select('record_id').where('import_id', '=', import_id).execute();
    const waiting = await ctx.db
      .selectFrom('telemetry_inbox')
      .select('id')
      .where('id', 'in', changes.map((change) => change.record_id).slice(0, 500))
      .execute();
    if (waiting.length < Math.min(500, changes.length))
      throw new Problem('conflict', ['Reports were already taken in; raw reports are never removed', 'レポートは取り込み済みです。生データは取り消せません']);
  },
  undo: async (ctx, _import_id, changes) => {
    for (const change of changes) await ctx.db.deleteFrom('telemetry_inbox').where('id', '=', change.record_id).execute();
  },
});

function judgeRow({ cells }: Row): Judgement<Plan> {
  const key = `${cells.device_id} ${new Date(cells.ts).toISOString()} ${cells.name}`;
  const wrong = (column: string, en: string, ja: string): Judgement<Plan> => ({ result: 'error', key, errors: [{ column, words: [en, ja] }] });
  if (!DEVICE_ID.test(cells.device_id)) return wrong('device_id', 'Not a device id: letters, digits, _ and - only', 'デバイスIDは英数字と _ - のみです');
  const value = readValue(cells.name, cells.value);
  const fits = value !== null && Health.safeParse({ v: 1, boot: 'import', seq: 0, ts: cells.ts, m: { [cells.name]: value } }).success;
  if (!fits || value === null)
    return wrong('value', `Not a value of ${cells.name}: ${cells.value}`, `${cells.name} の値として正しくありません: ${cells.value}`);
  return { result: 'create', key, plan: { device_id: cells.device_id, ts: cells.ts, name: cells.name, value } };
}

function readValue(name: string, cell: string): string | number | boolean | null {
  const known = findField(name);
  if (known?.kind === 'word') return cell;
  if (known?.kind === 'flag') return cell === '1' || cell.toLowerCase() === 'true' ? true : cell === '0' || cell.toLowerCase() === 'false' ? false : null;
  const number = decimal().read(cell);
  return typeof number === 'number' ? number : null;
}

/** Rows of one device and instant are one report, reports of one device share messages. */
function* messagesOf(batch: readonly Planned<Plan>[]): Generator<{ device_id: string; row_no: number; reports: object[] }> {
  const byDevice = new Map<string, Map<number, { row_no: number; m: Record<string, unknown> }>>();
  for (const { row_no, plan } of batch) {
    const instants = byDevice.get(plan.device_id) ?? new Map<number, { row_no: number; m: Record<string, unknown> }>();
    byDevice.set(plan.device_id, instants);
    const report = instants.get(plan.ts) ?? { row_no, m: {} };
    report.m[plan.name] = plan.value;
    instants.set(plan.ts, report);
  }
  for (const [device_id, instants] of byDevice) {
    const reports = [...instants].sort(([a], [b]) => a - b);
    for (let i = 0; i < reports.length; i += MAX_REPORTS_PER_MESSAGE) {
      const some = reports.slice(i, i + MAX_REPORTS_PER_MESSAGE);
      yield {
        device_id,
        row_no: some[0]?.[1].row_no ?? 0,
        reports: some.map(([ts, { m }]) => ({ v: 1, boot: bootOf(ts), seq: ts, ts, synced: true, hist: true, m })),
      };
    }
  }
}
