// Three linear equations with a symmetric matrix.

/** The matrix [[a, b, c], [b, d, e], [c, e, f]]. */
export interface Symmetric {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** x with M·x = y, M made negative definite by loading its diagonal when it is not: a step for Newton's method towards a maximum. */
export function solveSymmetric(m: Symmetric, y: readonly [number, number, number]): [number, number, number] {
  let load = 0;
  for (let attempt = 0; attempt < 60; attempt++) {
    const x = byCholesky({ ...m, a: m.a - load, d: m.d - load, f: m.f - load }, y);
    if (x !== null) return x;
    load = Math.max(1e-3 * (Math.abs(m.a) + Math.abs(m.d) + Math.abs(m.f)), 1e-9, load * 3);
  }
  return [0, 0, 0];
}

// −M = LLᵀ; null when −M is not positive definite.
function byCholesky({ a, b, c, d, e, f }: Symmetric, [y1, y2, y3]: readonly [number, number, number]): [number, number, number] | null {
  if (!(-a > 0)) return null;
  const l11 = Math.sqrt(-a);
  const l21 = -b / l11;
  const l31 = -c / l11;
  const d2 = -d - l21 * l21;
  if (!(d2 > 0)) return null;
  const l22 = Math.sqrt(d2);
  const l32 = (-e - l31 * l21) / l22;
  const d3 = -f - l31 * l31 - l32 * l32;
  if (!(d3 > 0)) return null;
  const l33 = Math.sqrt(d3);
  const z1 = -y1 / l11;
  const z2 = (-y2 - l21 * z1) / l22;
  const z3 = (-y3 - l31 * z1 - l32 * z2) / l33;
  const x3 = z3 / l33;
  const x2 = (z2 - l32 * x3) / l22;
  return [(z1 - l21 * x2 - l31 * x3) / l11, x2, x3];
}
