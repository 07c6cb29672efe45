// Returns as they leave the product: schemas of the answers and the views that fill them.
import { z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { DayText, Instant } from '../web/route.ts';
import { dispositions } from './disposition.ts';
import type { DispositionView } from './dispositionQueries.ts';
import { coverages, returnTypes, verdicts } from './inputs.ts';
import { type LegView, listLegViews } from './legQueries.ts';
import { legStates, returnStates, unitStates } from './lifecycle.ts';
import { findReturnView, listUnitsOfReturn, type ReturnUnitView, type ReturnView } from './queries.ts';
import type { Receipt } from './receive.ts';
import type { CodeRow } from './table.ts';
import { coverageWords } from './warranty.ts';

const text = z.string().nullable();
const day = DayText.nullable();
const at = Instant.nullable();

export const ReturnUnit = z
  .object({
    id: z.string(),
    return_id: z.string(),
    number: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    model_id: z.string(),
    model_code: z.string(),
    maker_code: z.string(),
    identity: z.string(),
    state: z.enum(unitStates),
    unexpected_at: at,
    returned_on: day,
    failed_on: day,
    expected_by_on: day,
    received_at: at,
    dispositioned_at: at,
    resolved_at: at,
    reported_symptom_id: text,
    reported_text: text,
    snapshot: z.unknown(),
    verdict: z.enum(verdicts).nullable(),
    failure_mode_id: text,
    component_id: text,
    cause_id: text,
    verdict_at: at,
    disposition: z.enum(dispositions).nullable(),
    coverage: z.enum(coverages).nullable(),
    coverage_reason: text,
    warranty_basis: text,
    warranty_starts_on: day,
    contract_ends_on: day,
    own_warranty_ends_on: day,
    maker_warranty_ends_on: day,
    repeat_no: z.int(),
    footage_erased_at: at,
    reminders_sent: z.int(),
    write_off_requested_by: text,
    written_off_at: at,
    merged_into_id: text,
    location: text,
    condition: text,
    customer_name: text,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('ReturnUnit');

export const Leg = z
  .object({
    id: z.string(),
    return_id: z.string(),
    return_unit_id: text,
    kind: z.enum(['replacement', 'same_unit']),
    state: z.enum(legStates),
    model_id: z.string(),
    model_code: z.string(),
    unit_id: text,
    serial: text,
    reservation_id: text,
    promise: text.openapi({ description: 'State of the reservation; `released` while the shipment is `reserved` means a hold took it back' }),
    carrier: text,
    tracking_no: text,
    reserved_at: at,
    shipped_at: at,
    delivered_at: at,
    cancelled_at: at,
    cancelled_reason: text,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('OutboundLeg');

export const Return = z
  .object({
    id: z.string(),
    number: z.string(),
    type: z.enum(returnTypes),
    state: z.enum(returnStates),
    customer_id: text,
    customer_code: text,
    customer_name: text,
    partner_id: text,
    case_id: text,
    owner_id: text,
    owner_name: text,
    note: text,
    ship_to: text,
    rejected_reason: text,
    origin: z.enum(['filed', 'scan', 'import']),
    filed_on: DayText,
    authorised_at: at,
    closed_at: at,
    units_count: z.int(),
    units_open: z.int(),
    units_overdue: z.int(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Return');

export const ReturnInFull = Return.extend({ units: z.array(ReturnUnit), outbound: z.array(Leg) }).openapi('ReturnInFull');

export const Disposition = z
  .object({
    id: z.string(),
    return_id: z.string(),
    number: z.string(),
    return_unit_id: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    disposition: z.enum(dispositions),
    state: z.enum(['requested', 'posted', 'done', 'reversed', 'withdrawn']),
    condition: text,
    reason: text,
    override_reason: text,
    requested_by: z.string(),
    requested_name: z.string(),
    requested_at: Instant,
    approved_by: text,
    approved_name: text,
    posted_at: at,
    move_id: text,
    reversed_at: at,
    reversal_id: text,
    reversal_reason: text,
    version: z.int(),
  })
  .openapi('Disposition');

export const ReceiptAnswer = z
  .object({
    outcome: z.enum(['expected', 'unexpected', 'unknown', 'duplicate', 'ambiguous']),
    message: z.string(),
    path: text.optional(),
    return_id: text,
    number: text,
    return_unit_id: z.string().optional(),
    unit_id: text,
    serial: text,
    state: text,
    label_path: z.string().optional(),
    choices: z.array(
      z.object({
        unit_id: z.string(),
        label: z.string(),
        serial: z.string(),
        model_code: z.string(),
        maker_code: z.string(),
        customer_name: text,
        location: text,
      }),
    ),
  })
  .openapi('Receipt');

export const Code = z
  .object({
    id: z.string(),
    tree: z.enum(['symptom', 'failure_mode', 'component', 'cause']),
    code: z.string(),
    parent_id: text,
    name_en: z.string(),
    name_ja: z.string(),
    merged_into_id: text,
    retired_at: at,
    depth: z.int().optional(),
    created_at: Instant,
    version: z.int(),
  })
  .openapi('Code');

export function returnJson(found: ReturnView) {
  const { units, ...json } = jsonOf(found);
  return Object.assign(json, { units_count: units });
}

export async function inFull(ctx: Ctx, id: string) {
  const found = await findReturnView(ctx, id);
  const [units, legs] = [await listUnitsOfReturn(ctx, found.id), await listLegViews(ctx, found.id)];
  return { ...returnJson(found), units: units.map(({ write_off_requested_name: _, ...unit }) => returnUnitJson(ctx, unit)), outbound: legs.map(legJson) };
}

export function returnUnitJson(ctx: Ctx, unit: ReturnUnitView) {
  const { partner_id: _, received_by: __, verdict_by: ___, footage_erased_by: ____, write_off_approved_by: _____, ...shown } = unit;
  const { symptom_en, symptom_ja, mode_en, mode_ja, type, filed_on, ...row } = shown;
  const why = coverageWords(unit, filed_on);
  return {
    ...jsonOf(row),
    coverage_reason: why === null ? null : speak(why, ctx.actor.locale),
    snapshot: row.snapshot === null ? null : JSON.parse(row.snapshot),
  };
}

export const legJson = ({ partner_id: _, number: __, ...leg }: LegView) => jsonOf(leg);

export const dispositionJson = (row: DispositionView) => jsonOf(row);

export const codeJson = (row: CodeRow & { depth?: number }) => jsonOf(row);

const outcomes = {
  expected: ['Received', '受領しました'],
  unexpected: ['Not announced: received into quarantine', '想定外の個体として受領しました'],
  unknown: ['Nobody knows this serial: received as a provisional unit, print its label', '未登録の個体です。仮登録して受領しました。ラベルを印刷してください'],
  duplicate: ['Received already: nothing changed', '受領済みです(変更なし)'],
  ambiguous: ['Several units answer to this: choose one', '複数の個体が該当します。選択してください'],
} as const;

export function receiptJson(ctx: Ctx, receipt: Receipt) {
  const { outcome, unit } = receipt;
  const where = receipt.return === null ? '' : ` · ${receipt.return.number}`;
  return {
    outcome,
    message: `${speak(outcomes[outcome], ctx.actor.locale)}${unit === null ? '' : ` · ${unit.model_code} ${unit.serial}`}${where}`,
    return_id: receipt.return?.id ?? null,
    number: receipt.return?.number ?? null,
    unit_id: unit?.id ?? null,
    serial: unit?.serial ?? null,
    state: receipt.return_unit?.state ?? null,
    ...(receipt.return === null ? {} : { path: `/returns/${receipt.return.id}` }),
    ...(receipt.return_unit === null ? {} : { return_unit_id: receipt.return_unit.id }),
    ...(outcome === 'unknown' && unit !== null ? { label_path: `/units/${unit.id}/label` } : {}),
    choices: receipt.choices.map((one) => ({
      unit_id: one.id,
      label: `${one.maker_code} ${one.model_code} ${one.serial}${one.customer_name === null ? '' : ` · ${one.customer_name}`}`,
      serial: one.serial,
      model_code: one.model_code,
      maker_code: one.maker_code,
      customer_name: one.customer_name,
      location: one.location,
    })),
  };
}
