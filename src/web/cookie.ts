// The cookies of the pages: the session, and the time zone of the browser.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppContext } from './env.ts';

const NAME = 'kizashi_session';

export const sessionCookie = (c: AppContext): string | undefined => getCookie(c, NAME);

/** IANA name as the browser tells it (client/zone.ts); not to be trusted. */
export const zoneCookie = (c: AppContext): string | undefined => getCookie(c, 'kizashi_zone');

/** HttpOnly and SameSite=Lax; Secure whenever the page came over HTTPS. */
export function setSessionCookie(c: AppContext, value: string, lifetime_ms: number): void {
  setCookie(c, NAME, value, { httpOnly: true, sameSite: 'Lax', path: '/', secure: isHttps(c), maxAge: Math.floor(lifetime_ms / 1000) });
}

export const clearSessionCookie = (c: AppContext): void => {
  deleteCookie(c, NAME, { path: '/', secure: isHttps(c) });
};

const isHttps = (c: AppContext): boolean => c.req.url.startsWith('https:') || c.var.public_url?.startsWith('https:') === true;
