// A notice from draft to finished. A second person approves exactly the list and the text that go out.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { queueMail } from '../outbox/tell.ts';
import { refuseStale } from '../web/version.ts';
import { type Contact, listContacts, MOST_UNITS } from './affected.ts';
import { AffectedQuery, type ChangeNotice, type FollowNotice, type WriteNotice } from './inputs.ts';
import { type NoticeStep, nextState } from './lifecycle.ts';
import { noticeText, usualChecklist } from './rules.ts';
import type { NoticeRow } from './table.ts';
import { stateWords } from './words.ts';

export interface CheckItem {
  readonly item: string;
  readonly done_by: string | null;
}

export async function writeNotice(
  ctx: Ctx,
  input: WriteNotice,
  follows: Pick<NoticeRow, 'follows_id' | 'stage'> = { follows_id: null, stage: 'first' },
): Promise<NoticeRow> {
  allow(ctx, 'notice:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const id = newId(ctx.now);
    const { query, checklist = usualChecklist(ctx.actor.locale), ...text } = input;
    const items: CheckItem[] = checklist.map((item) => ({ item, done_by: null }));
    const row: NoticeRow = {
      ...text,
      ...follows,
      id,
      number: '',
      state: 'draft',
      query: JSON.stringify(query),
      checklist: JSON.stringify(items),
      recipients_approved: null,
      created_by: ctx.actor.id,
      created_by_name: ctx.actor.name,
      approved_by: null,
      approved_by_name: null,
      approved_at: null,
      sent_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    const kept = await insertNumbered(ctx, row);
    await remember(ctx, { action: 'notice.written', record_kind: 'notice', record_id: id, change: { kind: kept.kind, number: kept.number } });
    return kept;
  });
}

/** The next word on an incident or maintenance: to exactly those who got the one before. */
export async function followNotice(ctx: Ctx, id: string, input: FollowNotice): Promise<NoticeRow> {
  const before = await getNotice(ctx, id);
  if (before.state !== 'sent' && before.state !== 'finished')
    throw new Problem('conflict', ['Nothing was sent yet', 'まだ送信されていません'], { blocking: `/api/v1/notices/${id}` });
  const { stage, ...text } = input;
  const checklist = readChecklist(before).map(({ item }) => item);
  return writeNotice(
    ctx,
    { ...text, kind: before.kind, query: AffectedQuery.parse(JSON.parse(before.query)), checklist, starts_at: before.starts_at, ends_at: before.ends_at },
    { follows_id: before.id, stage },
  );
}

export const changeNotice = (ctx: Ctx, id: string, input: ChangeNotice, expected?: number): Promise<NoticeRow> =>
  take(ctx, id, 'edit', expected, () => ({ ...text(input), ...(input.query === undefined ? {} : { query: JSON.stringify(input.query) }) }));

export const tickItem = (ctx: Ctx, id: string, item: string, expected?: number): Promise<NoticeRow> =>
  take(ctx, id, null, expected, (row) => {
    const items = readChecklist(row);
    if (!items.some((entry) => entry.item === item)) throw notFound(['Checklist item', 'チェック項目']);
    return { checklist: JSON.stringify(items.map((entry) => (entry.item === item ? { ...entry, done_by: ctx.actor.name } : entry))) };
  });

export const submitNotice = (ctx: Ctx, id: string, expected?: number): Promise<NoticeRow> =>
  take(ctx, id, 'submit', expected, (row) => {
    const open = readChecklist(row).filter(({ done_by }) => done_by === null);
    if (open.length > 0)
      throw new Problem(
        'conflict',
        [`Not checked yet: ${open.map(({ item }) => item).join('; ')}`, `未確認の項目があります: ${open.map(({ item }) => item).join('、')}`],
        { blocking: `/api/v1/notices/${id}` },
      );
    return {};
  });

/** By another person than the writer. `recipients` is the count that person saw; the list is kept as it is now. */
export async function approveNotice(ctx: Ctx, id: string, recipients: number, expected?: number): Promise<NoticeRow> {
  allow(ctx, 'notice:approve');
  return take(ctx, id, 'approve', expected, async (row, ctx) => {
    if (row.created_by === ctx.actor.id) throw new Problem('forbidden', ['Somebody else must approve it', '作成者以外の承認が必要です']);
    const contacts = await recipientsOf(ctx, row);
    if (contacts.length !== recipients)
      throw new Problem('stale', [`The list has ${contacts.length} recipients now`, `対象は現在${contacts.length}件です。再確認してください`]);
    if (contacts.length === 0) throw new Problem('conflict', ['It would reach nobody', '対象者がいません'], { blocking: `/api/v1/notices/${row.id}` });
    await keepRecipients(ctx, row, contacts);
    return { recipients_approved: contacts.length, approved_by: ctx.actor.id, approved_by_name: ctx.actor.name, approved_at: ctx.now };
  });
}

/** Back to the writer; the approval and its list are gone. */
export const sendBack = (ctx: Ctx, id: string, reason: string, expected?: number): Promise<NoticeRow> =>
  take(
    ctx,
    id,
    'send_back',
    expected,
    async (row, ctx) => {
      await forgetRecipients(ctx, row.id);
      return { recipients_approved: null, approved_by: null, approved_by_name: null, approved_at: null };
    },
    reason,
  );

/** Queues one message per contact of the approved list, in its language. Sending again sends nothing twice. */
export const sendNotice = (ctx: Ctx, id: string, expected?: number): Promise<NoticeRow> =>
  take(ctx, id, 'send', expected, async (row, ctx) => {
    const recipients = await ctx.db.selectFrom('notice_recipients').selectAll().where('notice_id', '=', row.id).where('state', '=', 'listed').execute();
    for (const recipient of recipients) {
      const key = `notice:${row.id}:${recipient.contact_key}`;
      const serials = await ctx.db
        .selectFrom('notice_units')
        .innerJoin('units', 'units.id', 'notice_units.unit_id')
        .innerJoin('models', 'models.id', 'units.model_id')
        .select(['units.serial', 'models.code'])
        .where('notice_id', '=', row.id)
        .where('contact_key', '=', recipient.contact_key)
        .orderBy('units.serial')
        .execute();
      const { subject, body } = noticeText(
        row,
        recipient.locale,
        recipient.name,
        serials.map(({ serial, code }) => `${code} ${serial}`),
      );
      await queueMail(ctx, { to: recipient.email ?? '', subject: `[${row.number}] ${subject}`, text: body, topic: 'notice.sent', dedupe_key: key });
      await ctx.db
        .updateTable('notice_recipients')
        .set({ state: 'queued', outbox_key: key, updated_at: ctx.now })
        .where('notice_id', '=', row.id)
        .where('contact_key', '=', recipient.contact_key)
        .execute();
    }
    return { sent_at: ctx.now };
  });

export const finishNotice = (ctx: Ctx, id: string, expected?: number): Promise<NoticeRow> => take(ctx, id, 'finish', expected, () => ({}));
export const cancelNotice = (ctx: Ctx, id: string, reason: string, expected?: number): Promise<NoticeRow> =>
  take(ctx, id, 'cancel', expected, () => ({}), reason);

/** Whom the notice would reach now; of a follow-up, those who got the one before. */
export async function recipientsOf(ctx: Ctx, row: NoticeRow): Promise<Contact[]> {
  if (row.follows_id !== null) return formerContacts(ctx, row.follows_id);
  const contacts = await listContacts(ctx, AffectedQuery.parse(JSON.parse(row.query)));
  const units = contacts.reduce((sum, contact) => sum + contact.units.length, 0);
  if (units > MOST_UNITS)
    throw new Problem('invalid', [`More than ${MOST_UNITS} units: narrow the query`, `対象が${MOST_UNITS}台を超えています。条件を絞ってください`]);
  return contacts;
}

export async function getNotice(ctx: Ctx, id: string): Promise<NoticeRow> {
  staffOnly(ctx);
  const row = await ctx.db
    .selectFrom('notices')
    .selectAll()
    .where((where) => where.or([where('id', '=', id), where('number', '=', id)]))
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Notice', '事前連絡']);
  return row;
}

export const readChecklist = (row: NoticeRow): CheckItem[] => JSON.parse(row.checklist);

type Decision = (row: NoticeRow, ctx: Ctx) => Partial<NoticeRow> | Promise<Partial<NoticeRow>>;

async function take(ctx: Ctx, id: string, step: NoticeStep | null, expected: number | undefined, decide: Decision, reason?: string): Promise<NoticeRow> {
  allow(ctx, 'notice:write');
  return transaction(ctx, async (ctx) => {
    const row = await getNotice(ctx, id);
    refuseStale(row, expected);
    const state = step === null ? row.state : nextState(row.state, step);
    if (state === null)
      throw new Problem(
        'conflict',
        [`Not possible while the notice is ${stateWords[row.state][0]}`, `現在の状態（${stateWords[row.state][1]}）ではこの操作はできません`],
        {
          blocking: `/api/v1/notices/${row.id}`,
        },
      );
    const change = await decide(row, ctx);
    const after = await ctx.db
      .updateTable('notices')
      .set({ ...change, state, updated_at: ctx.now, version: row.version + 1 })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .returningAll()
      .executeTakeFirst();
    if (after === undefined) throw new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこのレコードを更新しました']);
    await remember(ctx, {
      action: `notice.${PARTICIPLE[step ?? 'tick']}`,
      record_kind: 'notice',
      record_id: row.id,
      reason: reason ?? null,
      change: { state: [row.state, state] },
    });
    return after;
  });
}

const PARTICIPLE: Readonly<Record<NoticeStep | 'tick', string>> = {
  edit: 'changed',
  tick: 'checked',
  submit: 'submitted',
  approve: 'approved',
  send_back: 'sent_back',
  send: 'sent',
  finish: 'finished',
  cancel: 'cancelled',
};

const text = ({ query: _query, ...rest }: ChangeNotice) => Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));

/** The list as approved is what is sent; what was kept of an earlier approval goes. */
async function keepRecipients(ctx: Ctx, row: NoticeRow, contacts: readonly Contact[]): Promise<void> {
  await forgetRecipients(ctx, row.id);
  await insertMany(
    ctx.db,
    'notice_recipients',
    contacts.map(({ units, ...contact }) => ({
      notice_id: row.id,
      ...contact,
      units: units.length,
      state: contact.email === null ? ('no_address' as const) : ('listed' as const),
      outbox_key: null,
      reason: null,
      updated_at: ctx.now,
    })),
  );
  await insertMany(
    ctx.db,
    'notice_units',
    contacts.flatMap((contact) =>
      contact.units.map(({ unit_id, partner_id }) => ({ notice_id: row.id, unit_id, contact_key: contact.contact_key, partner_id })),
    ),
  );
}

async function forgetRecipients(ctx: Ctx, notice_id: string): Promise<void> {
  await ctx.db.deleteFrom('notice_units').where('notice_id', '=', notice_id).execute();
  await ctx.db.deleteFrom('notice_recipients').where('notice_id', '=', notice_id).execute();
}

async function formerContacts(ctx: Ctx, notice_id: string): Promise<Contact[]> {
  const rows = await ctx.db.selectFrom('notice_recipients').selectAll().where('notice_id', '=', notice_id).orderBy('contact_key').execute();
  const units = await ctx.db
    .selectFrom('notice_units')
    .innerJoin('units', 'units.id', 'notice_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select(['notice_units.unit_id', 'units.serial', 'models.code as model_code', 'units.customer_id', 'notice_units.partner_id', 'notice_units.contact_key'])
    .where('notice_id', '=', notice_id)
    .execute();
  return rows.map((row) => ({
    contact_key: row.contact_key,
    email: row.email,
    name: row.name,
    locale: row.locale,
    customer_id: row.customer_id ?? '',
    partner_id: row.partner_id,
    units: units
      .filter((unit) => unit.contact_key === row.contact_key)
      .map(({ contact_key, customer_id, ...unit }) => ({ ...unit, customer_id: customer_id ?? row.customer_id ?? '' })),
  }));
}

/** Two people at once may want the same number: the second takes the next. */
async function insertNumbered(ctx: Ctx, row: NoticeRow): Promise<NoticeRow> {
  const { n } = await ctx.db
    .selectFrom('notices')
    .select((select) => select.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  for (let no = n + 1; ; no++) {
    const numbered = { ...row, number: `N-${String(no).padStart(5, '0')}` };
    const kept = await ctx.db
      .insertInto('notices')
      .values(numbered)
      .onConflict((conflict) => conflict.column('number').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (kept !== undefined) return numbered;
  }
}
