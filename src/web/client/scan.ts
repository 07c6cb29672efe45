// The scan page: whatever is scanned joins a queue in the browser and is sent one after the other, each with its own Idempotency-Key.
// A slow server or a cut network only makes the queue longer; reload and power loss keep it.
import { watchCamera } from './camera.ts';
import { beep } from './sound.ts';

interface Scan {
  readonly key: string;
  readonly code: string;
  readonly at: number;
  readonly return_id: string | null;
  unit_id?: string;
}

interface Receipt {
  readonly outcome: 'expected' | 'unexpected' | 'unknown' | 'duplicate' | 'ambiguous';
  readonly message?: string;
  readonly path?: string;
  readonly return_unit_id?: string;
  /** Of a provisional unit. */
  readonly label_path?: string;
  readonly choices?: readonly { readonly unit_id: string; readonly label: string }[];
}

const STORE = 'kizashi:scans';
const RETRY_MS = 1500;
const LONGEST_RETRY_MS = 15_000;

let page: ScanPage | null = null;

interface ScanPage {
  readonly box: HTMLInputElement;
  readonly list: HTMLElement;
  readonly waiting: HTMLElement;
  readonly words: Record<string, string>;
  readonly returnId: string | null;
}

export function startScanPage(): void {
  const box = document.querySelector<HTMLInputElement>('input[data-scan-box]');
  const list = document.querySelector<HTMLElement>('[data-scan-list]');
  const waiting = document.querySelector<HTMLElement>('[data-scan-waiting]');
  if (box === null || list === null || waiting === null) return;
  page = { box, list, waiting, words: JSON.parse(list.dataset.words ?? '{}'), returnId: list.dataset.returnId ?? null };
  holdFocus(box);
  readBox(box);
  document.addEventListener('kizashi:scan', (event) => {
    event.preventDefault();
    if (event instanceof CustomEvent) enqueue(String(event.detail));
  });
  for (const scan of stored()) drawRow(scan);
  const handed = new URL(location.href).searchParams.get('code');
  if (handed !== null) {
    history.replaceState(null, '', location.pathname);
    enqueue(handed);
  }
  watchCamera(enqueue);
  addEventListener('online', () => void send());
  void send();
}

/** The focus never leaves the box, except into another field or button of the page. */
function holdFocus(box: HTMLInputElement): void {
  box.focus();
  document.addEventListener('click', (event) => {
    if (event.target instanceof HTMLElement && event.target.closest('a, button, input, select, textarea, summary, label') === null) box.focus();
  });
}

/** Enter takes what stands in the box, also at the end of an IME composition, and clears it for the next scan. */
function readBox(box: HTMLInputElement): void {
  let composedEnter = false;
  const take = () => {
    const code = box.value.trim();
    box.value = '';
    if (code !== '') enqueue(code);
    else openLast();
  };
  box.form?.addEventListener('submit', (event) => {
    event.preventDefault();
    delete box.form?.dataset.sent;
    take();
  });
  box.addEventListener('keydown', (event) => {
    if (event.code === 'Enter' && event.isComposing) composedEnter = true;
  });
  box.addEventListener('compositionend', () => {
    if (composedEnter) setTimeout(take);
    composedEnter = false;
  });
}

/** Enter in the empty box takes the unit scanned last to the bench. */
function openLast(): void {
  const id = page?.list.querySelector<HTMLElement>('tr[data-return-unit]')?.dataset.returnUnit;
  if (id !== undefined) location.assign(`/return-units/${id}`);
}

function enqueue(code: string): void {
  const scan: Scan = { key: crypto.randomUUID(), code, at: Date.now(), return_id: page?.returnId ?? null };
  store([...stored(), scan]);
  drawRow(scan);
  void send();
}

const stored = (): Scan[] => JSON.parse(localStorage.getItem(STORE) ?? '[]');

function store(scans: readonly Scan[]): void {
  localStorage.setItem(STORE, JSON.stringify(scans));
  if (page === null) return;
  page.waiting.textContent = scans.length === 0 ? '' : `${page.words.waiting} ${scans.length}`;
}

let sending = false;
let retry_ms = RETRY_MS;

/** First in, first out: the next scan leaves when the one before is answered. */
async function send(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let scan = stored()[0]; scan !== undefined; scan = stored()[0]) {
      const answered = await deliver(scan);
      if (!answered) return;
      retry_ms = RETRY_MS;
      const { key } = scan;
      store(stored().filter((other) => other.key !== key));
    }
  } finally {
    sending = false;
  }
}

/** False when the server could not be reached or was busy: the same scan is tried again later with the same key. */
async function deliver(scan: Scan): Promise<boolean> {
  const response = await post(scan);
  if (response === null || response.status >= 500 || response.status === 429 || response.status === 408) {
    mark(scan.key, 'retry', page?.words.retry ?? '');
    setTimeout(() => void send(), retry_ms);
    retry_ms = Math.min(retry_ms * 2, LONGEST_RETRY_MS);
    return false;
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) showReceipt(scan, answer as Receipt);
  else {
    mark(scan.key, 'refused', String((answer as { detail?: string }).detail ?? response.status));
    beep('bad');
  }
  return true;
}

const post = (scan: Scan): Promise<Response | null> =>
  fetch('/api/v1/receipts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': scan.key, Accept: 'application/json', 'Accept-Language': document.documentElement.lang },
    body: JSON.stringify({
      scan: scan.code,
      ...(scan.return_id === null ? {} : { return_id: scan.return_id }),
      ...(scan.unit_id === undefined ? {} : { unit_id: scan.unit_id }),
    }),
  }).catch(() => null);

function showReceipt(scan: Scan, receipt: Receipt): void {
  const row = mark(scan.key, receipt.outcome, receipt.message ?? '');
  beep(receipt.outcome === 'expected' ? 'good' : receipt.outcome === 'duplicate' ? 'warn' : 'bad');
  if (row === null) return;
  if (receipt.return_unit_id !== undefined) row.dataset.returnUnit = receipt.return_unit_id;
  if (receipt.path !== undefined) row.querySelector('[data-code]')?.replaceChildren(linkTo(receipt.path, scan.code));
  if (receipt.return_unit_id !== undefined && receipt.outcome !== 'duplicate')
    row.querySelector('[data-undo]')?.replaceChildren(undoButton(scan, receipt.return_unit_id));
  if (receipt.label_path !== undefined) row.querySelector('[data-message]')?.append(' ', labelLink(receipt.label_path));
  for (const choice of receipt.choices ?? []) row.querySelector('[data-undo]')?.append(choiceButton(scan, choice));
}

/** In a tab of its own: the list of what was scanned stays where it is. */
function labelLink(path: string): HTMLAnchorElement {
  const link = linkTo(path, page?.words.print_label ?? '');
  link.target = '_blank';
  return link;
}

function linkTo(path: string, text: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = path;
  link.textContent = text;
  return link;
}

/** One of several units that share the scanned name: the person chooses, the scan goes again for that unit. */
function choiceButton(scan: Scan, choice: { unit_id: string; label: string }): HTMLButtonElement {
  const button = document.createElement('button');
  button.textContent = choice.label;
  button.addEventListener('click', () => {
    const chosen: Scan = { ...scan, key: crypto.randomUUID(), unit_id: choice.unit_id };
    store([...stored(), chosen]);
    drawRow(chosen);
    button.closest('tr')?.remove();
    void send();
    page?.box.focus();
  });
  return button;
}

function undoButton(scan: Scan, returnUnitId: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.textContent = page?.words.undo ?? '';
  button.addEventListener('click', async () => {
    button.disabled = true;
    const response = await fetch('/api/v1/receipts/reversals', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${scan.key}-undo` },
      body: JSON.stringify({ return_unit_id: returnUnitId, reason: page?.words.undo_reason ?? 'scan undone' }),
    }).catch(() => null);
    if (response?.ok) mark(scan.key, 'undone', '');
    else button.disabled = false;
    page?.box.focus();
  });
  return button;
}

/** Newest on top; the state is a word, the colour repeats it. */
function drawRow(scan: Scan): void {
  if (page === null) return;
  const row = document.createElement('tr');
  row.dataset.key = scan.key;
  row.innerHTML = '<td data-time></td><td data-code></td><td><span class="badge" data-state></span></td><td data-message></td><td data-undo></td>';
  row.querySelector('[data-time]')?.append(new Date(scan.at).toLocaleTimeString(document.documentElement.lang));
  row.querySelector('[data-code]')?.append(scan.code);
  page.list.prepend(row);
  mark(scan.key, 'queued', '');
}

const TONES: Readonly<Record<string, string>> = {
  expected: 'good',
  unexpected: 'warn',
  duplicate: 'info',
  unknown: 'bad',
  ambiguous: 'warn',
  refused: 'bad',
  retry: 'warn',
  undone: 'neutral',
  queued: 'neutral',
};

function mark(key: string, state: string, message: string): HTMLTableRowElement | null {
  const row = page?.list.querySelector<HTMLTableRowElement>(`tr[data-key="${key}"]`) ?? null;
  const badge = row?.querySelector('[data-state]') ?? null;
  if (row === null || badge === null) return null;
  row.dataset.state = state;
  badge.className = `badge ${TONES[state] ?? 'neutral'}`;
  badge.textContent = page?.words[state] ?? state;
  row.querySelector('[data-message]')?.replaceChildren(message);
  return row;
}
