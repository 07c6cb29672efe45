// Ctrl-K: pages, actions and records by name. Pages come from the navigation, records from the server.
const WAIT_MS = 120;
const MOST_SHOWN = 12;

interface Entry {
  readonly label: string;
  readonly path: string;
  readonly kind: string;
}

let asked = 0;

export function preparePalette(): void {
  const dialog = palette();
  const input = dialog?.querySelector('input') ?? null;
  if (dialog === null || input === null) return;
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(dialog, input.value), WAIT_MS);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') move(dialog, 1, event);
    else if (event.key === 'ArrowUp') move(dialog, -1, event);
    else if (event.key === 'Enter') {
      event.preventDefault();
      go(dialog.querySelector('[aria-selected=true]'));
    }
  });
  dialog.querySelector('ul')?.addEventListener('click', (event) => {
    if (event.target instanceof HTMLElement) go(event.target.closest('li'));
  });
}

export function openPalette(): void {
  const dialog = palette();
  if (dialog === null || dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector('input');
  if (input !== null) input.value = '';
  void refresh(dialog, '');
}

const palette = (): HTMLDialogElement | null => document.querySelector('dialog#palette');

async function refresh(dialog: HTMLDialogElement, text: string): Promise<void> {
  const turn = ++asked;
  show(dialog, pages(text));
  if (text.trim().length < 2) return;
  const response = await fetch(`/api/v1/search?q=${encodeURIComponent(text)}`, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (response === null || !response.ok || turn !== asked) return;
  const { items }: { items: Entry[] } = await response.json();
  show(dialog, [...pages(text), ...items]);
}

function pages(text: string): Entry[] {
  const wanted = text.normalize('NFKC').toLowerCase().trim();
  return [...document.querySelectorAll<HTMLAnchorElement>('nav.main a, main .actions > a')]
    .map((link) => ({ label: link.textContent ?? '', path: link.getAttribute('href') ?? '', kind: '' }))
    .filter(({ label }) => label.toLowerCase().includes(wanted));
}

function show(dialog: HTMLDialogElement, entries: readonly Entry[]): void {
  const items = entries.slice(0, MOST_SHOWN).map((entry, index) => {
    const item = document.createElement('li');
    item.role = 'option';
    item.id = `palette-${index}`;
    item.dataset.path = entry.path;
    const kind = document.createElement('small');
    kind.textContent = entry.kind;
    item.append(entry.label, kind);
    return item;
  });
  dialog.querySelector('ul')?.replaceChildren(...items);
  select(dialog, items, items[0]);
}

/** Options are not links: the focus stays in the box, which says which one is meant. */
function select(dialog: HTMLDialogElement, items: readonly HTMLElement[], selected: HTMLElement | undefined): void {
  for (const item of items) item.ariaSelected = item === selected ? 'true' : 'false';
  dialog.querySelector('input')?.setAttribute('aria-activedescendant', selected?.id ?? '');
}

function go(item: HTMLElement | null): void {
  if (item?.dataset.path !== undefined) location.assign(item.dataset.path);
}

function move(dialog: HTMLDialogElement, by: 1 | -1, event: KeyboardEvent): void {
  event.preventDefault();
  const items = [...dialog.querySelectorAll<HTMLElement>('li')];
  const at = items.findIndex((item) => item.ariaSelected === 'true');
  const next = items[(at + by + items.length) % items.length];
  select(dialog, items, next);
  next?.scrollIntoView({ block: 'nearest' });
}
