// The frame of every page: head, navigation, search, message, content.
import type { Child } from 'hono/jsx';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { asset } from './assets.ts';
import type { AppContext } from './env.ts';
import { navigation } from './nav.ts';
import type { PageFrame } from './page.tsx';
import { words } from './words.ts';

export function Layout({ c, frame, children }: { c: AppContext; frame: PageFrame; children?: Child }) {
  const w = words(c.var.locale);
  const done = c.req.query('done');
  return (
    <html lang={c.var.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${frame.title} · Kizashi`}</title>
        <link rel="icon" href={asset('icon.svg')} />
        <link rel="stylesheet" href={asset('kizashi.css')} />
        <script type="module" src={asset('kizashi.js')} />
      </head>
      <body class={frame.kind ?? 'plain'}>
        <a class="skip" href="#content">{w.skip}</a>
        {frame.kind === 'print' ? null : <Header c={c} frame={frame} />}
        <main id="content" tabindex={-1}>
          {done === undefined ? null : <p class="message" role="status">{done}</p>}
          {children}
        </main>
      </body>
    </html>
  );
}

function Header({ c, frame }: { c: AppContext; frame: PageFrame }) {
  const w = words(c.var.locale);
  const { actor } = c.var.ctx;
  return (
    <header class="top">
      <a class="brand" href="/">{w.product}</a>
      {c.var.signedIn ? (
        <nav aria-label={w.main_navigation}>
          <ul>
            {navigation.filter((entry) => may(actor, entry.permission)).map((entry) => (
              <li><a href={entry.path} data-key={entry.key} aria-current={frame.nav === entry.path ? 'page' : undefined}>{speak(entry.label, c.var.locale)}</a></li>
            ))}
          </ul>
        </nav>
      ) : null}
      {c.var.signedIn ? (
        <form class="search" action="/search" role="search">
          <input type="search" name="q" aria-label={w.search} placeholder={w.search_hint} value={c.req.path === '/search' ? c.req.query('q') : undefined} />
        </form>
      ) : null}
      <div class="me">
        <a href={languageLink(c)} lang={c.var.locale === 'ja' ? 'en' : 'ja'}>{w.other_language}</a>
        {c.var.signedIn ? <a href="/account">{actor.name}</a> : <a href="/sign-in">{w.sign_in}</a>}
      </div>
    </header>
  );
}

/** This page in the other language. */
function languageLink(c: AppContext): string {
  const url = new URL(c.req.url);
  url.searchParams.set('lang', c.var.locale === 'ja' ? 'en' : 'ja');
  url.searchParams.delete('done');
  return url.pathname + url.search;
}
