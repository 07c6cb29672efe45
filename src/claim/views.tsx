// Parts of the claim pages.
import type { AppContext } from '../web/env.ts';
import { Badge } from '../web/parts.tsx';
import type { ClaimState } from './lifecycle.ts';
import { words } from './words.ts';

const tones: Record<ClaimState, 'neutral' | 'good' | 'warn' | 'bad' | 'info'> = {
  draft: 'neutral',
  submitted: 'info',
  reviewing: 'info',
  accepted: 'good',
  partly_accepted: 'warn',
  rejected: 'bad',
  renegotiating: 'warn',
  agreed: 'good',
  settled: 'good',
  closed: 'neutral',
};
export const ClaimStateBadge = ({ c, state }: { c: AppContext; state: ClaimState }) => (
  <Badge tone={tones[state]}>{words(c.var.locale)[`state_${state}`]}</Badge>
);
