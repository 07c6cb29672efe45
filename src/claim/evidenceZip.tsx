// An evidence pack as a ZIP: the document, every table as CSV, the frozen figures, the photos. The same pack gives the same bytes.
import { zipSync } from 'fflate';
import type { Locale } from '../core/words.ts';
import { toCsv } from '../web/csv.ts';
import type { EvidenceContent } from './evidence.ts';
import type { Part } from './evidenceRates.ts';
import { EvidenceDocument } from './evidenceView.tsx';
import { words } from './evidenceWords.ts';
import type { EvidencePackRow } from './table.ts';

/** ZIP has no time zones: this is 1980-01-01 wherever it is unpacked, and the same bytes wherever it is packed. */
const NO_TIME = new Date(1980, 0, 1);

/** Bytes of an attachment by its SHA-256, or null when they are gone: the pack then lists the photo without holding it. */
export type ReadPhoto = (sha256: string) => Promise<Uint8Array | null>;

export async function zipEvidence(pack: EvidencePackRow, content: EvidenceContent, locale: Locale, readPhoto: ReadPhoto): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder();
  const files: Record<string, Uint8Array> = { 'pack.json': text.encode(pack.content), 'index.html': text.encode(await documentHtml(pack, content, locale)) };
  for (const [name, rows] of Object.entries(tablesOf(content))) files[`${name}.csv`] = text.encode(`\ufeff${toCsv(rows)}`);
  for (const photo of content.units.flatMap((unit) => unit.photos)) {
    const bytes = await readPhoto(photo.sha256);
    if (bytes !== null) files[`photos/${photo.sha256.slice(0, 12)}-${photo.name.replace(/[^\p{L}\p{N}._-]/gu, '_')}`] = bytes;
  }
  const ordered = Object.fromEntries(
    Object.keys(files)
      .sort()
      .map((name) => [name, files[name] ?? new Uint8Array()]),
  );
  return new Uint8Array(zipSync(ordered, { level: 6, mtime: NO_TIME }));
}

type Row = Readonly<Record<string, unknown>>;

/** The tables of a pack as rows: CSV files, and what tests hold against the queries they quote. */
export function tablesOf(content: EvidenceContent): Record<string, Row[]> {
  return {
    rates: content.figures.flatMap((one) => (['confirmed', 'returned', 'peers'] as const).map((measure) => ({ cohort: one.name, measure, ...one[measure] }))),
    models: [
      ...content.models.same_family.map((row) => ({ compared_by: 'family', ...row.group, ...row })),
      ...content.models.same_maker.map((row) => ({ compared_by: 'maker', ...row.group, ...row })),
    ].map(({ group: _, ...row }) => row),
    batches: content.figures.flatMap((one) => one.batches.map((part) => partRow(one.name, part))),
    firmwares: content.figures.flatMap((one) => one.firmwares.map((part) => partRow(one.name, part))),
    life: content.figures.flatMap((one) => one.life.kaplan_meier.map((point) => ({ cohort: one.name, ...point }))),
    units: content.units.map(({ bench: _, photos, telemetry: __, ...unit }) => ({ ...unit, photos: photos.length })),
    bench: content.units.flatMap((unit) => unit.bench.map((value) => ({ serial: unit.serial, ...value }))),
    telemetry: content.units.flatMap((unit) => unit.telemetry.map((day) => ({ serial: unit.serial, ...day }))),
    photos: content.units.flatMap((unit) => unit.photos.map((photo) => ({ serial: unit.serial, ...photo }))),
  };
}

function partRow(cohort: string, { row: { group, ...row }, against_rest }: Part): Row {
  return {
    cohort,
    ...group,
    ...row,
    ratio_to_rest: against_rest?.ratio ?? null,
    ratio_low: against_rest?.ratio_low ?? null,
    ratio_high: against_rest?.ratio_high ?? null,
    p_two_sided: against_rest?.p_two_sided ?? null,
  };
}

const STYLE =
  'body{font:14px/1.5 "Hiragino Sans","Noto Sans JP",sans-serif;margin:2rem auto;max-width:60rem;color:#111}table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left}' +
  'caption.hidden{display:none}dl.facts div{display:flex;gap:1rem}dt{min-width:16rem;color:#555}dd{margin:0}h2{border-bottom:1px solid #999}@media print{body{margin:0}section{break-inside:auto}tr{break-inside:avoid}}';

async function documentHtml(pack: EvidencePackRow, content: EvidenceContent, locale: Locale): Promise<string> {
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <title>{`${words(locale).evidence} ${content.subject.title}`}</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <EvidenceDocument pack={pack} content={content} locale={locale} />
      </body>
    </html>
  );
  return `<!DOCTYPE html>${await page}`;
}
