// What is available and when to order. Pure: the same arithmetic for the page, the API and the reservation.
import type { Condition } from '../ledger/move.ts';

/** Conditions in which a unit in good stock may be sent to a customer. */
export const goodConditions = ['new', 'verified', 'refurbished'] as const satisfies readonly Condition[];

export interface StockFigures {
  /** On hand in good stock, in a condition that may be sent. */
  readonly good: number;
  readonly reserved: number;
  /** Good, not reserved, and of a cohort under a hold. */
  readonly held: number;
}

/** Available = good − reserved − held, everywhere. */
export const availableOf = ({ good, reserved, held }: StockFigures): number => good - reserved - held;

export interface OrderQuestion {
  readonly available: number;
  /** Ordered and not yet received. */
  readonly on_order: number;
  /** Null when nobody set a policy: then nothing is suggested. */
  readonly policy: { readonly reorder_point: number; readonly safety_stock: number; readonly order_quantity: number | null } | null;
  /** Spares the life model expects to need over the lead time, null when unknown. */
  readonly expected_demand: number | null;
}

/**
 * How many to order, 0 when none. Order when what is available and under way has fallen to the reorder point (or to the expected demand plus
 * safety stock, when that is more); then up to that level plus the safety stock, but at least the usual order quantity.
 */
export function suggestedOrder({ available, on_order, policy, expected_demand }: OrderQuestion): number {
  if (policy === null) return 0;
  const level = Math.max(policy.reorder_point, expected_demand === null ? 0 : Math.ceil(expected_demand + policy.safety_stock));
  const position = available + on_order;
  if (position > level) return 0;
  return Math.max(level + policy.safety_stock - position, policy.order_quantity ?? 1, 1);
}

/** The state of a purchase order after its lines were received as far as they are. */
export function orderStateAfter(
  lines: readonly { readonly quantity: number; readonly received_quantity: number }[],
): 'ordered' | 'partly_received' | 'received' {
  if (lines.every((line) => line.received_quantity >= line.quantity)) return 'received';
  return lines.some((line) => line.received_quantity > 0) ? 'partly_received' : 'ordered';
}
