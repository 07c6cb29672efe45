// What records are called and where they open, for lists that know them by kind and id only.
import { sql } from 'kysely';
import type { Db } from '../db/open.ts';

export interface RecordRef {
  readonly record_kind: string;
  readonly record_id: string;
}

interface Where {
  /** Table or join, with the column of the id and the one a person knows it by. */
  readonly from: string;
  readonly id: string;
  readonly name: string;
  readonly path?: string;
}

const plain = (from: string, name: string, path?: string): Where => ({ from, id: 'id', name, ...(path === undefined ? {} : { path }) });

const places: Readonly<Record<string, Where>> = {
  article: plain('articles', 'slug'),
  attachment: plain('attachments', 'name'),
  batch: plain('batches', 'code', '/catalog/batches/'),
  case: plain('cases', 'number', '/cases/'),
  checklist: plain('checklists', 'name_en', '/checklists/'),
  claim: plain('claims', 'number', '/claims/'),
  code: plain('codes', 'code'),
  contract: plain('contracts', 'code', '/catalog/contracts/'),
  customer: plain('customers', 'code', '/catalog/customers/'),
  device: { from: 'devices', id: 'device_id', name: 'device_id', path: '/devices/' },
  evidence_pack: plain('evidence_packs', 'title', '/evidence-packs/'),
  firmware: plain('firmwares', 'code', '/catalog/firmwares/'),
  import: plain('imports', 'file_name', '/imports/'),
  inspection: {
    from: 'inspections JOIN return_units ON return_units.id = inspections.return_unit_id JOIN units ON units.id = return_units.unit_id',
    id: 'inspections.id',
    name: 'serial',
    path: '/inspections/',
  },
  investigation: plain('investigations', 'number', '/investigations/'),
  known_issue: plain('known_issues', 'number', '/known-issues/'),
  maker: plain('makers', 'code', '/catalog/makers/'),
  model: plain('models', 'code', '/catalog/models/'),
  notice: plain('notices', 'number', '/notices/'),
  partner: plain('partners', 'code', '/catalog/partners/'),
  purchase_order: plain('purchase_orders', 'number', '/purchase-orders/'),
  return: plain('returns', 'number', '/returns/'),
  return_unit: {
    from: 'return_units JOIN units ON units.id = return_units.unit_id',
    id: 'return_units.id',
    name: 'serial',
    path: '/return-units/',
  },
  signal: plain('signals', 'code', '/signals/'),
  site: plain('sites', 'code', '/catalog/sites/'),
  test_record: plain('test_records', 'number', '/test-records/'),
  test_template: plain('test_templates', 'code'),
  token: plain('tokens', 'name'),
  unit: plain('units', 'serial', '/units/'),
  user: plain('users', 'name'),
  webhook: plain('webhooks', 'url', '/webhooks/'),
};

/** Where the record opens, or null when it has no page of its own. */
export const pathOf = ({ record_kind, record_id }: RecordRef): string | null => {
  const path = places[record_kind]?.path;
  return path === undefined ? null : `${path}${encodeURIComponent(record_id)}`;
};

/** What each record is called, by its id. Those without a name are missing. One look-up by key per kind. */
export async function namesOf(db: Db, refs: readonly RecordRef[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [kind, where] of Object.entries(places)) {
    const ids = [...new Set(refs.filter(({ record_kind }) => record_kind === kind).map(({ record_id }) => record_id))];
    if (ids.length === 0) continue;
    const { rows } = await sql<{ id: string; name: string }>`
      SELECT ${sql.raw(where.id)} AS id, ${sql.raw(where.name)} AS name FROM ${sql.raw(where.from)} WHERE ${sql.raw(where.id)} IN (${sql.join(ids)})
    `.execute(db);
    for (const { id, name } of rows) names.set(id, name);
  }
  return names;
}
