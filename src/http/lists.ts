// Every list alike, whichever feature answers it: a query parameter nobody declared is refused by name, a list that comes whole is paged here,
// and one without rows still has its columns as CSV.
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { matchedRoutes } from 'hono/route';
import { oneOf, Problem } from '../core/problem.ts';
import type { AppContext, AppEnv, AppMiddleware } from '../web/env.ts';
import { invalidInput, ListQuery } from '../web/route.ts';
import { pageOfWhole } from '../web/wholeList.ts';

/** What a GET declared in the OpenAPI document says about its list. */
export interface Declared {
  readonly parameters: ReadonlySet<string>;
  /** The fields of an item; null when the answer is no list. */
  readonly columns: readonly string[] | null;
  /** The query pages by itself. */
  readonly paged: boolean;
}

/** Understood on every route: the language of the answer. */
const EVERYWHERE = ['lang'];
export const PAGING = Object.keys(ListQuery.shape);
const DEFAULT_LIMIT = ListQuery.parse({}).limit;

export const lists = (app: OpenAPIHono<AppEnv>): AppMiddleware => {
  let known: ReadonlyMap<string, Declared> | undefined;
  return async (c, next) => {
    known ??= declaredGets(app);
    const declared = c.req.method === 'GET' ? known.get(patternOf(c)) : undefined;
    c.set('columns', declared?.columns ?? undefined);
    await next();
    // After the answer: who may not ask is told that first.
    if (declared === undefined || c.res.status !== 200) return;
    refuseUnknown(c, declared);
    if (declared.columns !== null && !declared.paged) await pageHere(c, declared.columns);
  };
};

/** By path as in the document: `/api/v1/units/{id}`. */
export function declaredGets(app: OpenAPIHono<AppEnv>): ReadonlyMap<string, Declared> {
  return new Map(
    app.openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === 'route' && definition.route.method === 'get' ? [[definition.route.path, declaredBy(definition.route)] as const] : [],
    ),
  );
}

interface Route {
  readonly request?: { readonly query?: unknown };
  readonly responses?: Readonly<Record<string, unknown>>;
}

function declaredBy({ request, responses }: Route): Declared {
  const parameters = request?.query instanceof z.ZodObject ? Object.keys(request.query.shape) : [];
  const columns = columnsOf(responses?.[200]);
  return { parameters: new Set([...parameters, ...EVERYWHERE, ...(columns === null ? [] : PAGING)]), columns, paged: parameters.includes('cursor') };
}

const Answer = z.object({ content: z.object({ 'application/json': z.object({ schema: z.instanceof(z.ZodObject) }) }) });

function columnsOf(response: unknown): string[] | null {
  const answer = Answer.safeParse(response);
  const shape = answer.data?.content['application/json'].schema.shape;
  if (shape === undefined || !('next_cursor' in shape) || !(shape.items instanceof z.ZodArray)) return null;
  const item = shape.items.element;
  return item instanceof z.ZodObject ? Object.keys(item.shape) : [];
}

/** The route that answers: the first one declared for the path, middleware apart. */
const patternOf = (c: AppContext): string =>
  matchedRoutes(c)
    .find(({ method, path }) => method === 'GET' && !path.endsWith('*'))
    ?.path.replace(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}') ?? '';

function refuseUnknown(c: AppContext, { parameters }: Declared): void {
  const unknown = Object.keys(c.req.query()).filter((name) => !parameters.has(name));
  if (unknown.length === 0) return;
  const known = [...parameters].filter((name) => !EVERYWHERE.includes(name));
  throw new Problem('invalid', [`Unknown query parameter: ${unknown.join(', ')}`, `不明なクエリパラメーターです: ${unknown.join('、')}`], {
    errors: unknown.map((path) => ({
      path,
      message: known.length === 0 ? ['This route takes no parameters', 'パラメーターはありません'] : oneOf(known),
    })),
  });
}

interface Whole {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

async function pageHere(c: AppContext, columns: readonly string[]): Promise<void> {
  const asked = ListQuery.partial().safeParse(c.req.query());
  if (!asked.success) throw invalidInput(asked.error, c.req.query());
  const { cursor, sort } = asked.data;
  // What the route declared.
  const answer = (await c.res.clone().json()) as Whole;
  // Records come 50 at a time as everywhere; figures (a chart, a table of rates) come whole unless somebody asks for less.
  const limit = c.req.query('limit') === undefined && !columns.includes('id') ? answer.items.length : (asked.data.limit ?? DEFAULT_LIMIT);
  const page = pageOfWhole(answer.items, columns, { limit, cursor, sort });
  const headers = new Headers(c.res.headers);
  headers.delete('Content-Length');
  c.res = undefined;
  c.res = new Response(JSON.stringify({ ...answer, ...page }), { headers });
}
