// The table of every list: sortable heads, a choice of columns, CSV of exactly what is shown. All of it lives in the URL.
import type { Child } from 'hono/jsx';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { FRAME_PARAMETERS, withQuery } from './address.ts';
import type { AppContext, ShownTable } from './env.ts';
import { firstSteps } from './firstSteps.ts';
import { textWidth } from './textWidth.ts';
import { words } from './words.ts';

export interface Column<Row> {
  readonly head: Child;
  readonly cell: (row: Row) => Child;
  readonly numeric?: boolean;
  /** The field `?sort=` takes; makes the head a link. */
  readonly sort?: string;
  /** Seldom looked at: shown when asked for under the list. */
  readonly aside?: boolean;
}

/** Makes the rows selectable for the bulk bar (bulkBar.tsx) of the page. */
export interface Choose<Row> {
  readonly id: (row: Row) => string;
  /** What the row is called, for those who hear the page. */
  readonly label: (row: Row) => string;
}

interface TableProps<Row> {
  readonly c: AppContext;
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly empty?: Child;
  readonly choose?: Choose<Row>;
}

/** With fewer columns there is nothing to hide. */
const CHOICE_FROM = 5;
/** Columns that stand side by side at 390 px. */
const FITS_A_PHONE = 3;
/** So many columns are read across, as the hours of a week: they stay a table that scrolls in its frame. */
const MATRIX = 17;

/** A table of rows; says so when there are none. */
export function Table<Row>({ c, caption, columns, rows, empty, choose }: TableProps<Row>) {
  if (rows.length === 0) return isFiltered(c) ? <NoMatch c={c} /> : <p class="empty">{empty ?? <Empty c={c} />}</p>;
  const hidden = hiddenColumns(c, columns);
  const shown = columns.filter((_, index) => !hidden.has(index));
  c.var.shown?.push(asText(caption, shown, rows));
  // On a phone its rows become cards, in which each cell says what it is.
  const heads = shown.length > FITS_A_PHONE && shown.length < MATRIX ? shown.map(({ head }) => plain(head)) : [];
  return (
    <>
      <div class={heads.length > 0 ? 'table cards' : 'table'} tabindex={0} role="region" aria-label={caption}>
        <table>
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              {choose === undefined ? null : (
                <td class="pick-cell">
                  <input type="checkbox" data-pick-all hidden aria-label={words(c.var.locale).select_all} />
                </td>
              )}
              {shown.map((column) =>
                column.head === '' ? (
                  <td />
                ) : (
                  <th scope="col" class={column.numeric ? 'number' : undefined} aria-sort={sortState(c, column.sort)}>
                    <SortHead c={c} column={column} />
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {choose === undefined ? null : (
                  <td class="pick-cell">
                    <input
                      type="checkbox"
                      class="pick"
                      name="id"
                      form="bulk"
                      value={choose.id(row)}
                      aria-label={words(c.var.locale).select_row(choose.label(row))}
                    />
                  </td>
                )}
                {shown.map((column, i) => (
                  <Cell column={column} head={heads[i]} content={column.cell(row)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <TableFoot c={c} caption={caption} columns={columns} hidden={hidden} />
    </>
  );
}

/** Codes, numbers of records, days and other short texts stay on one line; longer ones keep a width to be read in, two words may stand below each other. */
const SHORT = 18;
const SHORT_WORDS = 12;

const Cell = <Row,>({ column, head, content }: { column: Column<Row>; head: string | undefined; content: Child }) => (
  <td class={column.numeric ? 'number' : lengthOf(content)} data-head={head || undefined}>
    {content}
  </td>
);

/** Of a text, or of one element around it: a link, a badge. */
function lengthOf(content: Child): 'short' | 'prose' | undefined {
  if (typeof content === 'string') {
    const width = textWidth(content);
    return width > SHORT ? 'prose' : width > SHORT_WORDS && content.includes(' ') ? undefined : 'short';
  }
  return typeof content === 'object' && content !== null && 'children' in content && content.children.length === 1 ? lengthOf(content.children[0]) : undefined;
}

/** Of a list that was narrowed down, an empty one says nothing about what there is. */
const isFiltered = (c: AppContext): boolean => Object.entries(c.req.query()).some(([name, value]) => value !== '' && !NO_FILTER.has(name));

/** `days`: how far back a page looks leaves no row out that it would list. */
const NO_FILTER = new Set([...FRAME_PARAMETERS, 'sort', 'limit', 'cursor', 'days']);

/** How the list comes to its first row, for those who may begin it. */
function Empty({ c }: { c: AppContext }) {
  const { locale } = c.var;
  const step = firstSteps[c.req.path];
  // A partner begins from its portal.
  if (step === undefined || c.var.ctx.actor.partner_id !== null) return <>{words(locale).empty}</>;
  const { says, begin } = step;
  return (
    <>
      {speak(says, locale)} {begin === undefined || !may(c.var.ctx.actor, begin.permission) ? null : <a href={begin.path}>{speak(begin.label, locale)}</a>}
    </>
  );
}

const NoMatch = ({ c }: { c: AppContext }) => (
  <p class="empty">
    {words(c.var.locale).no_match} <a href={c.req.path}>{words(c.var.locale).clear}</a>
  </p>
);

function SortHead<Row>({ c, column }: { c: AppContext; column: Column<Row> }) {
  if (column.sort === undefined) return <>{column.head}</>;
  const current = c.req.query('sort');
  return <a href={withQuery(c, { sort: current === `-${column.sort}` ? column.sort : `-${column.sort}`, cursor: null })}>{column.head}</a>;
}

function sortState(c: AppContext, sort: string | undefined): 'ascending' | 'descending' | undefined {
  const current = c.req.query('sort');
  if (sort === undefined || current?.replace(/^-/, '') !== sort) return undefined;
  return current.startsWith('-') ? 'descending' : 'ascending';
}

/** `?hide=2,5`: positions of the columns the person does not want to see. Without it the ones aside are hidden; the first is never. */
function hiddenColumns<Row>(c: AppContext, columns: readonly Column<Row>[]): ReadonlySet<number> {
  if (columns.length < CHOICE_FROM || c.req.method !== 'GET') return new Set();
  const asked = c.req.query('hide');
  const positions = asked === undefined || asked === '' ? asidePositions(columns) : asked.split(',').map(Number);
  return new Set(positions.filter((position) => position > 0 && position < columns.length));
}

const asidePositions = <Row,>(columns: readonly Column<Row>[]): number[] => columns.flatMap(({ aside }, index) => (aside === true ? [index] : []));

function TableFoot<Row>({ c, caption, columns, hidden }: { c: AppContext; caption: string; columns: readonly Column<Row>[]; hidden: ReadonlySet<number> }) {
  if (c.req.method !== 'GET') return null;
  const w = words(c.var.locale);
  return (
    <div class="table-foot">
      <a href={withQuery(c, { format: 'csv', table: caption })}>{w.csv}</a>
      {columns.length < CHOICE_FROM ? null : (
        <details>
          <summary>{w.columns}</summary>
          <ul>
            {columns.map((column, index) =>
              index === 0 ? null : (
                <li>
                  <a href={withQuery(c, { hide: toggled(columns, hidden, index) })}>
                    {hidden.has(index) ? '☐' : '☑'} {column.head}
                  </a>
                </li>
              ),
            )}
          </ul>
        </details>
      )}
    </div>
  );
}

/** `?hide=` with one column changed: none where the page shows them so by itself, 0 where all of them are to be seen. */
function toggled<Row>(columns: readonly Column<Row>[], hidden: ReadonlySet<number>, index: number): string | null {
  const next = columns.flatMap((_, position) => (hidden.has(position) !== (position === index) ? [position] : [])).join(',');
  if (next === asidePositions(columns).join(',')) return null;
  return next === '' ? '0' : next;
}

const asText = <Row,>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): ShownTable => ({
  caption,
  head: columns.map((column) => plain(column.head)),
  rows: rows.map((row) => columns.map((column) => plain(column.cell(row)))),
});

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** What a person reads in a cell: its HTML without the tags. */
const plain = (child: Child): string =>
  [child]
    .flat(9)
    .map((part) => (part === null || part === undefined || typeof part === 'boolean' ? '' : String(part)))
    .join('')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
