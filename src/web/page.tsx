// HTML routes: GET pages and POST actions of forms.
import type { HtmlEscapedString } from 'hono/utils/html';
import { Hono } from 'hono';
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { Problem } from '../core/problem.ts';
import type { AppContext, AppEnv, Gate } from './env.ts';
import { declaredRoutes, pass } from './gate.ts';
import { Layout } from './layout.tsx';
import { fieldErrors } from './route.ts';

type Handler = (c: AppContext) => Response | Promise<Response>;

export type Pages = Hono<AppEnv>;
export const newPages = (): Pages => new Hono<AppEnv>();

/** A GET page. */
export function page(pages: Pages, path: string, gate: Gate, handler: Handler): void {
  declaredRoutes.push({ method: 'get', path, gate });
  pages.get(path, pass(gate), handler);
}

/** The POST of a form. Answer with `seeOther` so that reload and Back do not send it again. */
export function action(pages: Pages, path: string, gate: Gate, handler: Handler): void {
  declaredRoutes.push({ method: 'post', path, gate });
  pages.post(path, pass(gate), handler);
}

export interface PageFrame {
  readonly title: string;
  /** Path of the navigation entry this page belongs to. */
  readonly nav?: string;
  /** `print` leaves out navigation; `wide` uses the whole width. */
  readonly kind?: 'print' | 'wide';
}

/** Renders a whole page in the frame of the product. */
export function show(c: AppContext, frame: PageFrame, content: Child): Response | Promise<Response> {
  c.header('Vary', 'HX-Request, Accept-Language, Cookie');
  return c.html((<Layout c={c} frame={frame}>{content}</Layout>) as HtmlEscapedString);
}

/** Renders a fragment for htmx. */
export const showPart = (c: AppContext, content: HtmlEscapedString | Promise<HtmlEscapedString>): Response | Promise<Response> => c.html(content);

/** After a POST: go to `path` with GET, showing `message` once at the top. */
export function seeOther(c: AppContext, path: string, message?: string): Response {
  const target = message === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}done=${encodeURIComponent(message)}`;
  return c.redirect(target, 303);
}

/** The form of the request as the schema wants it; empty fields are left out. Throws `invalid` naming each wrong field, in the viewer's language. */
export async function readForm<T extends z.ZodType>(c: AppContext, schema: T): Promise<z.output<T>> {
  const form = await c.req.parseBody({ all: true });
  return parseInput(c, schema, Object.fromEntries(Object.entries(form).filter(([, value]) => value !== '')));
}

/** The query string as the schema wants it; empty and repeated-empty parameters are left out. */
export const readQuery = <T extends z.ZodType>(c: AppContext, schema: T): z.output<T> =>
  parseInput(c, schema, Object.fromEntries(Object.entries(c.req.query()).filter(([key, value]) => value !== '' && key !== 'lang' && key !== 'done')));

function parseInput<T extends z.ZodType>(c: AppContext, schema: T, input: unknown): z.output<T> {
  const locale = c.var.locale === 'ja' ? z.locales.ja() : z.locales.en();
  const result = schema.safeParse(input, { error: locale.localeError });
  if (result.success) return result.data;
  throw new Problem('invalid', ['The input is not valid', '入力内容に誤りがあります'], { errors: fieldErrors(result.error.issues) });
}
