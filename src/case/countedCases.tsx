// Exactly the cases a number of a report was made of, a page at a time.
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Page } from '../db/page.ts';
import type { AppContext } from '../web/env.ts';
import { Pager, Section, Table } from '../web/parts.tsx';
import type { CaseRow } from './table.ts';
import { stateWords, words } from './words.ts';

export type CountedCase = Pick<CaseRow, 'id' | 'number' | 'subject' | 'state'>;

const AT_ONCE = 100;

/** Those of the cases that follow the cursor, the newest first. */
export async function pageOfCounted(ctx: Ctx, ids: readonly string[], cursor: string | undefined): Promise<Page<CountedCase>> {
  const rest = ids.filter((id) => cursor === undefined || id < cursor).sort((a, b) => (a < b ? 1 : -1));
  const now = rest.slice(0, AT_ONCE);
  const items =
    now.length === 0
      ? []
      : await ctx.db.selectFrom('cases').select(['id', 'number', 'subject', 'state']).where('id', 'in', now).orderBy('id', 'desc').execute();
  return {
    items,
    next_cursor: rest.length > now.length ? (now.at(-1) ?? null) : null,
  };
}

export function CountedCases({ c, total, found }: { c: AppContext; total: number; found: Page<CountedCase> }) {
  const w = words(c.var.locale);
  return (
    <Section title={`${w.counted_cases} (${total})`} id="cases">
      <Table
        c={c}
        caption={w.counted_cases}
        rows={found.items}
        columns={[
          {
            head: w.number,
            cell: (row) => <a href={`/cases/${row.id}`}>{row.number}</a>,
          },
          { head: w.subject, cell: (row) => row.subject },
          {
            head: w.state,
            cell: (row) => speak(stateWords[row.state], c.var.locale),
          },
        ]}
      />
      <Pager c={c} next_cursor={found.next_cursor} />
    </Section>
  );
}
