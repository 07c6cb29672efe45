// States of a claim and of its lines, and what leads from one to the next.
export const claimStates = [
  'draft',
  'submitted',
  'reviewing',
  'accepted',
  'partly_accepted',
  'rejected',
  'renegotiating',
  'agreed',
  'settled',
  'closed',
] as const;
export type ClaimState = (typeof claimStates)[number];

/** `settle` is the settlement that leaves nothing open; one that leaves lines open changes lines, not the claim. */
export const claimEvents = ['submit', 'review', 'accept', 'accept_part', 'reject', 'renegotiate', 'agree', 'settle', 'close', 'withdraw'] as const;
export type ClaimEvent = (typeof claimEvents)[number];

const answers = { accept: 'accepted', accept_part: 'partly_accepted', reject: 'rejected' } as const;

const claimTable: Record<ClaimState, Partial<Record<ClaimEvent, ClaimState>>> = {
  draft: { submit: 'submitted', withdraw: 'closed' },
  submitted: { review: 'reviewing', ...answers, withdraw: 'closed' },
  reviewing: { ...answers, withdraw: 'closed' },
  accepted: { renegotiate: 'renegotiating', agree: 'agreed', settle: 'settled', withdraw: 'closed' },
  partly_accepted: { renegotiate: 'renegotiating', agree: 'agreed', settle: 'settled', withdraw: 'closed' },
  rejected: { renegotiate: 'renegotiating', close: 'closed', withdraw: 'closed' },
  renegotiating: { ...answers, agree: 'agreed', settle: 'settled', withdraw: 'closed' },
  agreed: { renegotiate: 'renegotiating', settle: 'settled', withdraw: 'closed' },
  settled: { close: 'closed' },
  closed: {},
};

/** The state after `event`, or null when it is not possible. */
export const nextState = (state: ClaimState, event: ClaimEvent): ClaimState | null => claimTable[state][event] ?? null;

export const possibleEvents = (state: ClaimState): ClaimEvent[] => claimEvents.filter((event) => nextState(state, event) !== null);

export const lineStates = ['claimed', 'accepted', 'refused', 'settled', 'conceded'] as const;
export type LineState = (typeof lineStates)[number];

export const lineEvents = ['accept', 'refuse', 'settle', 'concede', 'claim_again'] as const;
export type LineEvent = (typeof lineEvents)[number];

const lineTable: Record<LineState, Partial<Record<LineEvent, LineState>>> = {
  claimed: { accept: 'accepted', refuse: 'refused', concede: 'conceded' },
  accepted: { settle: 'settled', refuse: 'refused', concede: 'conceded' },
  refused: { accept: 'accepted', refuse: 'refused', concede: 'conceded', claim_again: 'claimed' },
  settled: {},
  conceded: {},
};

export const nextLineState = (state: LineState, event: LineEvent): LineState | null => lineTable[state][event] ?? null;

/** A line that still needs something from someone. */
export const isOpenLine = (state: LineState): boolean => state === 'claimed' || state === 'accepted' || state === 'refused';
