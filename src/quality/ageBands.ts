// Bands of a unit's age in days, half-open: infant failures apart from the steady years and from wear.
export interface AgeBand {
  readonly code: string;
  readonly low: number;
  readonly high: number;
}

export const AGE_BANDS: readonly AgeBand[] = [
  { code: '0-30d', low: 0, high: 30 },
  { code: '31-90d', low: 30, high: 90 },
  { code: '91-365d', low: 90, high: 365 },
  { code: '1-2y', low: 365, high: 730 },
  { code: '2-3y', low: 730, high: 1095 },
  { code: '3-5y', low: 1095, high: 1825 },
  { code: '5y+', low: 1825, high: 1_000_000 },
];
