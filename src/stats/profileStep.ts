// One step towards the point where a profile likelihood crosses a level (Venzon & Moolgavkar 1988), from the profile's value, slope and curvature.

export interface ProfilePoint {
  readonly value: number;
  readonly slope: number;
  readonly curve: number;
}

/** Root of the quadratic through the point that lies nearest; where the quadratic stays above the level, Newton's step. `side`: the side of the maximum looked at. */
export function stepToLevel({ value, slope, curve }: ProfilePoint, level: number, side: -1 | 1): number {
  const excess = value - level;
  const discriminant = slope * slope - 2 * curve * excess;
  if (discriminant < 0) return -excess / slope;
  // Downhill on this side, whatever sign rounding gives the slope at the maximum itself.
  return (2 * excess) / (side * Math.sqrt(discriminant) - slope);
}
