// Every route of the product as its own document and its own list of pages declare it, each with a body that its schema accepts.
import { roleGrants } from '../../src/core/permission.ts';
import { declaredRoutes } from '../../src/web/gate.ts';
import type { Caller } from './app.ts';

export interface Route {
  readonly method: string;
  /** `/api/v1/cases/{id}`. */
  readonly path: string;
  readonly gate: string;
  /** JSON of the smallest input the schema accepts; null for a page's form. */
  readonly sample: unknown;
}

interface Operation {
  readonly 'x-permission'?: string;
  readonly requestBody?: { readonly content?: Record<string, { readonly schema?: Schema }> };
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Record<string, Schema>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Asks the running application: JSON routes from OpenAPI, pages and forms from their declarations. */
export async function everyRoute(caller: Caller): Promise<Route[]> {
  // Our own document: OpenAPI says what `paths` is.
  const document = (await (await caller.get('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components?: { schemas?: Record<string, Schema> };
  };
  const schemas = document.components?.schemas ?? {};
  const json = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method,
      path: path.startsWith('/api/') ? path : `/api/v1${path}`,
      gate: operation['x-permission'] ?? 'public',
      sample: sampleOf(operation.requestBody?.content?.['application/json']?.schema ?? {}, schemas) ?? {},
    })),
  );
  const pages = declaredRoutes.map(({ method, path, gate }) => ({ method, path: path.replace(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}'), gate, sample: null }));
  return [...json, ...pages];
}

/** Whether a partner passes the gate: behind the others there is nothing it could find. */
export const openToPartners = ({ gate }: Route): boolean =>
  gate === 'public' || gate === 'signed-in' || roleGrants('partner', gate as Parameters<typeof roleGrants>[1]); // gates are permissions otherwise

export const filled = (path: string, id: string): string => path.replace(/\{[^}]+\}/g, encodeURIComponent(id));

/** What the forms of pages ask for, by name; a form takes what it knows. */
const FORM: Readonly<Record<string, string>> = {
  text: 'x',
  message: 'x',
  subject: 'x',
  reason: 'x',
  summary: 'x',
  note: 'x',
  answer: 'x',
  solution: 'x',
  result: 'x',
  outcome: 'fixed',
  visibility: 'public',
  waiting_for: 'customer',
  next_step: 'x',
  next_due_at: '2026-04-09T10:00',
  due_at: '2026-04-09T10:00',
  kind: 'request',
  asked_of: 'x',
  question: 'x',
  rating: '3',
  minutes: '5',
  command: 'diagnose',
  event_id: 'x',
  thanks: 'yes',
  workaround_id: 'x',
  helped: 'yes',
  into_id: 'x',
  visit_on: '2026-04-09',
  unit_id: 'u2',
  unit: 'U2',
  serial: 'U2',
  scan: 'U2',
  type: 'repair',
  reported_text: 'x',
};

export function send(caller: Caller, { method, path, sample }: Route, headers: Record<string, string> = {}): Promise<Response> {
  switch (method) {
    case 'get':
      return caller.get(path, headers);
    case 'patch':
      return caller.patch(path, sample, headers);
    case 'delete':
      return caller.delete(path, headers);
    default:
      return sample === null ? caller.form(path, FORM, headers) : caller.post(path, sample, headers);
  }
}

/** The smallest value of a schema; undefined when there is nothing to say. */
function sampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  if (schema.$ref !== undefined) return sampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return sampleOf(choice, schemas);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, schemas)));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((key) => [key, sampleOf(schema.properties?.[key] ?? {}, schemas)]));
    case 'array':
      return (schema.prefixItems ?? Array.from({ length: schema.minItems ?? 0 }, () => schema.items ?? {})).map((item) => sampleOf(item, schemas));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'string':
      return schema.format === 'date'
        ? '2026-04-09'
        : schema.format === 'date-time'
          ? '2026-04-01T00:00:00.000Z'
          : schema.format === 'email'
            ? 'x@x.example'
            : 'x';
    default:
      return undefined;
  }
}
