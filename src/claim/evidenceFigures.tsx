// The figures of an evidence pack: what they amount to in a sentence, each cohort's rates, batches, firmwares and life, and the models beside it.
import type { Child } from 'hono/jsx';
import type { Locale } from '../core/words.ts';
import type { RateRow } from '../quality/failureRates.ts';
import { warningText } from '../quality/lifeJson.ts';
import { cohortName } from './cohort.ts';
import type { EvidenceContent } from './evidence.ts';
import { carriers, codeName, comparison, estimate, Grid, interval, number, Pairs, rate, type W } from './evidenceParts.tsx';
import type { CohortEvidence, ComparedModels, Figures, Part } from './evidenceRates.ts';
import { LifeCurve } from './lifeCurve.tsx';

interface Shown {
  readonly content: EvidenceContent;
  readonly locale: Locale;
  readonly w: W;
}

/** What the tables below say, one sentence per figure: the claim in short, with its uncertainty. */
export const Summary = ({ content, locale, w }: Shown) => (
  <section>
    <h2>{w.summary}</h2>
    <ul>
      {content.figures.map((one) => (
        <li>
          {w.found({
            name: nameOf(one, content, locale),
            failures: number(one.confirmed.failures),
            units: number(one.confirmed.units),
            days: number(one.confirmed.exposure_days),
            rate: `${rate(one.confirmed.rate_per_1000_device_months, w)} (${interval(one.confirmed.ci_low, one.confirmed.ci_high, w)})`,
            peers: `${rate(one.peers.rate_per_1000_device_months, w)} (${interval(one.peers.ci_low, one.peers.ci_high, w)})`,
            ratio: comparison(one.against_maker, w),
          })}{' '}
          {carriers(one.batches).map(({ row }) => w.carried(w.batch, row.group.batch ?? w.none, number(row.failures), number(one.confirmed.failures)))}{' '}
          {carriers(one.firmwares).map(({ row }) => w.carried(w.firmware, row.group.firmware ?? w.none, number(row.failures), number(one.confirmed.failures)))}
        </li>
      ))}
    </ul>
  </section>
);

const nameOf = ({ cohort, failure_mode }: CohortEvidence, content: EvidenceContent, locale: Locale): string =>
  cohortName(cohort, locale) + ofMode(failure_mode, content, locale);

const ofMode = (failure_mode: string | null, { failure_modes }: EvidenceContent, locale: Locale): string =>
  failure_mode === null ? '' : ` · ${codeName(failure_modes, failure_mode, locale)}`;

export function CohortSection({ one, content, locale, w }: Shown & { one: CohortEvidence }) {
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
      <h3>{nameOf(one, content, locale)}</h3>
      <Grid
        caption={w.figures}
        heads={[w.measure, w.units, w.device_days, w.failures, w.rate, w.interval]}
        numbersFrom={1}
        rows={[figure(w.confirmed, one.confirmed), figure(one.failure_mode === null ? w.returned : w.returned_any, one.returned), figure(w.peers, one.peers)]}
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
      {one.life === null ? null : <Life life={one.life} locale={locale} w={w} />}
    </section>
  );
}

function Life({ life, locale, w }: { life: NonNullable<CohortEvidence['life']>; locale: Locale; w: W }) {
  return (
    <>
      <h4>{w.life}</h4>
      <LifeCurve points={life.kaplan_meier} title={w.life} days={w.days} surviving={w.surviving} />
      <Pairs
        rows={[
          [w.units, life.n],
          [w.failures, life.failures],
          [w.shape, estimate(life.weibull?.shape, w)],
          [w.b10, life.limited_failure_population === null ? estimate(life.weibull?.b10_days, w) : w.none],
        ]}
      />
      {life.warnings.length === 0 ? null : (
        <ul>
          {life.warnings.map((warning) => (
            <li>{warningText(warning, locale)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Parts that carry the excess are marked; what the mark means stands below. */
const PartTable = ({ title, head, parts, name, w }: { title: string; head: string; parts: readonly Part[]; name: (row: RateRow) => string; w: W }) => {
  const marked = carriers(parts);
  const names = (part: Part): Child => (marked.includes(part) ? <strong>{`${name(part.row)} ▲`}</strong> : name(part.row));
  return parts.length === 0 ? null : (
    <>
      <h4>{title}</h4>
      <Grid
        caption={title}
        heads={[head, w.units, w.device_days, w.failures, w.rate, w.interval, w.ratio_rest]}
        numbersFrom={1}
        rows={parts.map((part) => [...rateCells(names(part), part.row, w), comparison(part.against_rest, w)])}
      />
      {marked.length === 0 ? null : <p class="note">{w.mark}</p>}
    </>
  );
};

/** A maker may have hundreds of models: the document shows the first by rank, the CSV all. */
const MOST_MODELS = 25;

export const ModelSection = ({ content, locale, w }: Shown) => (
  <section>
    <h2>{w.models}</h2>
    {content.models.map((compared) => (
      <ModelTables compared={compared} suffix={ofMode(compared.failure_mode, content, locale)} maker={content.maker.name} w={w} />
    ))}
  </section>
);

const ModelTables = ({ compared: { same_family, same_maker }, suffix, maker, w }: { compared: ComparedModels; suffix: string; maker: string; w: W }) => (
  <>
    <RateTable title={`${w.same_family}${suffix}`} rows={same_family} name={(row) => `${row.group.maker} ${row.group.model}`} w={w} />
    <RateTable title={`${w.same_maker(maker)}${suffix}`} rows={same_maker} name={(row) => `${row.group.model}`} w={w} />
  </>
);

const RateTable = ({ title, rows, name, w }: { title: string; rows: readonly RateRow[]; name: (row: RateRow) => string; w: W }) =>
  rows.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <Grid
        caption={title}
        heads={[w.model, w.units, w.device_days, w.failures, w.rate, w.interval]}
        numbersFrom={1}
        rows={rows.slice(0, MOST_MODELS).map((row) => rateCells(name(row), row, w))}
      />
      {rows.length <= MOST_MODELS ? null : <p class="note">{w.more_models(rows.length - MOST_MODELS)}</p>}
    </>
  );

const rateCells = (name: Child, row: RateRow, w: W): Child[] => [
  name,
  number(row.units),
  number(row.exposure_days),
  number(row.failures),
  rate(row.rate_per_1000_device_months, w),
  interval(row.ci_low, row.ci_high, w),
];
