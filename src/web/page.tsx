// HTML routes: GET pages and POST actions of forms.
import { Hono } from 'hono';
import type { Child } from 'hono/jsx';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { z } from 'zod';
import { notFound } from '../core/problem.ts';
import { FRAME_PARAMETERS } from './address.ts';
import { setDoneCookie } from './cookie.ts';
import { csvText } from './csv.ts';
import type { AppContext, AppEnv, AppMiddleware, Gate } from './env.ts';
import type { PageFrame } from './frame.ts';
import { declaredRoutes, pass } from './gate.ts';
import { Layout } from './layout.tsx';
import { parseInput } from './route.ts';

type Handler = (c: AppContext) => Response | Promise<Response>;

export type Pages = Hono<AppEnv>;
export const newPages = (): Pages => new Hono<AppEnv>();

/** A GET page. */
export function page(pages: Pages, path: string, gate: Gate, handler: Handler): void {
  declaredRoutes.push({ method: 'get', path, gate });
  pages.get(path, pass(gate), withViews, handler);
}

/** The person's saved views of this page, for the filters to show. One look-up by index. */
const withViews: AppMiddleware = async (c, next) => {
  const { actor, db } = c.var.ctx;
  if (actor.kind === 'person')
    c.set(
      'views',
      await db
        .selectFrom('saved_views')
        .select(['id', 'name', 'query'])
        .where('user_id', '=', actor.id)
        .where('path', '=', c.req.path)
        .orderBy('name')
        .execute(),
    );
  await next();
};

/** The POST of a form. Answer with `seeOther` so that reload and Back do not send it again. */
export function action(pages: Pages, path: string, gate: Gate, handler: Handler): void {
  declaredRoutes.push({ method: 'post', path, gate });
  pages.post(path, pass(gate), handler);
}

/** Renders a whole page in the frame of the product. */
export async function show(c: AppContext, frame: PageFrame, content: Child): Promise<Response> {
  c.header('Vary', 'Accept-Language, Cookie');
  // The page that says what went wrong is shown as a page, whatever was asked for.
  const wanted = c.req.query('format') === 'csv' && c.error === undefined ? (c.req.query('table') ?? '') : null;
  if (wanted !== null) c.set('shown', []);
  // A JSX element of hono is its HTML, or a promise of it.
  const html = (await (
    <Layout c={c} frame={frame}>
      {content}
    </Layout>
  ).toString()) as HtmlEscapedString;
  return wanted === null ? c.html(html) : shownCsv(c, wanted);
}

/** The table of that caption, as it stands on the page. */
function shownCsv(c: AppContext, caption: string): Response {
  const table = c.var.shown?.find((shown) => shown.caption === caption) ?? c.var.shown?.[0];
  if (table === undefined) throw notFound(['Table', '表']);
  c.header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(table.caption)}.csv`);
  return c.body(csvText(table.head, table.rows), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
}

/** After a POST: go to `path` with GET, showing `message` once at the top; `undo` is the path whose POST takes the action back. */
export function seeOther(c: AppContext, path: string, message?: string, undo?: string): Response {
  if (message !== undefined) setDoneCookie(c, { message, undo: undo ?? null });
  return c.redirect(path, 303);
}

/** The form of the request as the schema wants it; empty fields are left out. Throws `invalid` naming each wrong field. */
export async function readForm<T extends z.ZodType>(c: AppContext, schema: T): Promise<z.output<T>> {
  return readFields(schema, await c.req.parseBody({ all: true }));
}

/** The same of some fields of the form, where others of it are read elsewhere. */
export function readFields<T extends z.ZodType>(schema: T, form: Readonly<Record<string, unknown>>): z.output<T> {
  // `version` belongs to the frame: savingEdit reads it.
  return parseInput(schema, Object.fromEntries(Object.entries(form).filter(([name, value]) => value !== '' && name !== 'version')));
}

/** The query string as the schema wants it; empty and repeated-empty parameters are left out. */
export const readQuery = <T extends z.ZodType>(c: AppContext, schema: T): z.output<T> =>
  parseInput(schema, Object.fromEntries(Object.entries(c.req.query()).filter(([key, value]) => value !== '' && !FRAME_PARAMETERS.has(key))));
