// The Nevada grid: shipments by month × age in months, with returns, units exposed and hazard (Meeker & Escobar 1998, warranty data by month of age).
import type { LifeRow } from './lifeRow.ts';

export interface Shipment {
  readonly label: string;
  readonly units: number;
  /** Returns by month of age, youngest first. */
  readonly returns: readonly number[];
  /** Units that left service in that month of age without having come back. */
  readonly withdrawn?: readonly number[];
}

export interface NevadaCell {
  readonly returns: number;
  /** Units that entered this month of age: neither come back nor withdrawn before. */
  readonly exposed: number;
  /** Returns per exposed unit; null when none was exposed. */
  readonly hazard: number | null;
  /** Share of this month's returns expected to be known by now, from the reporting delay; 1 = complete. */
  readonly reported: number;
}

export interface NevadaRow {
  readonly label: string;
  readonly units: number;
  readonly cells: readonly NevadaCell[];
}

/** `reportedAfter(m)` is the share of returns known m months after they occur; the last cell of a row is 0 months old. */
export function nevadaGrid(shipments: readonly Shipment[], reportedAfter: (months: number) => number = () => 1): NevadaRow[] {
  return shipments.map(({ label, units, returns, withdrawn }) => {
    let exposed = units;
    const cells = returns.map((count, i) => {
      const cell = { returns: count, exposed, hazard: exposed > 0 ? count / exposed : null, reported: reportedAfter(returns.length - 1 - i) };
      exposed -= count + (withdrawn?.[i] ?? 0);
      return cell;
    });
    return { label, units, cells };
  });
}

/** Life rows in months: returns in (k−1, k] when `interval`, exactly at k otherwise; the units left are censored at the last month seen. */
export function nevadaLifeRows(shipments: readonly Shipment[], interval: boolean): LifeRow[] {
  const row = { entry: 0, mode: null };
  return shipments.flatMap(({ units, returns }) => {
    const failures = returns.flatMap((count, i) => (count > 0 ? [{ ...row, time: i + 1, lower: interval ? i : null, failed: true, count }] : []));
    const left = units - returns.reduce((sum, count) => sum + count, 0);
    return left > 0 && returns.length > 0 ? [...failures, { ...row, time: returns.length, lower: null, failed: false, count: left }] : failures;
  });
}

/** Returns per exposed unit by month of age, over all shipments that reached it. */
export function hazardByAge(rows: readonly NevadaRow[]): { readonly returns: number; readonly exposed: number; readonly hazard: number | null }[] {
  const months = Math.max(0, ...rows.map((row) => row.cells.length));
  return Array.from({ length: months }, (_, month) => {
    const cells = rows.flatMap((row) => row.cells[month] ?? []);
    const returns = cells.reduce((sum, cell) => sum + cell.returns, 0);
    const exposed = cells.reduce((sum, cell) => sum + cell.exposed, 0);
    return { returns, exposed, hazard: exposed > 0 ? returns / exposed : null };
  });
}
