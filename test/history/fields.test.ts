// A changed field is told by a name: every column of a record the product remembers, and every field a deed names, has words in both languages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fieldWords, tellsNothing } from '../../src/history/fields.ts';
import { eachDb } from '../support/eachDb.ts';

/** What the product counts, measures and queues by itself: no deed of a person names their columns. */
const UNREMEMBERED = [
  /^(?:migrations|job_runs|outbox|idempotency_keys|sessions|document_numbers|history|import_changes|import_drafts|bulk_changes)$/,
  /^(?:devices|device_(?:states|days|boots|gaps|security_events)|report_\w+|ingest_\w+|presence_changes|telemetry_\w+)$/,
  /^(?:quality_\w+|stock_forecasts|unit_places|alert_(?:days|units|progress)|cohort_days|signal_\w+|bad_region_days|site_outages|effectiveness_checks)$/,
  /^(?:case_(?:marks|spans|measures|rating_links)|article_(?:events|words)|news_readings|notice_(?:recipients|units)|known_issue_marks)$/,
];

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const SAME_IN_BOTH = new Set(['kpi', 'url']);

const wordless = (fields: readonly string[]): string[] =>
  [...new Set(fields)].filter((field) => {
    const [en, ja] = fieldWords(field);
    return !tellsNothing(field) && (en.includes('_') || !(JAPANESE.test(ja) || SAME_IN_BOTH.has(field)));
  });

eachDb('the store', (test) => {
  it('has no column without words among the records people change', async () => {
    const tables = (await test.store.db.introspection.getTables()).filter(({ name }) => !UNREMEMBERED.some((pattern) => pattern.test(name)));
    expect(tables.length).toBeGreaterThan(80);
    expect(wordless(tables.flatMap(({ columns }) => columns.map(({ name }) => name)))).toEqual([]);
  });
});

it('no deed names a field without words', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(join('src', file), 'utf8'));
  const changes = sources.flatMap((text) => [...text.matchAll(/[{\s]change: \{ ([^{}]*) \}/g)].map(([, inside = '']) => inside));
  const fields = changes.flatMap((inside) => inside.split(', ').flatMap((part) => /^([a-z_]+)(?:: .*)?$/.exec(part)?.[1] ?? []));
  expect(fields.length).toBeGreaterThan(60);
  expect(wordless(fields)).toEqual([]);
});

it('a field is named whole, by its language, by its deed, or at least without underscores', () => {
  expect(fieldWords('hw_rev')).toEqual(['hardware revision', 'HWリビジョン']);
  expect(fieldWords('title_ja')).toEqual(['title (Japanese)', '件名（日本語）']);
  expect(fieldWords('approved_by_name')).toEqual(['approved by', '承認者']);
  expect(fieldWords('shipped_on')).toEqual(['shipped on', '出荷日']);
  expect(fieldWords('amount_minor')).toEqual(['amount', '金額']);
  expect(fieldWords('never_heard_of')).toEqual(['never heard of', 'never heard of']);
});
