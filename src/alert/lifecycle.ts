// States of an alert and what moves it from one to the next.
import type { AlertRow } from './table.ts';

export type AlertState = AlertRow['state'];
export type AlertEvent = 'acknowledge' | 'investigate' | 'resolve' | 'dismiss';

const transitions: Record<AlertState, Partial<Record<AlertEvent, AlertState>>> = {
  open: { acknowledge: 'acknowledged', investigate: 'investigating', resolve: 'resolved', dismiss: 'dismissed' },
  acknowledged: { investigate: 'investigating', resolve: 'resolved', dismiss: 'dismissed' },
  investigating: { resolve: 'resolved', dismiss: 'dismissed' },
  resolved: {},
  dismissed: {},
};

/** The state after the event, or null when it is not possible now. */
export const nextState = (state: AlertState, event: AlertEvent): AlertState | null => transitions[state][event] ?? null;

export const isLive = (state: AlertState): boolean => state !== 'resolved' && state !== 'dismissed';
export const liveStates = ['open', 'acknowledged', 'investigating'] as const;
