// What waits for a person, by role. An entry counts the rows of the list its link opens, with the same filter.
import { may } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { deskEntries, dueEntries, receivingEntries, stockEntries } from './homeDesk.ts';
import type { Entry, EntryRule, SectionName } from './homeEntry.ts';
import { fleetEntries, flowEntries, qualityEntries } from './homeQuality.ts';

export interface Section {
  readonly name: SectionName;
  readonly entries: readonly Entry[];
}

/** The sections of the person's role in the order of their day. Each entry is one count by index. */
export async function homeOf(ctx: Ctx): Promise<Section[]> {
  const { role } = ctx.actor;
  const rules = allEntries(ctx).filter((rule) => (role === 'admin' || rule.roles.includes(role)) && may(ctx.actor, rule.permission));
  const entries = await Promise.all(rules.map(async ({ name, section, path, tone, count }) => ({ name, section, path, tone, count: await count(ctx) })));
  const order = role === 'quality' || role === 'lead' ? QUALITY_FIRST : DESK_FIRST;
  return order.map((name) => ({ name, entries: entries.filter(({ section }) => section === name) })).filter(({ entries }) => entries.length > 0);
}

const DESK_FIRST: readonly SectionName[] = ['waiting', 'due', 'receiving', 'stock', 'quality', 'flow', 'fleet'];
const QUALITY_FIRST: readonly SectionName[] = ['quality', 'due', 'waiting', 'flow', 'stock', 'receiving', 'fleet'];

const allEntries = (ctx: Ctx): EntryRule[] => [
  ...deskEntries(ctx),
  ...dueEntries(ctx),
  ...receivingEntries(ctx),
  ...stockEntries(),
  ...qualityEntries(ctx),
  ...flowEntries(ctx),
  ...fleetEntries(),
];
