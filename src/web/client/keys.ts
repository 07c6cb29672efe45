// Keyboard: `/` search, `?` help, `g` + letter, `j`/`k` rows, `x` select, `e` edit, Enter open, `s` scan, `a` main action, Ctrl-Enter save, Ctrl-K palette.
// A page gives further keys to its own links with data-shortcut.
import { isTyping } from './typing.ts';

interface KeyActions {
  readonly openPalette: () => void;
}

/** `g` waits this long for its letter. */
const CHORD_MS = 1200;

let goUntil = 0;

export function watchKeys(actions: KeyActions): void {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      actions.openPalette();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') return submit(event);
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    if (document.body.dataset.singleKeys === 'off') return;
    if (performance.now() < goUntil) return go(event);
    press(event);
  });
}

function go(event: KeyboardEvent): void {
  goUntil = 0;
  const link = document.querySelector<HTMLAnchorElement>(`nav.main a[data-key="${CSS.escape(event.key)}"]`);
  if (link === null) return;
  event.preventDefault();
  link.click();
}

function press(event: KeyboardEvent): void {
  const deeds: Readonly<Record<string, () => boolean>> = {
    '/': () => focusFirst('.search input'),
    '?': () => openHelp(),
    g: () => {
      goUntil = performance.now() + CHORD_MS;
      return true;
    },
    s: () => follow('nav.main a[data-key="s"]'),
    j: () => step(1),
    k: () => step(-1),
    x: () => toggle(),
    e: () => follow('main .actions a[href$="/edit"]') || unfold('form[action$="/change"]'),
    a: () => act(),
    Enter: () => openCurrent(event.target),
  };
  const own = () => follow(`main [data-shortcut="${CSS.escape(event.key)}"]`);
  if ((deeds[event.key] ?? own)()) event.preventDefault();
}

/** Sends the form one is writing in, by its main button. */
function submit(event: KeyboardEvent): void {
  const form = event.target instanceof HTMLElement ? event.target.closest('form') : null;
  if (form === null) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLElement>('button.primary') ?? form.querySelector<HTMLElement>('button[type=submit]'));
}

/** The main action of the page: goes to its first field (or to the one its form says comes first), or does it when nothing is asked. */
function act(): boolean {
  const button = document.querySelector<HTMLElement>('main button.primary') ?? document.querySelector<HTMLElement>('main a.primary');
  const form = button?.closest('form');
  const field = (form?.querySelector('[data-first]') ?? form)?.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea') ?? null;
  if (field !== null) field.focus();
  else button?.click();
  return button !== null;
}

function focusFirst(selector: string): boolean {
  const input = document.querySelector<HTMLInputElement>(selector);
  input?.focus();
  input?.select();
  return input !== null;
}

function follow(selector: string): boolean {
  const link = document.querySelector<HTMLElement>(selector);
  link?.click();
  return link !== null;
}

/** Opens what a form is folded into and goes to its first field. */
function unfold(selector: string): boolean {
  const form = document.querySelector<HTMLFormElement>(selector);
  const fold = form?.closest('details') ?? null;
  if (fold !== null) fold.open = true;
  form?.querySelector<HTMLElement>('input:not([type=hidden]), select, textarea')?.focus();
  return form !== null;
}

function openHelp(): boolean {
  const help = document.querySelector<HTMLDialogElement>('dialog#keys');
  help?.showModal();
  return help !== null;
}

/** The rows `j` and `k` walk over: those of the page's first table that lead somewhere. */
const rows = (): HTMLTableRowElement[] =>
  [...document.querySelectorAll<HTMLTableRowElement>('main .table tbody tr')].filter((row) => row.querySelector('a, input') !== null);

const current = (): HTMLTableRowElement | null => document.querySelector('main tr.current');

function step(by: 1 | -1): boolean {
  const all = rows();
  if (all.length === 0) return false;
  const now = current();
  const at = now === null ? (by === 1 ? -1 : all.length) : all.indexOf(now);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  now?.classList.remove('current');
  next?.classList.add('current');
  next?.querySelector<HTMLElement>('a, input')?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return true;
}

function toggle(): boolean {
  const box = current()?.querySelector<HTMLInputElement>('input[type=checkbox]') ?? null;
  box?.click();
  return box !== null;
}

/** Enter on a focused link already opens it. */
function openCurrent(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement && target.closest('a, button, summary') !== null) return false;
  const link = current()?.querySelector<HTMLAnchorElement>('a[href]') ?? null;
  link?.click();
  return link !== null;
}
