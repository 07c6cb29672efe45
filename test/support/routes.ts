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

/** A path with the id in every place but that of a tree of codes, which has its own names. */
export const filled = (path: string, id: string): string => path.replace('{tree}', 'failure_mode').replace(/\{[^}]+\}/g, encodeURIComponent(id));

/** What a field of that name wants first; any other begins with the guesses. */
const MEANT: Readonly<Record<string, string>> = { unit_id: 'u2', unit: 'U2', serial: 'U2', scan: 'U2', customer: 'YUKI' };

/** Tried one after the other where a form says that a field is wrong. */
const GUESSES = ['x', '1', '2026-04-09', '2026-04-09T10:00', 'x@x.example', '09:00'];
const MOST_TRIES = 40;

export interface FittedForm {
  readonly fields: Record<string, string>;
  readonly status: number;
  readonly said: string;
}

/**
 * A form of a page filled in until it no longer complains about its fields, as a person would by reading what the page says. `caller` must pass the gate. Answers the
 * fields and what became of them at last.
 */
export async function fitForm(caller: Caller, path: string): Promise<FittedForm> {
  const fields: Record<string, string> = {};
  const tried = new Map<string, number>();
  for (let turn = 0; ; turn++) {
    const answer = await sendForm(caller, path, fields);
    const said = await answer.text();
    const wrong = wrongFields(said);
    if (answer.status !== 422 || wrong.length === 0 || turn === MOST_TRIES) return { fields, status: answer.status, said };
    for (const { name, message } of wrong) {
      const nth = tried.get(name) ?? 0;
      tried.set(name, nth + 1);
      const options = [...message.matchAll(/"([^"]+)"/g)].map(([, option = '']) => option);
      const values = options.length > 0 ? options : [...(MEANT[name] === undefined ? [] : [MEANT[name]]), ...GUESSES];
      if (/Unknown field/.test(message)) delete fields[name];
      else fields[name] = values[nth % values.length] ?? 'x';
    }
  }
}

/** `<code>path</code> message` of the page that says what is wrong. */
const wrongFields = (html: string): { name: string; message: string }[] =>
  [...html.matchAll(/<li[^>]*><code>([^<]*)<\/code> ([^<]*)<\/li>/g)].map(([, path = '', message = '']) => ({
    name: path.split('.')[0] ?? '',
    message: message.replaceAll('&quot;', '"').replaceAll('&#34;', '"'),
  }));

/** `fields`: what a form of a page is sent with. */
export function send(
  caller: Caller,
  { method, path, sample }: Route,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  switch (method) {
    case 'get':
      return caller.get(path, headers);
    case 'patch':
      return caller.patch(path, sample, headers);
    case 'delete':
      return caller.delete(path, headers);
    default:
      return sample === null ? sendForm(caller, path, fields, headers) : caller.post(path, sample, headers);
  }
}

/** A form with a field `file` sends a file of that text. */
function sendForm(caller: Caller, path: string, { file, ...fields }: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  if (file === undefined) return caller.form(path, fields, headers);
  const part = (name: string, more: string, value: string) => `--cut\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const parts = [...Object.entries(fields).map(([name, value]) => part(name, '', value)), part('file', '; filename="x.txt"\r\nContent-Type: text/plain', file)];
  return caller.post(path, `${parts.join('')}--cut--\r\n`, { ...headers, 'Content-Type': 'multipart/form-data; boundary=cut' });
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
