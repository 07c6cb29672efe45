// An evidence pack as a document: the same on the screen, on paper and in the ZIP.
import type { Child } from 'hono/jsx';
import { type Locale, speak } from '../core/words.ts';
import type { RateRow } from '../quality/failureRates.ts';
import { warningText } from '../quality/lifeJson.ts';
import type { EvidenceContent } from './evidence.ts';
import { comparison, estimate, Grid, interval, number, Pairs, rate, type W } from './evidenceParts.tsx';
import type { CohortEvidence, Figures, Part } from './evidenceRates.ts';
import { UnitSection } from './evidenceUnitViews.tsx';
import { method, words } from './evidenceWords.ts';
import { LifeCurve } from './lifeCurve.tsx';
import type { EvidencePackRow } from './table.ts';
import { words as claimWords } from './words.ts';

export function EvidenceDocument({
  pack,
  content,
  locale,
}: {
  pack: Pick<EvidencePackRow, 'fingerprint' | 'created_by'>;
  content: EvidenceContent;
  locale: Locale;
}) {
  const w = words(locale);
  return (
    <article class="evidence">
      <h1>
        {w.evidence}: {content.subject.number === null ? '' : `${content.subject.number} `}
        {content.subject.title}
      </h1>
      <Pairs
        rows={[
          [w.maker, w.to(`${content.maker.name}`)],
          [w.as_of, content.as_of_on],
          [w.cohort, content.cohorts.join('; ')],
          ...content.failure_modes.map((mode): [string, string] => [w.failure_mode, `${mode.code} ${locale === 'ja' ? mode.name_ja : mode.name_en}`]),
          [w.made_by, pack.created_by],
          [w.fingerprint, <code>{pack.fingerprint}</code>],
        ]}
      />
      <p>{w.quote}</p>
      <AskedSection content={content} locale={locale} w={w} />
      <section>
        <h2>{w.figures}</h2>
        {content.figures.map((one) => (
          <CohortSection one={one} locale={locale} w={w} />
        ))}
      </section>
      <section>
        <h2>{w.models}</h2>
        <RateTable title={w.same_family} head={w.model} rows={content.models.same_family} name={(row) => `${row.group.maker} ${row.group.model}`} w={w} />
        <RateTable title={w.same_maker} head={w.model} rows={content.models.same_maker} name={(row) => `${row.group.model}`} w={w} />
      </section>
      <UnitSection content={content} locale={locale} w={w} />
      <section>
        <h2>{w.method}</h2>
        <ol>
          {method.map((sentence) => (
            <li>{speak(sentence, locale)}</li>
          ))}
        </ol>
      </section>
    </article>
  );
}

function AskedSection({ content: { asked, cost }, locale, w }: { content: EvidenceContent; locale: Locale; w: W }) {
  const remedy = asked === null ? '' : (claimWords(locale)[`remedy_${asked.remedy}` as 'remedy_credit'] ?? asked.remedy);
  return (
    <section>
      {asked === null ? null : (
        <>
          <h2>{w.ask}</h2>
          <Pairs
            rows={[
              [w.claim, asked.number],
              [w.remedy, remedy],
              [w.units, asked.units],
              [w.amount, asked.amount === null ? w.none : `${number(asked.amount)} ${asked.currency ?? ''}`],
            ]}
          />
          <p class="statement">{asked.statement}</p>
        </>
      )}
      {cost.length === 0 ? null : (
        <Grid
          caption={w.cost}
          heads={[w.model, w.units, w.unit_cost, w.total]}
          rows={cost.map((row) => [row.model, row.units, `${number(row.unit_cost)} ${row.currency}`, `${number(row.total)} ${row.currency}`])}
        />
      )}
    </section>
  );
}

function CohortSection({ one, locale, w }: { one: CohortEvidence; locale: Locale; w: W }) {
  const figure = (name: string, of: Figures): Child[] => [
    name,
    of.units,
    number(of.exposure_days),
    number(of.failures),
    rate(of.rate_per_1000_device_months, w),
    interval(of.ci_low, of.ci_high, w),
  ];
  return (
    <section>
      <h3>{one.name}</h3>
      <Grid
        caption={w.figures}
        heads={[w.measure, w.units, w.device_days, w.failures, w.rate, w.interval]}
        rows={[figure(w.confirmed, one.confirmed), figure(w.returned, one.returned), figure(w.peers, one.peers)]}
      />
      <Pairs
        rows={[
          [w.against_maker, comparison(one.against_maker, w)],
          [
            w.standardised,
            one.standardised_ratio === null
              ? w.none
              : `${rate(one.standardised_ratio.ratio, w)} (${interval(one.standardised_ratio.low, one.standardised_ratio.high, w)})`,
          ],
        ]}
      />
      <PartTable title={w.batches} head={w.batch} parts={one.batches} name={(row) => row.group.batch ?? w.none} w={w} />
      <PartTable title={w.firmwares} head={w.firmware} parts={one.firmwares} name={(row) => row.group.firmware ?? w.none} w={w} />
      <h4>{w.life}</h4>
      <LifeCurve points={one.life.kaplan_meier} title={w.life} days={w.days} surviving={w.surviving} />
      <Pairs
        rows={[
          [w.units, one.life.n],
          [w.failures, one.life.failures],
          [w.shape, estimate(one.life.weibull?.shape, w)],
          [w.b10, one.life.limited_failure_population === null ? estimate(one.life.weibull?.b10_days, w) : w.none],
        ]}
      />
      {one.life.warnings.length === 0 ? null : (
        <ul>
          {one.life.warnings.map((warning) => (
            <li>{warningText(warning, locale)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const PartTable = ({ title, head, parts, name, w }: { title: string; head: string; parts: readonly Part[]; name: (row: RateRow) => string; w: W }) => (
  <>
    <h4>{title}</h4>
    <Grid
      caption={title}
      heads={[head, w.units, w.device_days, w.failures, w.rate, w.interval, w.ratio_rest]}
      rows={parts.map(({ row, against_rest }) => [...rateCells(name(row), row, w), comparison(against_rest, w)])}
    />
  </>
);

const RateTable = ({ title, head, rows, name, w }: { title: string; head: string; rows: readonly RateRow[]; name: (row: RateRow) => string; w: W }) => (
  <>
    <h3>{title}</h3>
    <Grid caption={title} heads={[head, w.units, w.device_days, w.failures, w.rate, w.interval]} rows={rows.map((row) => rateCells(name(row), row, w))} />
  </>
);

const rateCells = (name: string, row: RateRow, w: W): Child[] => [
  name,
  number(row.units),
  number(row.exposure_days),
  number(row.failures),
  rate(row.rate_per_1000_device_months, w),
  interval(row.ci_low, row.ci_high, w),
];
