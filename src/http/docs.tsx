// The OpenAPI document and a page that reads it out. Both come from the routes themselves.
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import type { AppEnv } from '../web/env.ts';
import { pass } from '../web/gate.ts';
import { show } from '../web/page.tsx';
import { declaredGets, PAGING } from './lists.ts';

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly 'x-permission'?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema?: unknown }[];
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function docsRoutes(app: OpenAPIHono<AppEnv>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = () => {
    made ??= openApiDocument(app);
    return made;
  };
  routes.get('/api/v1/openapi.json', pass('public'), (c) => c.json(document()));
  routes.get('/api/docs', pass('public'), (c) => show(c, { title: 'API' }, <Reference operations={listOperations(document())} />));
  return routes;
}

export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer', description: 'API token: kz_<id>_<secret>' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: 'kizashi_session' });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Kizashi', version: '1', description: 'Support, returns and quality for a fleet of network cameras.' },
  });
  for (const [path, { columns, paged }] of declaredGets(app)) {
    const operation = document.paths?.[path]?.get;
    if (operation !== undefined && columns !== null && !paged) operation.parameters = [...(operation.parameters ?? []), ...PAGING_PARAMETERS];
  }
  for (const [path, item] of Object.entries(document.paths ?? {})) for (const [method, operation] of Object.entries(item)) addCommon(path, method, operation);
  return document;
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key and body give the first answer again; the same key with another body is a 422',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the record as it was read; 412 when it has changed since',
  schema: { type: 'string', pattern: '^(W/)?"[0-9]+"$|^\\*$' },
};
const csv = { schema: { type: 'string', description: 'One row an item, one column a field; the next page is in the Link header' } };

interface Common {
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}

/** What the frame gives to every route (web/idempotent.ts, web/version.ts, web/csv.ts) is said of every route it concerns. */
function addCommon(path: string, method: string, operation: Common): void {
  const writes = method !== 'get';
  operation.parameters = [...(operation.parameters ?? []), ...(writes ? [idempotencyKey] : []), ...(writes && path.includes('{') ? [ifMatch] : [])];
  const content = operation.responses['200']?.content;
  if (content !== undefined && JSON.stringify(content['application/json'] ?? {}).includes('"next_cursor"')) content['text/csv'] = csv;
}

/** Of lists that are paged after they were made (lists.ts). */
const PAGING_PARAMETERS = PAGING.map((name) => ({
  name,
  in: 'query' as const,
  required: false,
  schema: name === 'limit' ? ({ type: 'integer', minimum: 1, maximum: 500 } as const) : ({ type: 'string' } as const),
}));

function listOperations(document: ReturnType<typeof openApiDocument>): Listed[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    // A path item holds operations under its method names, and nothing else in our document.
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({ method, path, operation })),
  );
}

function Reference({ operations }: { operations: readonly Listed[] }) {
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))].sort();
  return (
    <div class="reference">
      <h1>API</h1>
      <p>
        OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>. Errors are RFC 9457 problem documents.
      </p>
      <ul>
        {tags.map((tag) => (
          <li>
            <a href={`#${anchor(tag)}`}>{tag}</a>
          </li>
        ))}
      </ul>
      {tags.map((tag) => (
        <section id={anchor(tag)}>
          <h2>{tag}</h2>
          {operations
            .filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag)
            .map((listed) => (
              <OperationEntry {...listed} />
            ))}
        </section>
      ))}
    </div>
  );
}

const OperationEntry = ({ method, path, operation }: Listed) => (
  <details>
    <summary>
      <code>
        {method.toUpperCase()} {path}
      </code>{' '}
      {operation.summary}
    </summary>
    <p>
      Permission: <code>{operation['x-permission'] ?? 'public'}</code>
    </p>
    {operation.parameters === undefined ? null : (
      <table>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">In</th>
            <th scope="col">Schema</th>
          </tr>
        </thead>
        <tbody>
          {operation.parameters.map((parameter) => (
            <tr>
              <td>
                {parameter.name}
                {parameter.required ? ' *' : ''}
              </td>
              <td>{parameter.in}</td>
              <td>
                <code>{JSON.stringify(parameter.schema)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
    {operation.requestBody === undefined ? null : <pre tabindex={0}>{JSON.stringify(operation.requestBody, null, 2)}</pre>}
    <ul>
      {Object.entries(operation.responses ?? {}).map(([status, response]) => (
        <li>
          <code>{status}</code> {response.description}
        </li>
      ))}
    </ul>
  </details>
);

const anchor = (tag: string): string => tag.toLowerCase().replace(/\W+/g, '-');
