// An evidence pack as a ZIP: the document, every table that has rows as CSV, the frozen figures, the photos. The same pack gives the same bytes.
import { zipSync } from 'fflate';
import type { Locale } from '../core/words.ts';
import { toCsv } from '../web/csv.ts';
import { cohortName } from './cohort.ts';
import type { EvidenceContent } from './evidence.ts';
import type { CohortEvidence, Part } from './evidenceRates.ts';
import type { Photo } from './evidenceUnits.ts';
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
  for (const [name, rows] of Object.entries(tablesOf(content))) if (rows.length > 0) files[`${name}.csv`] = text.encode(`\ufeff${toCsv(rows)}`);
  for (const photo of content.units.flatMap((unit) => unit.photos)) {
    const bytes = await readPhoto(photo.sha256);
    if (bytes !== null) files[photoFile(photo)] = bytes;
  }
  const ordered = Object.fromEntries(
    Object.keys(files)
      .sort()
      .map((name) => [name, files[name] ?? new Uint8Array()]),
  );
  return new Uint8Array(zipSync(ordered, { level: 6, mtime: NO_TIME }));
}

/** Where a photo lies in the ZIP, and what its document shows. */
const photoFile = ({ sha256, name }: Photo): string => `photos/${sha256.slice(0, 12)}-${name.replace(/[^\p{L}\p{N}._-]/gu, '_')}`;

type Row = Readonly<Record<string, unknown>>;

/** The tables of a pack as rows: CSV files, and what tests hold against the queries they quote. */
export function tablesOf(content: EvidenceContent): Record<string, Row[]> {
  return {
    rates: content.figures.flatMap((one) =>
      (['confirmed', 'returned', 'peers'] as const).map((measure) => ({
        cohort: cohortName(one.cohort, 'en'),
        failure_mode: measure === 'returned' ? null : one.failure_mode,
        measure,
        ...one[measure],
      })),
    ),
    models: content.models.flatMap(({ failure_mode, same_family, same_maker }) =>
      [
        ...same_family.map((row) => ({ compared_by: 'family', failure_mode, ...row.group, ...row })),
        ...same_maker.map((row) => ({ compared_by: 'maker', failure_mode, ...row.group, ...row })),
      ].map(({ group: _, ...row }) => row),
    ),
    batches: content.figures.flatMap((one) => one.batches.map((part) => partRow(one, part))),
    firmwares: content.figures.flatMap((one) => one.firmwares.map((part) => partRow(one, part))),
    life: content.figures.flatMap((one) => (one.life?.kaplan_meier ?? []).map((point) => ({ cohort: cohortName(one.cohort, 'en'), ...point }))),
    units: content.units.map(({ bench: _, photos, telemetry: __, ...unit }) => ({ ...unit, photos: photos.length })),
    bench: content.units.flatMap((unit) => unit.bench.map((value) => ({ serial: unit.serial, ...value }))),
    telemetry: content.units.flatMap((unit) => unit.telemetry.map((day) => ({ serial: unit.serial, ...day }))),
    photos: content.units.flatMap((unit) => unit.photos.map((photo) => ({ serial: unit.serial, ...photo }))),
  };
}

function partRow({ cohort, failure_mode }: CohortEvidence, { row: { group, ...row }, against_rest }: Part): Row {
  return {
    cohort: cohortName(cohort, 'en'),
    failure_mode,
    ...group,
    ...row,
    ratio_to_rest: against_rest?.ratio ?? null,
    ratio_low: against_rest?.ratio_low ?? null,
    ratio_high: against_rest?.ratio_high ?? null,
    p_two_sided: against_rest?.p_two_sided ?? null,
  };
}

/** The ZIP is read without us: the rules of `.evidence` in kizashi.css and what a bare page needs. */
const STYLE = [
  'body{font:14px/1.5 "Hiragino Sans","Noto Sans JP","Noto Sans CJK JP",sans-serif;margin:2rem auto;padding:0 1rem;max-width:62rem;color:#111}',
  'h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #999;margin-top:1.6rem}h3{font-size:1.05rem}',
  '.table{overflow-x:auto}table{border-collapse:collapse;margin:.4rem 0;font-size:.85rem;width:100%}td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f1f4f7}',
  '.number{text-align:right;font-variant-numeric:tabular-nums}.hidden{position:absolute;clip-path:inset(50%)}.note{color:#555;font-size:.85rem}.statement{white-space:pre-wrap}.serial{white-space:nowrap}',
  'dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.5rem 1.2rem}dt{color:#555;font-size:.8rem;font-weight:600}dd{margin:0;overflow-wrap:anywhere}',
  '.photos{display:flex;flex-wrap:wrap;gap:1rem}.photo{margin:0;width:14rem}.photo img{max-width:100%;max-height:11rem}figcaption{font-size:.8rem}svg{max-width:100%;height:auto}',
  '@page{size:A4;margin:14mm 12mm}@media print{body{margin:0;max-width:none;font-size:10.5pt}.table{overflow:visible}.dense table{font-size:5.8pt}h1,h2,h3,h4{break-after:avoid}tr,figure,svg{break-inside:avoid}thead{display:table-header-group}}',
].join('');

async function documentHtml(pack: EvidencePackRow, content: EvidenceContent, locale: Locale): Promise<string> {
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <title>{`${words(locale).evidence} ${content.subject.title}`}</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <EvidenceDocument pack={pack} content={content} locale={locale} photoPath={photoFile} />
      </body>
    </html>
  );
  return `<!DOCTYPE html>${await page}`;
}
