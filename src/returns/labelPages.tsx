// What is printed: the label of a unit (QR and text) and the packing slip of a return; and the merge once it is known what a label stood for.
import { raw } from 'hono/html';
import { z } from 'zod';
import { speak } from '../core/words.ts';
import { seenBy } from '../db/scope.ts';
import { onlyUnit } from '../unit/pages.tsx';
import { getUnit, type UnitView } from '../unit/queries.ts';
import { asset } from '../web/assets.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { mergeReceived } from './mergeReceived.ts';
import { findReturnView, listUnitsOfReturn } from './queries.ts';
import { typeLabels, words } from './words.ts';

export const labelPages = newPages();

page(labelPages, '/units/:id/label', 'unit:read', async (c) => {
  const unit = await getUnit(c.var.ctx, c.req.param('id') ?? '');
  return show(c, { title: unit.serial, kind: 'print' }, <Labels c={c} labels={[await labelOf(c, unit)]} />);
});

/** As many labels as a list lets one select. */
const MOST_LABELS = 200;

page(labelPages, '/labels', 'unit:read', async (c) => {
  const labels: Label[] = [];
  for (const id of (c.req.queries('id') ?? []).slice(0, MOST_LABELS)) labels.push(await labelOf(c, await getUnit(c.var.ctx, id)));
  return show(c, { title: words(c.var.locale).labels, kind: 'print' }, <Labels c={c} labels={labels} />);
});

interface Label {
  readonly unit: UnitView;
  /** Number of its latest return. */
  readonly number: string | undefined;
}

async function labelOf(c: AppContext, unit: UnitView): Promise<Label> {
  const last = await c.var.ctx.db
    .selectFrom('return_units')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .select('returns.number')
    .$call(seenBy(c.var.ctx, 'returns.partner_id'))
    .where('return_units.unit_id', '=', unit.id)
    .orderBy('return_units.id', 'desc')
    .executeTakeFirst();
  return { unit, number: last?.number };
}

const Labels = ({ c, labels }: { c: AppContext; labels: readonly Label[] }) => (
  <>
    <PrintStyles />
    {labels.map(({ unit, number }) => (
      <div class="label">
        <QrCode text={linkTo(c, `/units/${unit.id}`)} />
        <div>
          <h1>{unit.serial}</h1>
          {unit.maker_code} {unit.model_code}
          <br />
          {unit.identity === 'provisional' ? (
            <>
              {words(c.var.locale).provisional}
              <br />
            </>
          ) : null}
          {number}
        </div>
      </div>
    ))}
  </>
);

page(labelPages, '/returns/:id/packing-slip', 'return:read', async (c) => {
  const w = words(c.var.locale);
  const found = await findReturnView(c.var.ctx, c.req.param('id') ?? '');
  const units = (await listUnitsOfReturn(c.var.ctx, found.id)).filter(({ state }) => state !== 'cancelled');
  return show(
    c,
    { title: `${w.packing_slip} ${found.number}`, kind: 'print' },
    <>
      <PrintStyles />
      <div class="slip">
        <div class="head">
          <div>
            <h1>
              {w.sheet} {found.number}
            </h1>
            <p>
              {speak(typeLabels[found.type], c.var.locale)} · {found.filed_on}
            </p>
            <p>{found.customer_name}</p>
            <p>{w.please_enclose}</p>
          </div>
          <QrCode text={linkTo(c, `/returns/${found.id}`)} />
        </div>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.model}</th>
              <th scope="col">{w.serial}</th>
              <th scope="col">{w.reported_symptom}</th>
              <th scope="col">{w.expected_by}</th>
            </tr>
          </thead>
          <tbody>
            {units.map((unit) => (
              <tr>
                <td>{unit.model_code}</td>
                <td>{unit.serial}</td>
                <td>{(c.var.locale === 'ja' ? unit.symptom_ja : unit.symptom_en) ?? unit.reported_text}</td>
                <td>{unit.expected_by_on}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p>{w.unit_count(units.length)}</p>
      </div>
    </>,
  );
});

const PrintStyles = () => <link rel="stylesheet" href={asset('labels.css')} />;

/** Scanners read it back as what receiving understands. */
const linkTo = (c: AppContext, path: string): string => `${c.var.public_url ?? new URL(c.req.url).origin}${path}`;

/** The SVG comes from the bar-code library alone: nothing of the text stands in it but as squares. */
async function QrCode({ text }: { text: string }) {
  // A megabyte of bar codes, loaded with the first label and not at the start of the product.
  const { toSVG } = await import('bwip-js');
  return raw(toSVG({ bcid: 'qrcode', text }));
}

const MergeForm = z.strictObject({ into: z.string().max(200), reason: z.string().trim().max(500).optional() });

/** What the label stood for is known now. */
action(labelPages, '/units/:id/merge', 'unit:write', async (c) => {
  const { into, reason } = await readForm(c, MergeForm);
  const { id } = await mergeReceived(c.var.ctx, c.req.param('id') ?? '', { into_id: await onlyUnit(c.var.ctx, into, 'into'), reason });
  return seeOther(c, `/units/${id}`, words(c.var.locale).saved);
});
