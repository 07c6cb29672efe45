// Answers of the API as the tests read them.
import type { Caller } from '../support/app.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tests say what an answer holds by what they expect of it.
export type Json = any;

/** The body of an answer that has to be of this status; says what came instead. */
export async function answered(status: number, answer: Promise<Response>): Promise<Json> {
  const response = await answer;
  const text = await response.text();
  if (response.status !== status) throw new Error(`expected ${status}, got ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

export const made = (answer: Promise<Response>): Promise<Json> => answered(201, answer);
export const got = (answer: Promise<Response>): Promise<Json> => answered(200, answer);

/** Files an authorised return of one unit, and receives it when asked to. Gives the return and the id of the unit in it. */
export async function returned(
  tech: Caller,
  serial: string,
  options: { type?: string; received?: boolean; model_code?: string } = {},
): Promise<{ id: string; number: string; return_unit_id: string }> {
  const filed = await made(
    tech.post('/api/v1/returns', { type: options.type ?? 'return_first', authorised: true, units: [{ serial, model_code: options.model_code ?? 'H-100' }] }),
  );
  if (options.received !== false) await made(tech.post('/api/v1/receipts', { scan: serial, unit_id: filed.units[0].unit_id }));
  return { id: filed.id, number: filed.number, return_unit_id: filed.units[0].id };
}

/** Inspects a received unit. `no_fault_found` passes with every step good and the footage erased. */
export const inspected = (tech: Caller, return_unit_id: string, verdict: string, more: object = {}): Promise<Json> =>
  made(tech.post('/api/v1/inspections', { return_unit_id, verdict, all_steps_ok: verdict === 'no_fault_found', footage_erased: true, ...more }));

export const disposed = (tech: Caller, return_unit_id: string, disposition: string, more: object = {}): Promise<Json> =>
  made(tech.post('/api/v1/dispositions', { return_unit_id, disposition, ...more }));
