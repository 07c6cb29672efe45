// States of an investigation and of its actions, and what leads from one to the next.
export const investigationStates = ['open', 'contained', 'cause_confirmed', 'implemented', 'verified', 'closed', 'reopened'] as const;
export type InvestigationState = (typeof investigationStates)[number];

export const investigationEvents = ['contain', 'confirm_causes', 'implement', 'verify', 'close', 'reopen'] as const;
export type InvestigationEvent = (typeof investigationEvents)[number];

const investigationTable: Record<InvestigationState, Partial<Record<InvestigationEvent, InvestigationState>>> = {
  open: { contain: 'contained' },
  contained: { confirm_causes: 'cause_confirmed' },
  cause_confirmed: { implement: 'implemented' },
  implemented: { verify: 'verified', reopen: 'reopened' },
  verified: { close: 'closed', reopen: 'reopened' },
  closed: { reopen: 'reopened' },
  // What contained it the first time may no longer do, so a reopened one starts at containment again.
  reopened: { contain: 'contained' },
};

/** The state after `event`, or null when it is not possible. */
export const nextState = (state: InvestigationState, event: InvestigationEvent): InvestigationState | null => investigationTable[state][event] ?? null;

export const possibleEvents = (state: InvestigationState): InvestigationEvent[] => investigationEvents.filter((event) => nextState(state, event) !== null);

export const actionStates = ['open', 'done', 'dropped'] as const;
export type ActionState = (typeof actionStates)[number];

export const actionEvents = ['finish', 'drop', 'resume'] as const;
export type ActionEvent = (typeof actionEvents)[number];

const actionTable: Record<ActionState, Partial<Record<ActionEvent, ActionState>>> = {
  open: { finish: 'done', drop: 'dropped' },
  done: { resume: 'open' },
  dropped: { resume: 'open' },
};

export const nextActionState = (state: ActionState, event: ActionEvent): ActionState | null => actionTable[state][event] ?? null;

export const knownIssueStates = ['draft', 'published', 'fixed', 'withdrawn'] as const;
export type KnownIssueState = (typeof knownIssueStates)[number];

export const knownIssueEvents = ['publish', 'fix', 'withdraw', 'resume'] as const;
export type KnownIssueEvent = (typeof knownIssueEvents)[number];

const knownIssueTable: Record<KnownIssueState, Partial<Record<KnownIssueEvent, KnownIssueState>>> = {
  draft: { publish: 'published', withdraw: 'withdrawn' },
  published: { fix: 'fixed', withdraw: 'withdrawn' },
  fixed: { resume: 'published', withdraw: 'withdrawn' },
  withdrawn: { resume: 'draft' },
};

export const nextKnownIssueState = (state: KnownIssueState, event: KnownIssueEvent): KnownIssueState | null => knownIssueTable[state][event] ?? null;

export const possibleKnownIssueEvents = (state: KnownIssueState): KnownIssueEvent[] =>
  knownIssueEvents.filter((event) => nextKnownIssueState(state, event) !== null);
