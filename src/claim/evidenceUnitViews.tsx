// The units of an evidence pack: the list, what the bench measured, and what telemetry said.
import type { Child } from 'hono/jsx';
import type { Locale } from '../core/words.ts';
import type { EvidenceContent } from './evidence.ts';
import { Grid, type W } from './evidenceParts.tsx';
import type { EvidenceUnit } from './evidenceUnits.ts';

export function UnitSection({ content, locale, w }: { content: EvidenceContent; locale: Locale; w: W }) {
  const finding = (name: string | null): string => (name === null ? w.none : (w[`finding_${name}` as 'finding_confirmed'] ?? name));
  const heads = [
    w.serial,
    w.model,
    w.hw_rev,
    w.batch,
    w.firmware,
    w.in_service_on,
    w.failed_on,
    w.service_days,
    w.verdict,
    w.failure_mode,
    w.component,
    w.photos,
  ];
  const row = (unit: EvidenceUnit): Child[] =>
    [
      unit.serial,
      unit.model,
      unit.hw_rev,
      unit.batch,
      unit.firmware,
      unit.in_service_on,
      unit.failed_on,
      unit.service_days,
      finding(unit.finding),
      unit.failure_mode,
      unit.component,
      unit.photos.length,
    ].map((cell) => cell ?? w.none);
  return (
    <section>
      <h2>
        {w.unit_list} ({content.units.length})
      </h2>
      <Grid caption={w.unit_list} heads={heads} rows={content.units.map(row)} />
      {content.units_left_out === 0 ? null : <p>{w.left_out(content.units_left_out)}</p>}
      <Bench units={content.units} locale={locale} w={w} />
      <Telemetry units={content.units} w={w} />
    </section>
  );
}

const Bench = ({ units, locale, w }: { units: readonly EvidenceUnit[]; locale: Locale; w: W }) => {
  const measured = units.filter((unit) => unit.bench.length > 0);
  return (
    <>
      {measured.length === 0 ? null : <h3>{w.bench}</h3>}
      {measured.map((unit) => (
        <Grid
          caption={`${w.bench} ${unit.serial}`}
          heads={[unit.serial, w.result, w.value, w.limits]}
          rows={unit.bench.map((value) => [
            locale === 'ja' ? value.step_ja : value.step_en,
            value.result.toUpperCase(),
            value.value === null ? '–' : `${value.value} ${value.value_unit ?? ''}`,
            limits(value.min, value.max),
          ])}
        />
      ))}
    </>
  );
};

const limits = (min: number | null, max: number | null): string => (min === null && max === null ? '–' : `${min ?? ''} … ${max ?? ''}`);

const Telemetry = ({ units, w }: { units: readonly EvidenceUnit[]; w: W }) => {
  const heard = units.filter((unit) => unit.telemetry.length > 0);
  return (
    <>
      {heard.length === 0 ? null : <h3>{w.telemetry}</h3>}
      {heard.map((unit) => (
        <Grid
          caption={`${w.telemetry} ${unit.serial}`}
          heads={[unit.serial, '']}
          rows={unit.telemetry.map(({ day_on, ...said }) => [
            day_on,
            Object.entries(said)
              .map(([name, value]) => `${name} ${value}`)
              .join(', '),
          ])}
        />
      ))}
    </>
  );
};
