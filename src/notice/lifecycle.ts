// States of a notice. A second person stands between writing and sending.
export const noticeStates = ['draft', 'in_review', 'approved', 'sent', 'finished', 'cancelled'] as const;
export type NoticeState = (typeof noticeStates)[number];

export type NoticeStep = 'edit' | 'submit' | 'approve' | 'send_back' | 'send' | 'finish' | 'cancel';

const table: Readonly<Record<NoticeStep, { readonly from: readonly NoticeState[]; readonly to: NoticeState }>> = {
  edit: { from: ['draft'], to: 'draft' },
  submit: { from: ['draft'], to: 'in_review' },
  approve: { from: ['in_review'], to: 'approved' },
  send_back: { from: ['in_review', 'approved'], to: 'draft' },
  send: { from: ['approved'], to: 'sent' },
  finish: { from: ['sent'], to: 'finished' },
  cancel: { from: ['draft', 'in_review', 'approved'], to: 'cancelled' },
};

/** The state after `step`, or null when it is not possible from `state`. */
export const nextState = (state: NoticeState, step: NoticeStep): NoticeState | null => (table[step].from.includes(state) ? table[step].to : null);
