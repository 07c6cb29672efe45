// What every form beside a case is given, and where it posts.
import type { AppContext } from '../web/env.ts';
import type { ReadCase } from './readCase.ts';

export interface Shown {
  readonly c: AppContext;
  readonly read: ReadCase;
}

/** The path of one thing to do with the case. */
export const at = (read: ReadCase, what: string): string => `/cases/${read.row.id}/${what}`;
