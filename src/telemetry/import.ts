// History from another system as CSV, long form: one row per device, instant and field. Rows of one device and instant become one report; the ingester takes
// the reports in like any backfill. Importing the same file twice adds nothing: the instant is the sequence number.
import { groupBy } from '../core/groupBy.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { insertMany } from '../db/insertMany.ts';
import { code, decimal, instant, required, text } from '../transfer/columns.ts';
import { type Change, defineKind, type GivenRow, type Judgement, type Planned } from '../transfer/kind.ts';
import { exportReports } from './exportReports.ts';
import { findField } from './fields.ts';
import { bootOf, type Imported, importedBefore } from './importedBefore.ts';
import { DEVICE_ID, Health, MAX_REPORTS_PER_MESSAGE } from './payload.ts';
import { TOPIC_ROOT } from './topic.ts';

const columns = { device_id: required(code(64)), ts: required(instant()), name: required(code(64)), value: required(text(200)) };
type Row = GivenRow<typeof columns>;
type Value = string | number | boolean;

/** What the rows of one device and instant say together; they may lie anywhere in the file. */
interface Report {
  readonly device_id: string;
  readonly ts: number;
  readonly m: Map<string, Value>;
  /** The row it is sent with. */
  last_row: number;
}

export const telemetryImport = defineKind<typeof columns, Report>({
  name: 'telemetry',
  label: ['Telemetry history', 'テレメトリー履歴'],
  permission: 'telemetry:write',
  exportPermission: 'telemetry:read',
  exported: (ctx) => exportReports(ctx.db),
  columns,
  begin: async (ctx, rows) => {
    const imported = await importedBefore(
      ctx,
      rows.map(({ cells }) => cells),
    );
    const reports = new Map<string, Report>();
    return {
      judge: async (_ctx, rows) => rows.map((row) => judgeRow(row, reports, imported)),
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
    };
  },
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

function judgeRow({ row_no, cells: { device_id, ts, name, value: cell } }: Row, reports: Map<string, Report>, imported: Imported): Judgement<Report> {
  const instant = `${device_id} ${new Date(ts).toISOString()}`;
  const key = `${instant} ${name}`;
  const wrong = (column: string, en: string, ja: string): Judgement<Report> => ({ result: 'error', key, errors: [{ column, words: [en, ja] }] });
  if (!DEVICE_ID.test(device_id)) return wrong('device_id', 'Not a device id: letters, digits, _ and - only', 'デバイスIDは英数字と _ - のみです');
  const value = readValue(name, cell);
  const fits = value !== null && Health.safeParse({ v: 1, boot: 'import', seq: 0, ts, m: { [name]: value } }).success;
  if (!fits || value === null) return wrong('value', `Not a value of ${name}: ${cell}`, `${name} の値として正しくありません: ${cell}`);
  const before = imported(device_id, ts);
  // Beyond retention nothing is left to compare with.
  if (before === 'dropped' || before?.[name] === value) return { result: 'same', key };
  if (before !== null) {
    const held = Object.entries(before).map(([field, figure]) => `${field} ${figure}`);
    return wrong(
      before[name] === undefined ? 'name' : 'value',
      `An earlier import brought this instant with ${held.join(', ')}: a stored report is never changed`,
      `この時刻は以前の取り込みで保存済みです（${held.join('、')}）。保存済みのレポートは変更しません`,
    );
  }
  const report = reports.get(instant) ?? { device_id, ts, m: new Map<string, Value>(), last_row: row_no };
  reports.set(instant, report);
  const earlier = report.m.get(name);
  if (earlier === value) return { result: 'same', key };
  if (earlier !== undefined) return wrong('value', `An earlier row says ${earlier} for the same instant`, `同じ時刻の前の行では ${earlier} です`);
  report.m.set(name, value);
  report.last_row = row_no;
  return { result: 'create', key, plan: report };
}

function readValue(name: string, cell: string): Value | null {
  const known = findField(name);
  if (known?.kind === 'word') return cell;
  if (known?.kind === 'flag') return cell === '1' || cell.toLowerCase() === 'true' ? true : cell === '0' || cell.toLowerCase() === 'false' ? false : null;
  const number = decimal().read(cell);
  return typeof number === 'number' ? number : null;
}

/** The reports whose last row is in the batch; those of one device share messages. */
function* messagesOf(batch: readonly Planned<Report>[]): Generator<{ device_id: string; row_no: number; reports: object[] }> {
  const whole = batch.filter(({ row_no, plan }) => row_no === plan.last_row);
  for (const [device_id, ofDevice] of groupBy(whole, ({ plan }) => plan.device_id)) {
    ofDevice.sort((a, b) => a.plan.ts - b.plan.ts);
    for (let i = 0; i < ofDevice.length; i += MAX_REPORTS_PER_MESSAGE) {
      const some = ofDevice.slice(i, i + MAX_REPORTS_PER_MESSAGE);
      yield {
        device_id,
        row_no: some[0]?.row_no ?? 0,
        reports: some.map(({ plan: { ts, m } }) => ({ v: 1, boot: bootOf(ts), seq: ts, ts, synced: true, hist: true, m: Object.fromEntries(m) })),
      };
    }
  }
}
