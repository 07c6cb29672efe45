// The bar below a list of selectable rows, the preview of what an action would do to them, and the way back.
import type { Child } from 'hono/jsx';
import { may } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { withQuery } from './address.ts';
import { type BulkDeed, type BulkInput, type BulkRow, carryOutBulk, takeBackBulk, willChange } from './bulk.ts';
import type { AppContext } from './env.ts';
import { action, newPages, type Pages, page, seeOther, show } from './page.tsx';
import { Badge, PageHead, Table } from './parts.tsx';
import { words } from './words.ts';

/** More rows than this do not fit into an address. */
const MOST_ROWS = 200;

/** Below a list: what can be done with the selected rows. Hidden by the sheet until one is; `children` are further buttons of the form. */
export function BulkBar({ c, deeds, children }: { c: AppContext; deeds: readonly BulkDeed[]; children?: Child }) {
  const w = words(c.var.locale);
  const open = deeds.filter(({ permission }) => may(c.var.ctx.actor, permission));
  if (open.length === 0 && children === undefined) return null;
  return (
    <form id="bulk" class="bulk" method="get" action={`/bulk${c.req.path}`}>
      <span>
        {w.selected} <output data-picked />
      </span>
      <input type="hidden" name="back" value={withQuery(c, {})} />
      {open.length === 0 ? null : (
        <>
          <select name="deed" aria-label={w.bulk_action}>
            {open.map(({ name, title }) => (
              <option value={name}>{speak(title, c.var.locale)}</option>
            ))}
          </select>
          <button type="submit" class="primary">
            {w.next_step}
          </button>
        </>
      )}
      {children}
    </form>
  );
}

/** Preview, confirmation and undo for the rows of `list`. */
export function bulkPages(list: string, gate: Permission, deeds: readonly BulkDeed[]): Pages {
  const pages = newPages();
  page(pages, `/bulk${list}`, gate, (c) => preview(c, list, deeds));
  action(pages, `/bulk${list}`, gate, async (c) => {
    const { chosen, deed: name, back, ...input } = textsOf(await c.req.parseBody({ all: true }));
    const deed = deedNamed(deeds, first(name));
    const versions = new Map((chosen ?? []).map((one) => [one.slice(0, one.lastIndexOf(':')), Number(one.slice(one.lastIndexOf(':') + 1))]));
    const { id, changed, undoable } = await carryOutBulk(c.var.ctx, list, deed, flat(input), versions);
    return seeOther(c, backTo(list, first(back)), words(c.var.locale).bulk_done(changed), undoable ? `/bulk${list}/${id}/undo` : undefined);
  });
  action(pages, `/bulk${list}/:id/undo`, gate, async (c) => {
    const { back } = textsOf(await c.req.parseBody());
    const { undone, kept } = await takeBackBulk(c.var.ctx, list, deeds, c.req.param('id') ?? '');
    const w = words(c.var.locale);
    return seeOther(c, backTo(list, first(back)), kept === 0 ? w.bulk_undone(undone) : `${w.bulk_undone(undone)} ${w.bulk_kept(kept)}`);
  });
  return pages;
}

type Texts = Partial<Record<string, string[]>>;

/** The text fields of a form or query, each with all its values. */
const textsOf = (fields: Readonly<Record<string, unknown>>): Texts =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat().filter((one): one is string => typeof one === 'string')]));

const first = (values: readonly string[] | undefined): string => values?.[0] ?? '';

const flat = (fields: Texts): BulkInput => Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, first(values).trim()]));

function deedNamed(deeds: readonly BulkDeed[], name: string): BulkDeed {
  const deed = deeds.find((one) => one.name === name);
  if (deed === undefined) throw new Problem('malformed', ['There is no such action', 'この操作はありません']);
  return deed;
}

/** Back to the list with its filters, and nowhere else. */
const backTo = (list: string, back: string): string => (back === list || back.startsWith(`${list}?`) ? back : list);

async function preview(c: AppContext, list: string, deeds: readonly BulkDeed[]) {
  const w = words(c.var.locale);
  const { id: ids = [], deed: name, back, lang: _, ...fields } = textsOf(c.req.queries());
  const deed = deedNamed(deeds, first(name));
  const input = flat(fields);
  const wrong = ids.length === 0 ? w.bulk_nothing : ids.length > MOST_ROWS ? w.bulk_too_many(MOST_ROWS) : null;
  const filled = wrong === null && deed.asks.every((field) => (input[field] ?? '') !== '');
  const plan = filled ? await planOf(c, deed, ids, input) : { rows: [], problem: null };
  const title = speak(deed.title, c.var.locale);
  return show(
    c,
    { title, nav: list },
    <>
      <PageHead title={title} sub={`${w.selected} ${ids.length}`}>
        <a href={backTo(list, first(back))}>{w.back}</a>
      </PageHead>
      {(wrong ?? plan.problem) === null ? null : (
        <p class="problem" role="alert">
          {wrong ?? plan.problem}
        </p>
      )}
      {wrong === null ? (
        <form class="filters" method="get">
          <input type="hidden" name="deed" value={deed.name} />
          <input type="hidden" name="back" value={first(back)} />
          {ids.map((id) => (
            <input type="hidden" name="id" value={id} />
          ))}
          {await deed.fields(c, input)}
          <button type="submit" class={filled ? undefined : 'primary'}>
            {w.bulk_preview}
          </button>
        </form>
      ) : null}
      {plan.rows.length === 0 ? null : <Preview c={c} deed={deed} input={input} back={first(back)} rows={plan.rows} />}
    </>,
  );
}

/** Input that does not fit is said above the form, not on a page of its own. */
async function planOf(c: AppContext, deed: BulkDeed, ids: readonly string[], input: BulkInput): Promise<{ rows: readonly BulkRow[]; problem: string | null }> {
  try {
    return { rows: await deed.plan(c.var.ctx, ids, input), problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    c.status(error.status);
    return { rows: [], problem: error.detail(c.var.locale) };
  }
}

function Preview({ c, deed, input, back, rows }: { c: AppContext; deed: BulkDeed; input: BulkInput; back: string; rows: readonly BulkRow[] }) {
  const w = words(c.var.locale);
  const fitting = rows.filter(willChange);
  return (
    <>
      <Table
        c={c}
        caption={w.bulk_preview}
        rows={rows}
        columns={[
          { head: w.record, cell: (row) => <a href={row.path}>{row.label}</a> },
          { head: w.now, cell: (row) => row.before ?? '—' },
          { head: w.will_be, cell: (row) => (row.refusal === undefined ? (row.after ?? '—') : '—') },
          { head: w.outcome, cell: (row) => <Outcome c={c} row={row} /> },
        ]}
      />
      {fitting.length === 0 ? (
        <p class="empty">{w.bulk_none_fits}</p>
      ) : (
        <form method="post" action={`/bulk${c.req.path.replace(/^\/bulk/, '')}`}>
          <input type="hidden" name="deed" value={deed.name} />
          <input type="hidden" name="back" value={back} />
          {Object.entries(input).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {fitting.map((row) => (
            <input type="hidden" name="chosen" value={`${row.id}:${row.version}`} />
          ))}
          <p>
            <button type="submit" class="primary">
              {w.bulk_confirm(fitting.length)}
            </button>
          </p>
        </form>
      )}
    </>
  );
}

function Outcome({ c, row }: { c: AppContext; row: BulkRow }) {
  const w = words(c.var.locale);
  if (row.refusal !== undefined) return <Badge tone="bad">{speak(row.refusal, c.var.locale)}</Badge>;
  return willChange(row) ? <Badge tone="info">{w.will_change}</Badge> : <Badge>{w.stays_same}</Badge>;
}
