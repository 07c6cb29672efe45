// What every request passes before its route: id, security headers, language, who calls, same-origin for cookies, size limit.
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { zoneNamed } from '../core/formats.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { type Locale, locales } from '../core/words.ts';
import type { Store } from '../db/open.ts';
import { actorOfSession, actorOfToken, anonymous } from '../person/authenticate.ts';
import { keepLocale, keptLocale, sessionCookie, zoneCookie } from '../web/cookie.ts';
import type { AppContext, AppMiddleware } from '../web/env.ts';

export interface FrameSettings {
  readonly store: Store;
  /** The clock: the only one the pages and routes see. */
  readonly now: () => number;
  /** TZ_BUSINESS. */
  readonly zone: string;
  readonly public_url?: string | undefined;
}

/** CSV files and photos; the JSON routes get less from their schemas. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** No inline script or style anywhere: what a page needs it loads from /assets. */
export const securityHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    connectSrc: ["'self'"],
    mediaSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    manifestSrc: ["'self'"],
    workerSrc: ["'self'"],
  },
  crossOriginOpenerPolicy: 'same-origin',
  referrerPolicy: 'same-origin',
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
});

const limited = bodyLimit({
  maxSize: BODY_LIMIT_BYTES,
  onError: () => {
    throw new Problem('too_large', ['The request is larger than 64 MiB', '要求が64 MiBを超えています']);
  },
});

/** A request to read has no body to look at: looking alone would cost a tenth of the answer. */
export const limitBody: AppMiddleware = (c, next) => (c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limited(c, next));

/** U+0000 cannot be stored on PostgreSQL; it is refused on both databases, wherever it hides. */
export const refuseNul: AppMiddleware = async (c, next) => {
  const type = c.req.header('Content-Type') ?? '';
  const escaped = type.startsWith('application/json') ? '\\u0000' : type.startsWith('application/x-www-form-urlencoded') ? '%00' : null;
  if (c.req.url.includes('%00') || (escaped !== null && (await c.req.text()).includes(escaped)))
    throw new Problem('invalid', ['A text holds the character U+0000', '使用できない文字（U+0000）が含まれています']);
  await next();
};

/** Puts the request's context on `c`: who calls, in which language, at which moment. */
export const identify =
  (settings: FrameSettings): AppMiddleware =>
  async (c, next) => {
    const now = settings.now();
    c.set('request_id', newId(now));
    c.header('X-Request-Id', c.var.request_id);
    c.set('public_url', settings.public_url);
    c.set('zone', viewerZone(c) ?? settings.zone);
    if (choosesLocale(c)) keepLocale(c, localeOf(c));
    c.set('locale', localeOf(c));
    const base = { db: settings.store.db, now, zone: settings.zone, afterCommit: (run: () => void) => run() };
    c.set('ctx', { ...base, actor: anonymous(c.var.locale) });
    const caller = await callerOf(c, settings, now);
    c.set('singleKeys', caller?.singleKeys ?? true);
    if (caller !== null) {
      const { actor } = caller;
      c.set('locale', chosenLocale(c) ?? keptLocale(c) ?? (actor.kind === 'person' ? actor.locale : c.var.locale));
      c.set('ctx', { ...base, actor: { ...actor, locale: c.var.locale } });
    }
    c.set('signedIn', caller !== null);
    await next();
  };

async function callerOf(c: AppContext, settings: FrameSettings, now: number) {
  const authorization = c.req.header('Authorization');
  if (authorization?.startsWith('Bearer ')) {
    return { actor: await actorOfToken(settings.store.db, authorization.slice('Bearer '.length), now, c.var.locale), singleKeys: false };
  }
  const cookie = sessionCookie(c);
  return cookie === undefined ? null : actorOfSession(settings.store.db, cookie, now);
}

/** The browser tells its time zone in a cookie; anything else in it is ignored. */
function viewerZone(c: AppContext): string | undefined {
  const zone = zoneCookie(c);
  return zone === undefined ? undefined : zoneNamed(zone);
}

const chosenLocale = (c: AppContext): Locale | undefined => locales.find((locale) => locale === c.req.query('lang'));

/** Whoever clicks the language in a page of ours wants the next pages in it too; who only opens an address with it does not. */
const choosesLocale = (c: AppContext): boolean =>
  chosenLocale(c) !== undefined && c.req.header('Sec-Fetch-Site') === 'same-origin' && c.req.header('Sec-Fetch-Dest') === 'document';

/** `?lang=`, else what was chosen in this browser, else the first of ours in Accept-Language, else Japanese. */
function localeOf(c: AppContext): Locale {
  const accepted = (c.req.header('Accept-Language') ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return chosenLocale(c) ?? keptLocale(c) ?? accepted.map((code) => locales.find((locale) => locale === code)).find((locale) => locale !== undefined) ?? 'ja';
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A cookie must not act for another site: an unsafe request without a bearer token has to come from a page of ours. */
export const sameOrigin: AppMiddleware = async (c, next) => {
  if (!SAFE.has(c.req.method) && c.req.header('Authorization') === undefined && !isFromUs(c)) {
    throw new Problem('forbidden', ['This request came from another site', '他のサイトからの要求は受け付けません']);
  }
  await next();
};

function isFromUs(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('Origin');
  if (origin === undefined) return sessionCookie(c) === undefined;
  return origin === new URL(c.req.url).origin || (c.var.public_url !== undefined && origin === new URL(c.var.public_url).origin);
}
