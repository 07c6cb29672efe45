// The product's public HTTP API as any other program sees it: JSON in and out, an API token, Idempotency-Key, and patience when told to wait.
import { randomUUID } from 'node:crypto';
import { pause } from './parallel.ts';

/** A refusal: the status and what the problem document says. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

/** What the answer to a creation is sure to hold. */
export interface Made {
  readonly id: string;
}

export interface Api {
  get<T>(path: string): Promise<T>;
  /** Answers the body of the 2xx answer. Throws `Refusal` otherwise. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** The same for a change; fields left out stay as they are. */
  patch<T>(path: string, body: unknown): Promise<T>;
  /** Sends a CSV file as multipart form data. */
  upload<T>(path: string, fileName: string, csv: string): Promise<T>;
}

const ATTEMPTS = 6;
/** A connection that breaks may be tried again without harm: every write carries its Idempotency-Key. */
const ATTEMPTS_TO_REACH = 3;
const MOST_PATIENCE_S = 10;

/** `base` is the server's address, `http://host:port`. */
export function openApi(base: string, token: string): Api {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json', 'Accept-Language': 'en' };
  const call = <T>(method: string, path: string, extra: Record<string, string> = {}, body?: string | FormData) =>
    patiently<T>(
      () => fetch(new URL(`/api/v1${path}`, base), { method, headers: { ...headers, ...extra }, ...(body === undefined ? {} : { body }) }),
      `${method} ${path}`,
    );
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() }, JSON.stringify(body)),
    patch: (path, body) => call('PATCH', path, { 'Content-Type': 'application/json' }, JSON.stringify(body)),
    upload: (path, fileName, csv) => {
      const form = new FormData();
      form.set('file', new Blob([csv], { type: 'text/csv' }), fileName);
      return call('POST', path, { 'Idempotency-Key': randomUUID() }, form);
    },
  };
}

/** 429 and 503 are tried again after the seconds the server names; anything else is final. */
async function patiently<T>(send: () => Promise<Response>, what: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const response = await send().catch((error: unknown) => {
      if (attempt >= ATTEMPTS_TO_REACH) throw error;
    });
    if (response === undefined) {
      await pause(attempt * 1000);
      continue;
    }
    if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T); // the caller knows what the contract answers
    const text = await response.text();
    if ((response.status !== 429 && response.status !== 503) || attempt === ATTEMPTS)
      throw new Refusal(response.status, `${what}: ${response.status} ${said(text)}`);
    await pause(Math.min(MOST_PATIENCE_S, Number(response.headers.get('Retry-After') ?? 1)) * 1000);
  }
}

function said(text: string): string {
  try {
    // A problem document (RFC 9457).
    const { detail, errors = [] } = JSON.parse(text) as { detail?: string; errors?: { path: string; message: string }[] };
    return [detail, ...errors.slice(0, 5).map(({ path, message }) => `${path}: ${message}`)].join('; ');
  } catch {
    return text.slice(0, 200);
  }
}

/** The id of the first record of a list, empty when there is none. */
export async function findId(api: Api, path: string): Promise<string> {
  const { items } = await api.get<{ items: readonly Made[] }>(path);
  return items[0]?.id ?? '';
}

/** The unit with the serial: two models may share one. */
export const findUnitId = (api: Api, { serial, model_code }: { serial: string; model_code: string }): Promise<string> =>
  findId(api, `/units?${new URLSearchParams({ serial, model_code })}`);
