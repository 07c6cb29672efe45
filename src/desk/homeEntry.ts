// One line of the home page: its name, the list it opens, who sees it, and how its rows are counted.
import type { ReferenceExpression, SelectQueryBuilder } from 'kysely';
import type { Permission, Role } from '../core/permission.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';
import type { homeWords } from './homeWords.ts';

export type HomeWord = keyof ReturnType<typeof homeWords>;
export type SectionName = 'waiting' | 'due' | 'receiving' | 'stock' | 'quality' | 'flow' | 'fleet';

export interface Entry {
  readonly name: HomeWord;
  readonly section: SectionName;
  readonly path: string;
  readonly count: number;
  readonly tone: 'bad' | 'warn' | 'plain';
}

export interface EntryRule extends Omit<Entry, 'count'> {
  readonly roles: readonly Role[];
  readonly permission: Permission;
  readonly count: (ctx: Ctx) => Promise<number>;
}

/** What is due until then is due soon. */
export const soonOn = (ctx: Ctx): string => addDays(today(ctx), 3);

export async function rows<TB extends keyof Tables>(query: SelectQueryBuilder<Tables, TB, object>, id: ReferenceExpression<Tables, TB>): Promise<number> {
  const counted = await query.select((of) => of.fn.count<number>(id).as('n')).executeTakeFirstOrThrow();
  return Number(counted.n);
}
