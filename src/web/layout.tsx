// The frame of every page: head, navigation, search, message, content.
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { withQuery } from './address.ts';
import { asset } from './assets.ts';
import { type Done, takeDoneCookie } from './cookie.ts';
import { Dialogs } from './dialogs.tsx';
import type { AppContext } from './env.ts';
import type { PageFrame } from './frame.ts';
import { groupLabels, type NavEntry, type NavGroup, navigation } from './nav.ts';
import { words } from './words.ts';

export function Layout({ c, frame, children }: { c: AppContext; frame: PageFrame; children?: Child }) {
  const w = words(c.var.locale);
  const done = takeDoneCookie(c);
  return (
    <>
      {raw('<!doctype html>')}
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
        <body class={frame.kind ?? 'plain'} data-signed-in={c.var.signedIn ? 'yes' : undefined} data-single-keys={c.var.singleKeys ? 'on' : 'off'}>
          <a class="skip" href="#content">
            {w.skip}
          </a>
          {frame.kind === 'print' ? null : <TopBar c={c} />}
          {frame.kind === 'print' || !c.var.signedIn ? null : <Navigation c={c} current={frame.nav ?? null} />}
          <main id="content" tabindex={-1}>
            {done === null ? null : <DoneMessage c={c} done={done} />}
            {children}
          </main>
          {frame.kind === 'print' || !c.var.signedIn ? null : <Dialogs c={c} />}
        </body>
      </html>
    </>
  );
}

/** What the last action did; a bulk action can be taken back from here. */
function DoneMessage({ c, done: { message, undo } }: { c: AppContext; done: Done }) {
  return (
    <div class="message" role="status">
      {message}
      {undo === null ? null : (
        <form method="post" action={undo}>
          <input type="hidden" name="back" value={withQuery(c, {})} />
          <button type="submit">{words(c.var.locale).undo}</button>
        </form>
      )}
    </div>
  );
}

function TopBar({ c }: { c: AppContext }) {
  const w = words(c.var.locale);
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src={asset('icon.svg')} alt="" width="24" height="24" />
        {w.product}
      </a>
      {c.var.signedIn ? (
        <form class="search" action="/search" role="search">
          <input type="search" name="q" aria-label={w.search} placeholder={w.search_hint} value={c.req.path === '/search' ? c.req.query('q') : undefined} />
          <kbd aria-hidden="true">/</kbd>
        </form>
      ) : (
        <span class="search" />
      )}
      <div class="me">
        <a href={languageLink(c)} hreflang={c.var.locale === 'ja' ? 'en' : 'ja'} lang={c.var.locale === 'ja' ? 'en' : 'ja'}>
          {w.other_language}
        </a>
        {c.var.signedIn ? <a href="/account">{c.var.ctx.actor.name}</a> : <a href="/sign-in">{w.sign_in}</a>}
      </div>
    </header>
  );
}

function Navigation({ c, current }: { c: AppContext; current: string | null }) {
  const w = words(c.var.locale);
  const open = navigation.filter(
    (entry) => may(c.var.ctx.actor, entry.permission) && entry.only !== (c.var.ctx.actor.partner_id === null ? 'partner' : 'staff'),
  );
  const groups = [...new Set(open.map(({ group }) => group))];
  return (
    <nav class="main" aria-label={w.main_navigation}>
      <details class="menu">
        <summary>{w.menu}</summary>
        {groups.map((group) => (
          <Group c={c} group={group} entries={open.filter((entry) => entry.group === group)} current={current} />
        ))}
      </details>
    </nav>
  );
}

const Group = ({ c, group, entries, current }: { c: AppContext; group: NavGroup; entries: readonly NavEntry[]; current: string | null }) => (
  <div class="nav-group">
    <p>{speak(groupLabels[group], c.var.locale)}</p>
    <ul>
      {entries.map(({ path, label, key }) => (
        <li>
          <a href={path} data-key={key} aria-current={current === path ? 'page' : undefined}>
            {speak(label, c.var.locale)}
          </a>
        </li>
      ))}
    </ul>
  </div>
);

/** This page in the other language. */
function languageLink(c: AppContext): string {
  const url = new URL(c.req.url);
  url.searchParams.set('lang', c.var.locale === 'ja' ? 'en' : 'ja');
  return url.pathname + url.search;
}
