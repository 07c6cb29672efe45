// CSV `cases`: inquiries of another system, as events at the moments the file states. What the file does not say (messages, replies) stays unknown.
import { identifierKey } from '../core/identifier.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { code, identifier, instantIn, moment, oneOf, required, text, wholeNumber } from '../transfer/columns.ts';
import { type CellError, type Cells, type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import type { CaseSource } from './kinds.ts';
import { openCase } from './open.ts';
import { ownerFor } from './owner.ts';
import { type Draft, lockCases, recordEvents } from './record.ts';
import { named } from './rules.ts';
import type { CaseCodeRow, CaseRow } from './table.ts';

const channels = ['mail', 'chat', 'phone', 'partner', 'api'] as const;

const columns = {
  case_no: required(code(100)),
  opened_at: required(moment()),
  customer_code: code(),
  /** Not in the contract's list; decides when several units share the serial. */
  model_code: code(),
  serial: identifier(),
  channel: oneOf(channels),
  category: code(),
  cause: code(),
  owner: text(300),
  solved_at: moment(),
  rating: wholeNumber(1, 5),
};
type CaseColumns = typeof columns;
type CaseCells = Omit<Cells<CaseColumns>, 'opened_at' | 'solved_at'> & { readonly opened_at: number; readonly solved_at: number | null };

interface Facts {
  readonly customer_id: string | null;
  readonly unit_id: string | null;
  readonly category: CaseCodeRow | null;
  readonly cause: CaseCodeRow | null;
  readonly owner_id: string;
  readonly source: CaseSource;
}
type Plan =
  | { readonly kind: 'new'; readonly cells: CaseCells; readonly facts: Facts }
  | { readonly kind: 'update'; readonly cells: CaseCells; readonly facts: Facts; readonly case_id: string };

export const casesImport = defineKind<CaseColumns, Plan>({
  name: 'cases',
  label: ['Cases', '問い合わせ'],
  permission: 'case:write',
  columns,
  begin,
  refuseUndo,
  undo,
});

interface Known {
  readonly customers: ReadonlyMap<string, string>;
  readonly codes: ReadonlyMap<string, CaseCodeRow>;
  readonly people: ReadonlyMap<string, string>;
  readonly self: string | null;
  readonly seen: Map<string, number>;
  readonly zone: string;
}

async function begin(ctx: Ctx): Promise<ImportRun<CaseColumns, Plan>> {
  const customers = new Map((await ctx.db.selectFrom('customers').select(['id', 'code']).execute()).map((row) => [row.code, row.id]));
  const codes = new Map((await ctx.db.selectFrom('case_codes').selectAll().execute()).map((row) => [`${row.tree}/${row.code}`, row]));
  const users = await ctx.db.selectFrom('users').select(['id', 'email', 'name']).where('partner_id', 'is', null).where('disabled_at', 'is', null).execute();
  const people = new Map(
    users.flatMap(
      ({ id, email, name }) =>
        [
          [name, id],
          [email.toLowerCase(), id],
        ] as const,
    ),
  );
  const known: Known = { customers, codes, people, self: ctx.actor.kind === 'person' ? ctx.actor.id : null, seen: new Map(), zone: ctx.zone };
  return {
    judge: async (ctx, rows) => {
      // A case of another system has its number there; one of ours comes back from an export under our own.
      const numbers = rows.map(({ cells }) => cells.case_no);
      const cases = await ctx.db
        .selectFrom('cases')
        .selectAll()
        .where((row) => row.or([row('external_no', 'in', numbers), row('number', 'in', numbers)]))
        .execute();
      const keys = rows.flatMap(({ cells }) => (cells.serial === null ? [] : [identifierKey(cells.serial)]));
      const units =
        keys.length === 0
          ? []
          : await ctx.db
              .selectFrom('units')
              .innerJoin('models', 'models.id', 'units.model_id')
              .select(['units.id', 'units.serial_key', 'units.customer_id', 'models.code as model_code'])
              .where('serial_key', 'in', keys)
              .where('merged_into_id', 'is', null)
              .execute();
      return rows.map((row) => judge(row, known, cases, units));
    },
    write: async (ctx, _import_id, batch) => {
      const changes: Change[] = [];
      for (const planned of batch) changes.push(await write(ctx, planned));
      return changes;
    },
  };
}

function judge({ row_no, cells: given }: GivenRow<CaseColumns>, known: Known, cases: readonly CaseRow[], units: readonly CalledUnit[]): Judgement<Plan> {
  const errors: CellError[] = [];
  const solved_at = given.solved_at === null ? null : instantIn(given.solved_at, known.zone);
  const cells: CaseCells = { ...given, opened_at: instantIn(given.opened_at, known.zone), solved_at };
  const twice = known.seen.get(cells.case_no);
  if (twice === undefined) known.seen.set(cells.case_no, row_no);
  else errors.push({ column: 'case_no', words: [`Stands in row ${twice} already`, `${twice}行目と重複しています`] });
  if (cells.solved_at !== null && cells.solved_at < cells.opened_at) errors.push({ column: 'solved_at', words: ['Before opened_at', '受付日時より前です'] });
  const before = cases.find(({ external_no }) => external_no === cells.case_no) ?? cases.find(({ number }) => number === cells.case_no);
  const facts = factsOf(cells, before, known, units, errors);
  if (errors.length > 0) return { result: 'error', key: cells.case_no, errors };
  if (before === undefined) return { result: 'create', key: cells.case_no, plan: { kind: 'new', cells, facts } };
  const same =
    before.spam_at === null &&
    (cells.solved_at === null || before.solved_at === cells.solved_at) &&
    (cells.rating === null || before.rating === cells.rating) &&
    (facts.cause === null || before.cause_id === facts.cause.id) &&
    (facts.category === null || before.category_id === facts.category.id);
  return same ? { result: 'same', key: cells.case_no } : { result: 'update', key: cells.case_no, plan: { kind: 'update', cells, facts, case_id: before.id } };
}

function factsOf(cells: CaseCells, before: CaseRow | undefined, known: Known, units: readonly CalledUnit[], errors: CellError[]): Facts {
  const found = <T>(column: string, cell: string | null, value: T | undefined): T | null => {
    if (cell !== null && value === undefined) errors.push({ column, words: [`Not known: ${cell}`, `登録されていません: ${cell}`] });
    return value ?? null;
  };
  const customer_id = found('customer_code', cells.customer_code, known.customers.get(cells.customer_code ?? ''));
  const called = unitsCalled(cells, customer_id, units);
  if (called.length > 1) errors.push({ column: 'serial', words: ['Several units have this serial', '同じシリアルの個体が複数あります'] });
  const owner = found(
    'owner',
    cells.owner,
    cells.owner === null ? (known.self ?? undefined) : (known.people.get(cells.owner.toLowerCase()) ?? known.people.get(cells.owner)),
  );
  if (owner === null && cells.owner === null && before === undefined)
    errors.push({ column: 'owner', words: ['Name the owner: a program cannot own a case', '担当者を指定してください'] });
  return {
    customer_id,
    unit_id: found('serial', cells.serial, called[0]?.id),
    owner_id: owner ?? '',
    category: found('category', cells.category, known.codes.get(`category/${cells.category}`)),
    cause: found('cause', cells.cause, known.codes.get(`cause/${cells.cause}`)),
    source: cells.channel === null ? 'csv' : cells.channel === 'partner' ? 'partner_form' : cells.channel,
  };
}

interface CalledUnit {
  readonly id: string;
  readonly serial_key: string;
  readonly customer_id: string | null;
  readonly model_code: string;
}

/** Of several units with one serial, those of the model named, then those of the case's customer are meant. */
function unitsCalled({ serial, model_code }: CaseCells, customer_id: string | null, units: readonly CalledUnit[]): readonly CalledUnit[] {
  if (serial === null) return [];
  const key = identifierKey(serial);
  const called = units.filter((unit) => unit.serial_key === key && (model_code === null || unit.model_code === model_code));
  const theirs = called.filter((unit) => unit.customer_id === customer_id);
  return called.length > 1 && theirs.length > 0 ? theirs : called;
}

async function write(ctx: Ctx, { row_no, plan }: Planned<Plan>): Promise<Change> {
  const { cells, facts } = plan;
  if (plan.kind === 'update') {
    const row = await ctx.db.selectFrom('cases').selectAll().where('id', '=', plan.case_id).executeTakeFirstOrThrow();
    const back: Draft[] = row.spam_at === null ? [] : [{ kind: 'spam_unmarked', facts: { reason: 'imported again' } }];
    await recordEvents(ctx, row, [...back, ...stated(cells, facts)], await lockCases(ctx));
    return { row_no, record_kind: 'case', record_id: row.id, before: '{}' };
  }
  const row = await openCase(ctx, {
    type: 'trouble',
    source: facts.source,
    initiated_by: cells.channel === 'partner' ? 'partner' : 'customer',
    subject: facts.category === null ? cells.case_no : `${cells.case_no} ${named(facts.category, 'ja')}`,
    customer_id: facts.customer_id,
    unit_ids: facts.unit_id === null ? [] : [facts.unit_id],
    category_id: facts.category?.id ?? null,
    at: cells.opened_at,
    external_no: cells.case_no,
    also: stated(cells, facts),
  });
  return { row_no, record_kind: 'case', record_id: row.id, before: null };
}

/** What the row says happened; the keys keep a row imported twice from happening twice. */
function stated(cells: CaseCells, { owner_id, category, cause }: Facts): Draft[] {
  const at = cells.opened_at;
  const key = (what: string): string => `csv:${cells.case_no}:${what}`;
  const last = cells.solved_at ?? at;
  return [
    {
      kind: 'triaged',
      at,
      facts: { owner_id, ...(category === null ? {} : { category_id: category.id }) },
      source_key: key(`owner:${owner_id}:${category?.id ?? ''}`),
    },
    ...(cells.solved_at === null
      ? []
      : [{ kind: 'solved' as const, visibility: 'public' as const, at: last, facts: {}, source_key: key(`solved:${cells.solved_at}`) }]),
    ...(cause === null ? [] : [{ kind: 'described' as const, at: last, facts: { cause_id: cause.id }, source_key: key(`cause:${cause.id}`) }]),
    ...(cells.rating === null
      ? []
      : [
          {
            kind: 'rated' as const,
            visibility: 'public' as const,
            by_kind: 'customer' as const,
            at: last,
            facts: { rating: cells.rating },
            source_key: key(`rating:${cells.rating}`),
          },
        ]),
  ];
}

/** Throws `conflict` when somebody worked on an imported case since. */
async function refuseUndo(ctx: Ctx, import_id: string): Promise<void> {
  const worked = await ctx.db
    .selectFrom('import_changes')
    .innerJoin('case_events', 'case_events.case_id', 'import_changes.record_id')
    .select('case_events.case_id')
    .where('import_changes.import_id', '=', import_id)
    .where('import_changes.record_kind', '=', 'case')
    .where('case_events.source_key', 'is', null)
    .where('case_events.kind', 'not in', ['opened', 'unit_linked', 'spam_marked', 'spam_unmarked'])
    .executeTakeFirst();
  if (worked !== undefined)
    throw new Problem('conflict', ['Somebody worked on a case of this import', '取り込み後に対応された問い合わせがあります'], {
      blocking: `/api/v1/cases/${worked.case_id}`,
    });
}

/** Events are never removed: a case taken back is laid aside and counts nowhere; imported again it comes back. Updates stay as they are, being events of that system. */
async function undo(ctx: Ctx, _import_id: string, changes: readonly Change[]): Promise<void> {
  for (const { record_id } of changes.filter(({ before }) => before === null)) {
    const row = await ctx.db.selectFrom('cases').selectAll().where('id', '=', record_id).executeTakeFirstOrThrow();
    await recordEvents(
      ctx,
      row,
      [{ kind: 'spam_marked', facts: { reason: 'import taken back', owner_id: row.owner_id ?? (await ownerFor(ctx, undefined)) } }],
      await lockCases(ctx),
    );
  }
}
