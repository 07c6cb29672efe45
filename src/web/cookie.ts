// The cookies of the pages: the session, the time zone of the browser, the language chosen in it, and what the last action did.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { type Locale, locales } from '../core/words.ts';
import type { AppContext } from './env.ts';

const NAME = 'kizashi_session';

export const sessionCookie = (c: AppContext): string | undefined => getCookie(c, NAME);

/** IANA name as the browser tells it (client/zone.ts); not to be trusted. */
export const zoneCookie = (c: AppContext): string | undefined => getCookie(c, 'kizashi_zone');

const LOCALE = 'kizashi_locale';

/** The language chosen in this browser, until it is closed. */
export const keptLocale = (c: AppContext): Locale | undefined => locales.find((locale) => locale === getCookie(c, LOCALE));

export const keepLocale = (c: AppContext, locale: Locale): void => setCookie(c, LOCALE, locale, ours(c));

/** HttpOnly and SameSite=Lax; Secure whenever the page came over HTTPS. */
export function setSessionCookie(c: AppContext, value: string, lifetime_ms: number): void {
  setCookie(c, NAME, value, { ...ours(c), maxAge: Math.floor(lifetime_ms / 1000) });
}

export const clearSessionCookie = (c: AppContext): void => {
  deleteCookie(c, NAME, { path: '/', secure: isHttps(c) });
};

const DONE = 'kizashi_done';
/** The next page follows at once; a message nobody fetched is stale. */
const DONE_SECONDS = 60;
/** A browser refuses cookies beyond 4 kB; a Japanese character takes nine bytes in one. */
const DONE_LENGTH = 400;

const Done = z.object({ message: z.string(), undo: z.string().startsWith('/bulk/').nullable() });
export type Done = z.infer<typeof Done>;

/** What the action did, for the next page. In a cookie and not in the address, which anybody could write and which shows again on reload. */
export const setDoneCookie = (c: AppContext, { message, undo }: Done): void =>
  setCookie(c, DONE, JSON.stringify({ message: message.slice(0, DONE_LENGTH), undo }), { ...ours(c), maxAge: DONE_SECONDS });

/** Whether the page is the one an action leads back to: no new reading of it. */
export const comesFromAction = (c: AppContext): boolean => getCookie(c, DONE) !== undefined;

/** Takes it: the page after the next will not find it. */
export function takeDoneCookie(c: AppContext): Done | null {
  const text = getCookie(c, DONE);
  if (text === undefined) return null;
  deleteCookie(c, DONE, { path: '/', secure: isHttps(c) });
  try {
    return Done.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const ours = (c: AppContext) => ({ httpOnly: true, sameSite: 'Lax', path: '/', secure: isHttps(c) }) as const;

const isHttps = (c: AppContext): boolean => c.req.url.startsWith('https:') || c.var.public_url?.startsWith('https:') === true;
