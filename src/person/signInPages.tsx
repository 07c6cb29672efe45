// Signing in and out.
import { Problem } from '../core/problem.ts';
import { clearSessionCookie, sessionCookie, setSessionCookie } from '../web/cookie.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, show } from '../web/page.tsx';
import { Field, Form } from '../web/parts.tsx';
import { SignIn } from './inputs.ts';
import { SESSION_MS, signIn, signOut } from './signIn.ts';
import { words } from './words.ts';

export const signInPages = newPages();

page(signInPages, '/sign-in', 'public', (c) => (c.var.signedIn ? c.redirect('/') : signInPage(c)));

action(signInPages, '/sign-in', 'public', async (c) => {
  const input = await readForm(c, SignIn);
  try {
    setSessionCookie(c, await signIn(c.var.ctx, input), SESSION_MS);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    c.status(error.status);
    if (error.extra.retry_after_s !== undefined) c.header('Retry-After', String(error.extra.retry_after_s));
    return signInPage(c, error.detail(c.var.locale), input);
  }
  return c.redirect(ownPath(input.next), 303);
});

action(signInPages, '/sign-out', 'signed-in', async (c) => {
  await signOut(c.var.ctx, sessionCookie(c) ?? '');
  clearSessionCookie(c);
  return c.redirect('/sign-in', 303);
});

/** Only paths of this host: `//other.example` and `https:` are not, nor what a browser makes of `/\t/other.example`. */
function ownPath(next: string | undefined): string {
  if (next === undefined || !URL.canParse(next, HERE)) return '/';
  const { origin, pathname, search, hash } = new URL(next, HERE);
  return origin === HERE ? pathname + search + hash : '/';
}

const HERE = 'http://here.invalid';

function signInPage(c: AppContext, error?: string, input?: SignIn) {
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.sign_in },
    <div class="narrow">
      <h1>{w.sign_in}</h1>
      {error === undefined ? null : (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <Form action="/sign-in">
        <Field label={w.email} name="email" type="email" autocomplete="username" required value={input?.email ?? null} autofocus />
        <Field label={w.password} name="password" type="password" autocomplete="current-password" required />
        <input type="hidden" name="next" value={input?.next ?? ownPath(c.req.query('next'))} />
        <button type="submit" class="primary">
          {w.sign_in}
        </button>
      </Form>
    </div>,
  );
}
