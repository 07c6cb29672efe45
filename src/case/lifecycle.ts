// States of an inquiry and what leads from one to another.
export const caseStates = ['new', 'open', 'waiting_customer', 'waiting_engineering', 'waiting_maker', 'solved', 'closed'] as const;
export type CaseState = (typeof caseStates)[number];

export const caseSteps = [
  'triage',
  'wait_customer',
  'wait_engineering',
  'wait_maker',
  'resume',
  'customer_writes',
  'customer_thanks',
  'solve',
  'close',
  'reopen',
] as const;
export type CaseStep = (typeof caseSteps)[number];

const working: readonly CaseState[] = ['open', 'waiting_customer', 'waiting_engineering', 'waiting_maker'];

const table: Readonly<Record<CaseStep, { readonly from: readonly CaseState[]; readonly to: CaseState }>> = {
  triage: { from: ['new'], to: 'open' },
  wait_customer: { from: working, to: 'waiting_customer' },
  wait_engineering: { from: working, to: 'waiting_engineering' },
  wait_maker: { from: working, to: 'waiting_maker' },
  resume: { from: ['waiting_customer', 'waiting_engineering', 'waiting_maker'], to: 'open' },
  // An answer ends the wait for the customer and reopens what was solved; it does not end the wait for others.
  customer_writes: { from: ['waiting_customer', 'solved', 'closed'], to: 'open' },
  customer_thanks: { from: [], to: 'open' },
  solve: { from: working, to: 'solved' },
  close: { from: ['solved'], to: 'closed' },
  reopen: { from: ['solved', 'closed'], to: 'open' },
};

/** The state after `step`, or null when it is not possible from `state`. */
export const nextState = (state: CaseState, step: CaseStep): CaseState | null => (table[step].from.includes(state) ? table[step].to : null);

/** Somebody still has to do something. */
export const isOpen = (state: CaseState): boolean => state !== 'solved' && state !== 'closed';
