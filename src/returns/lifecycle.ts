// The states of a return, of each unit in it and of each shipment out of it, and what may happen in which. Pure and total.
import type { OutboundLegRow, ReturnRow, ReturnUnitRow } from './table.ts';

export type ReturnState = ReturnRow['state'];
export type UnitState = ReturnUnitRow['state'];
export type LegState = OutboundLegRow['state'];

export const returnStates = ['draft', 'authorised', 'open', 'closed', 'rejected', 'cancelled'] as const satisfies readonly ReturnState[];
export const returnEvents = ['authorise', 'reject', 'receive', 'close', 'cancel', 'reopen'] as const;
export type ReturnEvent = (typeof returnEvents)[number];

export const unitStates = [
  'expected',
  'received',
  'inspecting',
  'dispositioned',
  'resolved',
  'written_off',
  'cancelled',
] as const satisfies readonly UnitState[];
export const unitEvents = ['receive', 'undo', 'inspect', 'dispose', 'reverse', 'resolve', 'write_off', 'recover', 'cancel'] as const;
export type UnitEvent = (typeof unitEvents)[number];

export const legStates = ['requested', 'reserved', 'shipped', 'delivered', 'cancelled'] as const satisfies readonly LegState[];
export const legEvents = ['reserve', 'unreserve', 'ship', 'deliver', 'cancel'] as const;
export type LegEvent = (typeof legEvents)[number];

type Moves<S extends string, E extends string> = Readonly<Record<S, Partial<Readonly<Record<E, S>>>>>;

const returnMoves: Moves<ReturnState, ReturnEvent> = {
  draft: { authorise: 'authorised', reject: 'rejected', cancel: 'cancelled' },
  authorised: { receive: 'open', reject: 'rejected', close: 'closed', cancel: 'cancelled' },
  open: { receive: 'open', close: 'closed', cancel: 'cancelled' },
  // A written-off unit that arrives after all opens its return again.
  closed: { reopen: 'open' },
  rejected: {},
  cancelled: {},
};

const unitMoves: Moves<UnitState, UnitEvent> = {
  // A unit that need not come back is disposed of while still expected.
  expected: { receive: 'received', dispose: 'dispositioned', write_off: 'written_off', cancel: 'cancelled' },
  received: { undo: 'expected', inspect: 'inspecting', dispose: 'dispositioned' },
  inspecting: { inspect: 'inspecting', dispose: 'dispositioned' },
  // Back from repair it is received anew.
  dispositioned: { receive: 'received', reverse: 'inspecting', resolve: 'resolved' },
  resolved: {},
  written_off: { recover: 'received' },
  cancelled: {},
};

const legMoves: Moves<LegState, LegEvent> = {
  requested: { reserve: 'reserved', cancel: 'cancelled' },
  reserved: { reserve: 'reserved', unreserve: 'requested', ship: 'shipped', cancel: 'cancelled' },
  shipped: { deliver: 'delivered' },
  delivered: {},
  cancelled: {},
};

/** The state after the event, or null when the event may not happen in this state. */
export const nextReturnState = (state: ReturnState, event: ReturnEvent): ReturnState | null => returnMoves[state][event] ?? null;
export const nextUnitState = (state: UnitState, event: UnitEvent): UnitState | null => unitMoves[state][event] ?? null;
export const nextLegState = (state: LegState, event: LegEvent): LegState | null => legMoves[state][event] ?? null;

/** States in which a unit counts as being in an open return: at most one per unit. */
export const openUnitStates = ['expected', 'received', 'inspecting', 'dispositioned'] as const satisfies readonly UnitState[];

export const isOpenUnit = (state: UnitState): boolean => openUnitStates.some((open) => open === state);

export const isEndedLeg = (state: LegState): boolean => state === 'delivered' || state === 'cancelled';
