// Parts the pages of the returns desk share: badges of states, the table of returned units, choices of codes.
import { speak } from '../core/words.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, type Column, type Option, Table, type Tone } from '../web/parts.tsx';
import { listCodes, type Tree } from './codes.ts';
import type { LegState, ReturnState, UnitState } from './lifecycle.ts';
import type { ReturnUnitView, ReturnView } from './queries.ts';
import {
  coverageLabels,
  dispositionLabels,
  legStateLabels,
  returnStateLabels,
  typeLabels,
  unitStateLabels,
  verdictLabels,
  warrantyBasisLabels,
  words,
} from './words.ts';

const returnTones: Record<ReturnState, Tone> = { draft: 'neutral', authorised: 'info', open: 'info', closed: 'good', rejected: 'bad', cancelled: 'neutral' };
const unitTones: Record<UnitState, Tone> = {
  expected: 'neutral',
  received: 'info',
  inspecting: 'info',
  dispositioned: 'good',
  resolved: 'good',
  written_off: 'bad',
  cancelled: 'neutral',
};
const legTones: Record<LegState, Tone> = { requested: 'warn', reserved: 'info', shipped: 'info', delivered: 'good', cancelled: 'neutral' };

export const ReturnBadge = ({ c, state }: { c: AppContext; state: ReturnState }) => (
  <Badge tone={returnTones[state]}>{speak(returnStateLabels[state], c.var.locale)}</Badge>
);
export const UnitBadge = ({ c, state }: { c: AppContext; state: UnitState }) => (
  <Badge tone={unitTones[state]}>{speak(unitStateLabels[state], c.var.locale)}</Badge>
);
export const LegBadge = ({ c, state }: { c: AppContext; state: LegState }) => (
  <Badge tone={legTones[state]}>{speak(legStateLabels[state], c.var.locale)}</Badge>
);

/** A pair of labels as the options of a choice. */
export const optionsOf = (c: AppContext, labels: Readonly<Record<string, readonly [string, string]>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label: speak(label, c.var.locale) }));

/** The codes in use of a tree, indented by their depth. */
export async function codeOptions(ctx: Ctx, tree: Tree): Promise<Option[]> {
  return (await listCodes(ctx, tree)).map((code) => ({
    value: code.code,
    label: `${'  '.repeat(code.depth)}${ctx.actor.locale === 'ja' ? code.name_ja : code.name_en}`,
  }));
}

export const returnColumns = (c: AppContext): Column<ReturnView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.number, cell: (row) => <a href={`/returns/${row.id}`}>{row.number}</a>, sort: 'number' },
    { head: w.state, cell: (row) => <ReturnBadge c={c} state={row.state} /> },
    { head: w.type, cell: (row) => speak(typeLabels[row.type], c.var.locale) },
    { head: w.customer, cell: (row) => row.customer_name },
    { head: w.units, cell: (row) => row.units, numeric: true },
    { head: w.open_units, cell: (row) => row.units_open, numeric: true },
    { head: w.overdue, cell: (row) => (row.units_overdue > 0 ? <Badge tone="bad">{row.units_overdue}</Badge> : row.units_overdue), numeric: true },
    { head: w.owner, cell: (row) => row.owner_name },
    { head: w.filed_on, cell: (row) => row.filed_on, sort: 'filed_on' },
  ];
};

/** In a list of many returns; and on the page of one, where its number and customer stand already and the day it is due does not. */
export const unitColumns = (c: AppContext): Column<ReturnUnitView>[] => columnsOf(c, false);
export const unitColumnsOfReturn = (c: AppContext): Column<ReturnUnitView>[] => columnsOf(c, true);

function columnsOf(c: AppContext, within: boolean): Column<ReturnUnitView>[] {
  const w = words(c.var.locale);
  const foreign: Column<ReturnUnitView>[] = [
    { head: w.number, cell: (row) => <a href={`/returns/${row.return_id}`}>{row.number}</a>, aside: true },
    { head: w.customer, cell: (row) => row.customer_name },
  ];
  const japanese = c.var.locale === 'ja';
  return [
    { head: w.serial, cell: (row) => <a href={`/return-units/${row.id}`}>{row.serial}</a> },
    { head: w.model, cell: (row) => row.model_code },
    {
      head: w.state,
      cell: (row) => (
        <>
          <UnitBadge c={c} state={row.state} />
          {row.unexpected_at === null ? null : <Badge tone="warn">{w.unexpected}</Badge>}
        </>
      ),
    },
    ...(within ? [dueColumn(c)] : foreign),
    { head: w.reported_symptom, cell: (row) => (japanese ? row.symptom_ja : row.symptom_en) ?? row.reported_text },
    { head: w.verdict, cell: (row) => (row.verdict === null ? null : speak(verdictLabels[row.verdict], c.var.locale)) },
    { head: w.failure_mode, cell: (row) => (japanese ? row.mode_ja : row.mode_en) },
    { head: w.disposition, cell: (row) => (row.disposition === null ? null : speak(dispositionLabels[row.disposition], c.var.locale)), aside: !within },
    { head: w.returned_on, cell: (row) => row.returned_on, sort: 'returned_on' },
    { head: w.received_at, cell: (row) => (row.received_at === null ? null : <Age c={c} at={row.received_at} />), aside: !within },
    ...(within ? [] : warrantyColumns(c)),
  ];
}

const warrantyColumns = (c: AppContext): Column<ReturnUnitView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.coverage, cell: (row) => (row.coverage === null ? null : speak(coverageLabels[row.coverage], c.var.locale)), aside: true },
    { head: w.warranty_ends, cell: (row) => row.own_warranty_ends_on, aside: true },
    { head: w.maker_warranty_ends, cell: (row) => row.maker_warranty_ends_on, aside: true },
    { head: w.warranty_basis, cell: (row) => basisOf(c, row), aside: true },
  ];
};

/** What the warranty of a unit is counted from, and the day; an inherited end has no day of its own. */
export function basisOf(
  c: AppContext,
  { warranty_basis: basis, warranty_starts_on: on }: Pick<ReturnUnitView, 'warranty_basis' | 'warranty_starts_on'>,
): string {
  const words = speak(warrantyBasisLabels[basis ?? 'unknown'], c.var.locale);
  return basis === 'inherited' || on === null ? words : `${words} ${on}`;
}

function dueColumn(c: AppContext): Column<ReturnUnitView> {
  const w = words(c.var.locale);
  const on = today(c.var.ctx);
  const late = ({ state, expected_by_on: due }: ReturnUnitView): boolean => state === 'expected' && due !== null && due < on;
  return {
    head: w.expected_by,
    cell: (row) => (
      <>
        {row.expected_by_on} {late(row) ? <Badge tone="bad">{w.overdue}</Badge> : null}
      </>
    ),
  };
}

export const UnitTable = ({ c, rows, empty }: { c: AppContext; rows: readonly ReturnUnitView[]; empty?: string }) => (
  <Table c={c} caption={words(c.var.locale).return_units} columns={unitColumns(c)} rows={rows} {...(empty === undefined ? {} : { empty })} />
);

/** The tabs of the desk. */
export function DeskTabs({ c, current }: { c: AppContext; current: string }) {
  const w = words(c.var.locale);
  const tabs: readonly (readonly [string, string])[] = [
    ['/returns', w.returns],
    ['/return-units', w.return_units],
    ['/bench', w.to_bench],
    ['/returns/ageing', w.ageing],
    ['/returns/metrics', w.metrics],
    ['/codes/symptom', w.codes],
  ];
  return (
    <nav class="tabs" aria-label={w.returns}>
      {tabs.map(([path, label]) => (
        <a href={path} aria-current={path === current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
