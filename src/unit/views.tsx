// What the pages of units are made of; desk/ uses the same parts beside its timeline.
import type { Child } from 'hono/jsx';
import { may } from '../core/actor.ts';
import type { Locale } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, type Column, Facts, Table, type Tone, Unknown } from '../web/parts.tsx';
import { conditions, locations } from './inputs.ts';
import type { listFirmwareIntervals, listIdentifiers, listServiceIntervals, UnitView } from './queries.ts';
import { conditionWords, locationWords, words } from './words.ts';

/** The location in words, or null when nobody knows. */
export const locationName = (location: string | null, locale: Locale): string | null => {
  const known = locations.find((one) => one === location);
  return known === undefined ? null : locationWords(locale)[known];
};

const tones: Partial<Record<string, Tone>> = { new: 'good', verified: 'good', refurbished: 'info', defective: 'bad', unverified: 'warn' };

export function Condition({ condition, locale }: { condition: string | null; locale: Locale }) {
  const known = conditions.find((one) => one === condition);
  return known === undefined ? <Unknown locale={locale} /> : <Badge tone={tones[known] ?? 'neutral'}>{conditionWords(locale)[known]}</Badge>;
}

/** The columns of every list of units. */
export function unitColumns(c: AppContext): Column<UnitView>[] {
  const { locale } = c.var;
  const w = words(locale);
  return [
    { head: w.serial, sort: 'serial', cell: (unit) => <a href={`/units/${unit.id}`}>{unit.serial}</a> },
    { head: w.model, cell: (unit) => unit.model_code },
    { head: w.maker, cell: (unit) => unit.maker_code },
    { head: w.batch, cell: (unit) => unit.batch_code ?? <Unknown locale={locale} /> },
    { head: w.firmware, cell: (unit) => unit.firmware ?? <Unknown locale={locale} /> },
    { head: w.customer, cell: (unit) => unit.customer_name ?? <Unknown locale={locale} /> },
    { head: w.site, cell: (unit) => unit.site_name ?? <Unknown locale={locale} /> },
    { head: w.where, cell: (unit) => locationName(unit.location, locale) ?? <Unknown locale={locale} /> },
    {
      head: w.condition,
      cell: (unit) => (
        <>
          <Condition condition={unit.condition} locale={locale} />
          {unit.identity === 'provisional' ? (
            <>
              {' '}
              <Badge tone="warn">{w.provisional}</Badge>
            </>
          ) : null}
        </>
      ),
    },
  ];
}

interface Swaps {
  readonly predecessor: UnitView | undefined;
  readonly successor: UnitView | undefined;
}

export function UnitFacts({ c, unit, swaps: { predecessor, successor } }: { c: AppContext; unit: UnitView; swaps: Swaps }) {
  const { locale } = c.var;
  const w = words(locale);
  const known = (value: string | null, href?: string): Child =>
    value === null ? <Unknown locale={locale} /> : href === undefined ? value : <a href={href}>{value}</a>;
  const inCatalogue = (value: string | null, href: string): Child => known(value, may(c.var.ctx.actor, 'catalog:read') ? href : undefined);
  return (
    <Facts
      facts={[
        [w.model, inCatalogue(`${unit.model_code} · ${unit.model_name}`, `/catalog/models/${unit.model_id}`)],
        [w.maker, unit.maker_code],
        [w.batch, inCatalogue(unit.batch_code, `/catalog/batches/${unit.batch_id}`)],
        [w.hw_rev, known(unit.hw_rev)],
        [w.firmware, inCatalogue(unit.firmware, `/catalog/firmwares/${unit.firmware_id}`)],
        [w.customer, known(unit.customer_name, `/catalog/customers/${unit.customer_id}`)],
        [w.site, known(unit.site_name, `/catalog/sites/${unit.site_id}`)],
        [
          w.where,
          <>
            {locationName(unit.location, locale) ?? <Unknown locale={locale} />} {unit.since_at === null ? null : <Age c={c} at={unit.since_at} />}
          </>,
        ],
        [w.condition, <Condition condition={unit.condition} locale={locale} />],
        [w.identity, unit.identity === 'confirmed' ? w.confirmed : <Badge tone="warn">{w.provisional}</Badge>],
        [w.shipped_on, known(unit.shipped_on)],
        [w.delivered_on, known(unit.delivered_on)],
        [w.purchased_on, known(unit.purchased_on)],
        ...(predecessor === undefined ? [] : [[w.predecessor, <a href={`/units/${predecessor.id}`}>{predecessor.serial}</a>] as const]),
        ...(successor === undefined ? [] : [[w.successor, <a href={`/units/${successor.id}`}>{successor.serial}</a>] as const]),
      ]}
    />
  );
}

export const Identifiers = ({ c, identifiers }: { c: AppContext; identifiers: Awaited<ReturnType<typeof listIdentifiers>> }) => (
  <Facts
    facts={identifiers.map(({ kind, identifier }) => {
      const written = <code>{identifier}</code>;
      const reports = kind === 'device_id' && may(c.var.ctx.actor, 'telemetry:read');
      return [words(c.var.locale)[kind], reports ? <a href={`/devices/${identifier}`}>{written}</a> : written] as const;
    })}
  />
);

export function ServiceIntervals({ c, intervals }: { c: AppContext; intervals: Awaited<ReturnType<typeof listServiceIntervals>> }) {
  const { locale } = c.var;
  const w = words(locale);
  return (
    <Table
      c={c}
      caption={w.service_intervals}
      rows={intervals}
      columns={[
        { head: w.site, cell: (row) => row.site_name ?? <Unknown locale={locale} /> },
        {
          head: w.from_on,
          cell: (row) => (
            <>
              {row.from_on}
              {row.estimated_at === null ? null : ` (${w.estimated})`}
            </>
          ),
        },
        { head: w.to_on, cell: (row) => row.to_on ?? w.ongoing },
        { head: w.mounting, cell: (row) => (row.mounting === null ? <Unknown locale={locale} /> : w[row.mounting]) },
        { head: w.power, cell: (row) => row.power ?? <Unknown locale={locale} /> },
        { head: w.network, cell: (row) => row.network ?? <Unknown locale={locale} /> },
      ]}
    />
  );
}

export function FirmwareIntervals({ c, intervals }: { c: AppContext; intervals: Awaited<ReturnType<typeof listFirmwareIntervals>> }) {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.firmware_intervals}
      rows={intervals}
      columns={[
        { head: w.firmware, cell: (row) => row.firmware },
        { head: w.from_on, cell: (row) => row.from_on },
        { head: w.to_on, cell: (row) => row.to_on ?? w.ongoing },
      ]}
    />
  );
}
