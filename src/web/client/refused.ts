// A refused form: back to it, with what was typed still there, each message beside its field. Without this the page of the refusal says the same.

interface Refusal {
  /** Where the form posts. */
  readonly action: string;
  readonly said: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

const KEPT = 'kizashi.refused';

export function bringBackRefused(): void {
  const page = document.querySelector('[data-refused]');
  if (page === null) addEventListener('pageshow', showKept);
  else if (document.referrer.startsWith(`${location.origin}/`)) {
    sessionStorage.setItem(KEPT, JSON.stringify(readRefusal(page)));
    history.back();
  }
}

const readRefusal = (page: Element): Refusal => ({
  action: location.pathname,
  said: page.querySelector('p')?.textContent ?? '',
  errors: [...page.querySelectorAll<HTMLElement>('[data-path]')].map((error) => ({ path: error.dataset.path ?? '', message: error.dataset.message ?? '' })),
});

function showKept(): void {
  const kept = sessionStorage.getItem(KEPT);
  if (kept === null) return;
  sessionStorage.removeItem(KEPT);
  // Written by bringBackRefused on the page before.
  const { action, said, errors } = JSON.parse(kept) as Refusal;
  const form = [...document.forms].find((one) => one.method === 'post' && new URL(one.action).pathname === action);
  for (const old of document.querySelectorAll('.refused')) old.remove();
  const placed = errors.map(({ path, message }) => ({ message, field: form === undefined ? null : fieldOf(form, path) }));
  const loose = placed.filter(({ field }) => field === null).map(({ message }) => message);
  if (placed.length === 0 || loose.length > 0) sayAbove(form ?? document.querySelector('main'), [said, ...loose.filter((message) => message !== said)]);
  for (const { field, message } of placed) if (field !== null) sayBeside(field, message);
  placed.find(({ field }) => field !== null)?.field?.focus();
}

/** By its whole path, else by the last name in it: `password.current` is the field `current`. */
function fieldOf(form: HTMLFormElement, path: string): HTMLElement | null {
  const found = form.elements.namedItem(path) ?? form.elements.namedItem(path.split('.').at(-1) ?? '');
  return found instanceof HTMLElement && found.getAttribute('type') !== 'hidden' ? found : null;
}

function sayAbove(place: Element | null, messages: readonly string[]): void {
  const box = document.createElement('p');
  box.className = 'problem refused';
  box.setAttribute('role', 'alert');
  box.textContent = messages.join(' ');
  place?.prepend(box);
  openAround(box);
  box.scrollIntoView({ block: 'center' });
}

function sayBeside(field: HTMLElement, message: string): void {
  const note = document.createElement('small');
  note.className = 'error refused';
  note.id = `refused-${field.getAttribute('name') ?? ''}`;
  note.textContent = message;
  field.after(note);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', note.id);
  openAround(field);
  field.addEventListener('input', () => {
    note.remove();
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  });
}

/** Forms are often folded away: a message in one would not be seen. */
function openAround(element: Element): void {
  for (let around = element.closest('details'); around !== null; around = around.parentElement?.closest('details') ?? null) around.open = true;
}
