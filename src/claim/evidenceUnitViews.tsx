// The units of an evidence pack: the list, what the bench measured and photographed, and what telemetry said.
import type { Child } from 'hono/jsx';
import type { Locale } from '../core/words.ts';
import type { EvidenceContent } from './evidence.ts';
import { codeName, Grid, number, type W } from './evidenceParts.tsx';
import type { EvidenceUnit, Photo } from './evidenceUnits.ts';

/** Pages are for reading: details of more units than this are in the CSV files of the ZIP. */
const MOST_DETAILS = 30;

interface Shown {
  readonly content: EvidenceContent;
  readonly locale: Locale;
  readonly w: W;
  readonly photoPath: (photo: Photo) => string;
}

export function UnitSection({ content, locale, w, photoPath }: Shown) {
  const finding = (name: string | null): string => (name === null ? w.none : (w[`finding_${name}` as 'finding_confirmed'] ?? name));
  const several = new Set(content.units.map((unit) => unit.model)).size > 1;
  const heads = [
    w.serial,
    ...(several ? [w.model] : []),
    w.hw_rev,
    w.batch,
    w.firmware,
    w.in_service_on,
    w.failed_on,
    w.verdict,
    w.failure_mode,
    w.component,
    w.service_days,
    w.photos,
  ];
  const row = (unit: EvidenceUnit): Child[] =>
    [
      <span class="serial">{unit.serial}</span>,
      ...(several ? [unit.model] : []),
      unit.hw_rev,
      unit.batch,
      unit.firmware,
      unit.in_service_on,
      unit.failed_on,
      finding(unit.finding),
      codeName(content.names.failure_mode, unit.failure_mode, locale),
      codeName(content.names.component, unit.component, locale),
      unit.service_days,
      unit.photos.length,
    ].map((cell) => cell ?? w.none);
  return (
    <section>
      <h2>
        {w.unit_list} ({content.units.length})
      </h2>
      <Grid caption={w.unit_list} heads={heads} numbersFrom={heads.length - 2} rows={content.units.map(row)} />
      {content.units_left_out === 0 ? null : <p>{w.left_out(content.units_left_out)}</p>}
      <Bench units={content.units.filter((unit) => unit.bench.length > 0)} locale={locale} w={w} />
      <Photos units={content.units.filter((unit) => unit.photos.length > 0)} w={w} photoPath={photoPath} />
      <Telemetry units={content.units.filter((unit) => unit.telemetry.length > 0)} w={w} />
    </section>
  );
}

const More = ({ units, file, w }: { units: readonly EvidenceUnit[]; file: string; w: W }) =>
  units.length <= MOST_DETAILS ? null : <p class="note">{w.more_units(units.length - MOST_DETAILS, file)}</p>;

const Bench = ({ units, locale, w }: { units: readonly EvidenceUnit[]; locale: Locale; w: W }) =>
  units.length === 0 ? null : (
    <>
      <h3>{w.bench}</h3>
      <Grid
        caption={w.bench}
        heads={[w.serial, w.inspected_on, w.step, w.result, w.value, w.limits]}
        numbersFrom={4}
        rows={units
          .slice(0, MOST_DETAILS)
          .flatMap((unit) =>
            unit.bench.map((value) => [
              <span class="serial">{unit.serial}</span>,
              value.inspected_on,
              locale === 'ja' ? value.step_ja : value.step_en,
              value.result.toUpperCase(),
              value.value === null ? '–' : `${value.value} ${value.value_unit ?? ''}`,
              limits(value.min, value.max),
            ]),
          )}
      />
      <More units={units} file="bench.csv" w={w} />
    </>
  );

const limits = (min: number | null, max: number | null): string => (min === null && max === null ? '–' : `${min ?? ''} … ${max ?? ''}`);

const Photos = ({ units, w, photoPath }: { units: readonly EvidenceUnit[]; w: W; photoPath: Shown['photoPath'] }) =>
  units.length === 0 ? null : (
    <>
      <h3>{w.photos}</h3>
      <div class="photos">
        {units.slice(0, MOST_DETAILS).flatMap((unit) =>
          unit.photos.map((photo) => (
            <figure class="photo">
              <img src={photoPath(photo)} alt={`${unit.serial} ${photo.name}`} loading="lazy" />
              <figcaption>
                <span class="serial">{unit.serial}</span> {photo.name}
              </figcaption>
            </figure>
          )),
        )}
      </div>
      <More units={units} file="photos.csv" w={w} />
    </>
  );

const Telemetry = ({ units, w }: { units: readonly EvidenceUnit[]; w: W }) =>
  units.length === 0 ? null : (
    <>
      <h3>{w.telemetry}</h3>
      {units.slice(0, MOST_DETAILS).map((unit) => (
        <TelemetryOf unit={unit} w={w} />
      ))}
      <More units={units} file="telemetry.csv" w={w} />
    </>
  );

/** One row for each field that said something, one column a day: fifteen days fit a sheet, fifty fields do not. */
function TelemetryOf({ unit, w }: { unit: EvidenceUnit; w: W }) {
  const fields = [...new Set(unit.telemetry.flatMap((day) => Object.keys(day)))].filter((name) => name !== 'day_on').sort();
  return (
    <>
      <h4>
        <span class="serial">{unit.serial}</span> ({w.failed_on} {unit.failed_on ?? w.none})
      </h4>
      <Grid
        caption={`${w.telemetry} ${unit.serial}`}
        heads={[w.field, ...unit.telemetry.map((day) => String(day.day_on ?? '').slice(5))]}
        numbersFrom={1}
        dense
        rows={fields.map((name) => [name, ...unit.telemetry.map((day) => cellOf(day[name]))])}
      />
    </>
  );
}

const cellOf = (value: string | number | undefined): string =>
  value === undefined ? '·' : typeof value === 'number' ? number(Math.abs(value) >= 10 ? Math.round(value * 10) / 10 : value) : value;
