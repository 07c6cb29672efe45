// What changes from one report to the next of the same shape.
import type { Field } from './fields.ts';

/** A value that changes from report to report. */
export type Slot = { readonly kind: 'boot' | 'seq' | 'ts' } | { readonly kind: 'measure'; readonly field: Field };
