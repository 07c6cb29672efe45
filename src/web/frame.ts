// What a page says of itself to the frame around it.
export interface PageFrame {
  readonly title: string;
  /** Path of the navigation entry this page belongs to. */
  readonly nav?: string;
  /** `print` leaves out navigation; `wide` uses the whole width. */
  readonly kind?: 'print' | 'wide';
}
