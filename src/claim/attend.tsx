// What can be done with many claims, or many investigations, at once: give them an owner or a next date. Nothing may be without either.
import type { Permission } from '../core/permission.ts';
import { invalid } from '../core/problem.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { BulkDeed, BulkRow } from '../web/bulk.ts';
import type { Choose } from '../web/dataTable.tsx';
import { Field, Select } from '../web/parts.tsx';
import { DayText } from '../web/route.ts';
import { findStaff, getStaff, listStaff, refusePast } from './staff.ts';
import { words } from './words.ts';

/** A record of which somebody has to be in charge. */
export interface Attended {
  readonly id: string;
  readonly version: number;
  readonly number: string;
  readonly title: string;
  readonly state: string;
  readonly owner_id: string | null;
  readonly next_on: string | null;
}

interface Kind {
  readonly permission: Permission;
  readonly path: string;
  /** The records by id, in the order of their numbers. */
  readonly chosen: (ctx: Ctx, ids: readonly string[]) => Promise<readonly Attended[]>;
  readonly change: (ctx: Ctx, id: string, change: { owner_id?: string; next_on?: string }, version: number) => Promise<{ readonly version: number }>;
}

/** How their rows are selected. */
export const byNumber: Choose<Pick<Attended, 'id' | 'number'>> = { id: ({ id }) => id, label: ({ number }) => number };

export const attendDeeds = (kind: Kind): readonly BulkDeed[] => [giveOwner(kind), setNextDate(kind)];

const giveOwner = (kind: Kind): BulkDeed => ({
  name: 'owner',
  permission: kind.permission,
  title: ['Hand over', '担当者を変更'],
  asks: ['owner_id'],
  fields: async (c, { owner_id }) => {
    const staff = (await listStaff(c.var.ctx)).map(({ id, name }) => ({ value: id, label: name }));
    return <Select label={words(c.var.locale).owner} name="owner_id" value={owner_id} blank="—" required options={staff} />;
  },
  plan: async (ctx, ids, { owner_id = '' }) => {
    const owner = await getStaff(ctx, owner_id);
    const names = new Map((await ctx.db.selectFrom('users').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]));
    return (await kind.chosen(ctx, ids)).map((row) => ({ ...planned(kind, row), before: names.get(row.owner_id ?? '') ?? null, after: owner.name }));
  },
  carryOut: async (ctx, row, { owner_id = '' }) => {
    const [before] = await kind.chosen(ctx, [row.id]);
    const { version } = await kind.change(ctx, row.id, { owner_id }, row.version);
    // Once it has an owner it keeps one, and whoever left does not get it back.
    const owner = await findStaff(ctx, before?.owner_id ?? '');
    return { version, undo: owner === undefined ? null : { owner_id: owner.id } };
  },
  takeBack: (ctx, id, { owner_id }, version) => kind.change(ctx, id, { owner_id: owner_id ?? '' }, version),
});

const setNextDate = (kind: Kind): BulkDeed => ({
  name: 'next_on',
  permission: kind.permission,
  title: ['Set the next date', '次回日を設定'],
  asks: ['next_on'],
  fields: (c, { next_on }) => <Field label={words(c.var.locale).next_on} name="next_on" type="date" value={next_on ?? null} required />,
  plan: async (ctx, ids, { next_on }) => {
    const day = DayText.safeParse(next_on);
    if (!day.success) throw invalid('next_on', ['Not a day', '日付ではありません']);
    refusePast(ctx, day.data);
    return (await kind.chosen(ctx, ids)).map((row) => ({ ...planned(kind, row), before: row.next_on, after: day.data }));
  },
  carryOut: async (ctx, row, { next_on = '' }) => {
    const { version } = await kind.change(ctx, row.id, { next_on }, row.version);
    // A date that has passed, or none, is nothing to go back to.
    return { version, undo: row.before !== null && row.before >= today(ctx) ? { next_on: row.before } : null };
  },
  takeBack: (ctx, id, { next_on }, version) => kind.change(ctx, id, { next_on: next_on ?? '' }, version),
});

const planned = (kind: Kind, row: Attended): Pick<BulkRow, 'id' | 'version' | 'label' | 'path' | 'refusal'> => ({
  id: row.id,
  version: row.version,
  label: `${row.number} ${row.title}`,
  path: `${kind.path}/${row.id}`,
  refusal: row.state === 'closed' ? (['closed', '完了済み'] as const) : undefined,
});
