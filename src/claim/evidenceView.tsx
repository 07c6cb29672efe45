// An evidence pack as a document: the same on the screen, on paper and in the ZIP.
import { findMeasure } from '../alert/measures.ts';
import { type Locale, speak } from '../core/words.ts';
import { cohortName } from './cohort.ts';
import type { EvidenceContent } from './evidence.ts';
import { CohortSection, ModelSection, Summary } from './evidenceFigures.tsx';
import { codeName, Grid, number, Pairs, type W } from './evidenceParts.tsx';
import type { Photo } from './evidenceUnits.ts';
import { UnitSection } from './evidenceUnitViews.tsx';
import { method, words } from './evidenceWords.ts';
import type { EvidencePackRow } from './table.ts';
import { words as claimWords } from './words.ts';

export function EvidenceDocument({
  pack,
  content,
  locale,
  photoPath,
}: {
  pack: Pick<EvidencePackRow, 'fingerprint' | 'created_by'>;
  content: EvidenceContent;
  locale: Locale;
  /** Where the document finds a photo: on the server, or beside it in the ZIP. */
  photoPath: (photo: Photo) => string;
}) {
  const w = words(locale);
  return (
    <article class="evidence">
      <h1>
        {w.evidence}: {content.subject.number === null ? '' : `${content.subject.number} `}
        {subjectTitle(content, locale)}
      </h1>
      <Pairs
        rows={[
          [w.maker, w.to(`${content.maker.name}`)],
          [w.as_of, content.as_of_on],
          [w.cohort, content.cohorts.map((cohort) => cohortName(cohort, locale)).join('; ')],
          ...content.failure_modes.map((mode): [string, string] => [w.failure_mode, `${codeName([mode], mode.code, locale)} (${mode.code})`]),
          [w.made_by, pack.created_by],
          [w.reference, <code>{pack.fingerprint.slice(0, 12)}</code>],
          [w.fingerprint, <code>{pack.fingerprint}</code>],
        ]}
      />
      <p>{w.quote}</p>
      <AskedSection content={content} locale={locale} w={w} />
      <Summary content={content} locale={locale} w={w} />
      <section>
        <h2>{w.figures}</h2>
        {content.figures.map((one) => (
          <CohortSection one={one} content={content} locale={locale} w={w} />
        ))}
      </section>
      <ModelSection content={content} locale={locale} w={w} />
      <UnitSection content={content} locale={locale} w={w} photoPath={photoPath} />
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
      {cost.length === 0 ? null : <h3>{w.cost}</h3>}
      {cost.length === 0 ? null : (
        <Grid
          caption={w.cost}
          heads={[w.model, w.units, w.unit_cost, w.total]}
          numbersFrom={1}
          rows={cost.map((row) => [row.model, row.units, `${number(row.unit_cost)} ${row.currency}`, `${number(row.total)} ${row.currency}`])}
        />
      )}
    </section>
  );
}

/** An alert is known by its signal's code; people read its name. */
const subjectTitle = ({ subject }: EvidenceContent, locale: Locale): string =>
  subject.kind === 'alert' ? speak(findMeasure(subject.title)?.label ?? [subject.title, subject.title], locale) : subject.title;
