// The forms of units: enter, correct, and what happened to one.

import type { Locale } from '../core/words.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { Field, Form, Section, Select } from '../web/parts.tsx';
import { Version } from '../web/staleEdit.tsx';
import { conditions, locations } from './inputs.ts';
import type { UnitView } from './queries.ts';
import { conditionWords, locationWords, words } from './words.ts';

export function NewUnitForm({ c }: { c: AppContext }) {
  const { locale } = c.var;
  const w = words(locale);
  const given = (name: string): string | null => c.req.query(name) ?? null;
  return (
    <Form action="/units">
      <Field label={w.maker} name="maker_code" value={given('maker_code')} hint={w.code_hint} />
      <Field label={w.model} name="model_code" value={given('model_code')} hint={w.code_hint} required />
      <Field label={w.serial} name="serial" value={given('serial')} required />
      <Select
        label={w.identity}
        name="identity"
        options={[
          { value: 'confirmed', label: w.confirmed },
          { value: 'provisional', label: w.provisional },
        ]}
      />
      <Described c={c} />
      <Field label={w.firmware} name="firmware" />
      <Field label={w.in_service_on} name="in_service_on" type="date" />
      <Select label={w.where} name="location" blank="—" options={locations.map((value) => ({ value, label: locationWords(locale)[value] }))} />
      <Select label={w.condition} name="condition" blank="—" options={conditions.map((value) => ({ value, label: conditionWords(locale)[value] }))} />
      <button type="submit" class="primary">
        {w.save}
      </button>
    </Form>
  );
}

export function EditUnitForm({ c, unit }: { c: AppContext; unit: UnitView }) {
  const w = words(c.var.locale);
  return (
    <Form action={`/units/${unit.id}`}>
      <Version of={unit} />
      <Field label={w.serial} name="serial" value={unit.serial} required />
      <Described c={c} unit={unit} />
      <Field label={w.own_warranty_ends_on} name="own_warranty_ends_on" type="date" value={unit.own_warranty_ends_on} />
      <button type="submit" class="primary">
        {w.save}
      </button>
    </Form>
  );
}

/** What the form of a unit edits, with its labels. */
export function editedFields(locale: Locale): readonly (readonly [name: string, label: string])[] {
  const w = words(locale);
  return [
    ['serial', w.serial],
    ['batch_code', w.batch],
    ['hw_rev', w.hw_rev],
    ['mac', w.mac],
    ['device_id', w.device_id],
    ['asset_tag', w.asset_tag],
    ['customer_code', w.customer],
    ['site_code', w.site],
    ['shipped_on', w.shipped_on],
    ['delivered_on', w.delivered_on],
    ['purchased_on', w.purchased_on],
    ['own_warranty_ends_on', w.own_warranty_ends_on],
  ];
}

function Described({ c, unit }: { c: AppContext; unit?: UnitView }) {
  const w = words(c.var.locale);
  return (
    <>
      <Field label={w.batch} name="batch_code" value={unit?.batch_code ?? null} hint={w.code_hint} />
      <Field label={w.hw_rev} name="hw_rev" value={unit?.hw_rev ?? null} />
      <Field label={w.mac} name="mac" value={unit?.mac ?? null} />
      <Field label={w.device_id} name="device_id" value={unit?.device_id ?? null} pattern="[A-Za-z0-9_\-]{1,64}" />
      <Field label={w.asset_tag} name="asset_tag" value={unit?.asset_tag ?? null} />
      <Field label={w.customer} name="customer_code" value={unit?.customer_code ?? null} hint={w.code_hint} />
      <Field label={w.site} name="site_code" value={unit?.site_code ?? null} hint={w.code_hint} />
      <Field label={w.shipped_on} name="shipped_on" type="date" value={unit?.shipped_on ?? null} />
      <Field label={w.delivered_on} name="delivered_on" type="date" value={unit?.delivered_on ?? null} />
      <Field label={w.purchased_on} name="purchased_on" type="date" value={unit?.purchased_on ?? null} />
    </>
  );
}

/** Moving, updating, replacing, merging: each a form that is closed until it is needed. */
export function UnitActions({ c, unit }: { c: AppContext; unit: UnitView }) {
  const w = words(c.var.locale);
  const day = today(c.var.ctx);
  return (
    <Section title={w.actions} id="actions">
      <details>
        <summary>{w.move_site}</summary>
        <Form action={`/units/${unit.id}/service-intervals`} label={w.move_site}>
          <Field label={w.site} name="site_code" value={unit.site_code} hint={w.code_hint} required />
          <Field label={w.from_on} name="from_on" type="date" value={day} required />
          <Select
            label={w.mounting}
            name="mounting"
            blank="—"
            options={[
              { value: 'indoor', label: w.indoor },
              { value: 'outdoor', label: w.outdoor },
            ]}
          />
          <Field label={w.power} name="power" />
          <Field label={w.network} name="network" />
          <button type="submit">{w.save}</button>
        </Form>
      </details>
      <details>
        <summary>{w.change_firmware}</summary>
        <Form action={`/units/${unit.id}/firmware`} label={w.change_firmware}>
          <Field label={w.firmware} name="firmware" required />
          <Field label={w.from_on} name="from_on" type="date" value={day} required />
          <button type="submit">{w.save}</button>
        </Form>
      </details>
      <details>
        <summary>{w.swap}</summary>
        <Form action={`/units/${unit.id}/swap`} label={w.swap}>
          <Field label={w.replacement} name="replacement" required />
          <Field label={w.on} name="on" type="date" value={day} />
          <Select
            label={w.warranty}
            name="new_warranty"
            options={[
              { value: 'inherit', label: w.inherit },
              { value: 'restart', label: w.restart },
            ]}
          />
          <Field label={w.reason} name="reason" />
          <button type="submit">{w.save}</button>
        </Form>
      </details>
      {unit.identity === 'confirmed' ? null : <MergeForm c={c} unit={unit} />}
    </Section>
  );
}

function MergeForm({ c, unit }: { c: AppContext; unit: UnitView }) {
  const w = words(c.var.locale);
  return (
    <details open>
      <summary>{w.merge}</summary>
      <Form action={`/units/${unit.id}/merge`} label={w.merge}>
        <Field label={w.merge_into} name="into" required />
        <Field label={w.reason} name="reason" />
        <button type="submit" class="primary">
          {w.merge}
        </button>
      </Form>
    </details>
  );
}
