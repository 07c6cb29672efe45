// Parts of the import pages: what a kind expects, which heading is which, what every row would do.
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Badge, Form, Section, Select, Table, type Tone } from '../web/parts.tsx';
import type { ImportReport } from './importFile.ts';
import type { RowResult } from './judgeTable.ts';
import type { ImportKind } from './kind.ts';
import type { Mapping } from './readRows.ts';
import type { ImportDraftRow } from './table.ts';
import { words } from './words.ts';

export function KindColumns({ c, kind }: { c: AppContext; kind: ImportKind }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <details>
      <summary>
        {speak(kind.label, locale)}: {w.columns}
      </summary>
      <p>
        <code>{Object.keys(kind.columns).join(',')}</code>
      </p>
      <Table
        c={c}
        caption={w.columns}
        rows={Object.entries(kind.columns)}
        columns={[
          {
            head: w.column,
            cell: ([name, column]) => (
              <>
                <code>{name}</code>
                {column.required ? <b class="required">*</b> : null}
              </>
            ),
          },
          { head: w.expects, cell: ([, column]) => speak(column.hint, locale) },
        ]}
      />
    </details>
  );
}

export function MappingForm({
  c,
  kind,
  draft,
  heads,
  mapping,
}: {
  c: AppContext;
  kind: ImportKind;
  draft: ImportDraftRow;
  heads: readonly string[];
  mapping: Mapping | null;
}) {
  const w = words(c.var.locale);
  const options = heads.filter((head) => head !== '').map((head) => ({ value: head, label: head }));
  const fits = Object.entries(kind.columns).every(([name, column]) => !column.required || headOf(name, heads, mapping) !== null);
  return (
    <details open={!fits}>
      <summary>{w.mapping}</summary>
      <Form action={`/imports/drafts/${draft.id}`} label={w.mapping}>
        {Object.entries(kind.columns).map(([name, column]) => (
          <Select label={`${name}${column.required ? ' *' : ''}`} name={name} value={headOf(name, heads, mapping)} options={options} blank={w.not_given} />
        ))}
        <button type="submit">{w.apply_mapping}</button>
      </Form>
    </details>
  );
}

/** The heading a column takes: as mapped, else the one of its own name. */
const headOf = (name: string, heads: readonly string[], mapping: Mapping | null): string | null =>
  (mapping === null ? heads.find((head) => head.toLowerCase() === name) : mapping[name]) ?? null;

/** Rows on the page; wrong ones come first. */
const ROWS_SHOWN = 300;

const tones: Record<RowResult['result'], Tone> = { create: 'good', update: 'info', same: 'neutral', error: 'bad' };

export function DryRun({ c, report }: { c: AppContext; report: ImportReport }) {
  const w = words(c.var.locale);
  const rows = [...report.rows.filter((row) => row.result === 'error'), ...report.rows.filter((row) => row.result !== 'error')].slice(0, ROWS_SHOWN);
  return (
    <Section title={w.result}>
      <p>
        <Badge tone="good">
          {w.create} {report.rows_created}
        </Badge>{' '}
        <Badge tone="info">
          {w.update} {report.rows_updated}
        </Badge>{' '}
        <Badge>
          {w.same} {report.rows_same}
        </Badge>{' '}
        <Badge tone={report.rows_failed > 0 ? 'bad' : 'neutral'}>
          {w.error} {report.rows_failed}
        </Badge>
      </p>
      {report.ignored_columns.length === 0 ? null : <p>{w.ignored(report.ignored_columns.join(', '))}</p>}
      <Table
        c={c}
        caption={w.result}
        rows={rows}
        columns={[
          { head: w.row, cell: (row) => row.row, numeric: true },
          { head: w.record, cell: (row) => row.key },
          { head: w.outcome, cell: (row) => <Badge tone={tones[row.result]}>{w[row.result]}</Badge> },
          {
            head: w.reason,
            cell: (row) =>
              row.errors.map((error) => (
                <div>
                  {error.column === '' ? null : <code>{error.column}</code>} {error.message}
                </div>
              )),
          },
        ]}
      />
      {report.rows.length > rows.length ? <p>{w.left_out(report.rows.length - rows.length)}</p> : null}
    </Section>
  );
}
