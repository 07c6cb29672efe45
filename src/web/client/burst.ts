// A wedge scanner is a keyboard that types 7–16 ms a key and ends with Enter. Wherever the focus is, such a burst is a scan:
// it does not land in the field, and it is handed to whoever listens for it.
import { keyText } from './keyText.ts';

/** Longer than a scanner needs between two keys, shorter than a person. */
const GAP_MS = 50;
const SHORTEST_CODE = 4;

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Burst {
  text: string;
  last: number;
  field: Field | null;
  before: string;
  caret: number | null;
}

let burst: Burst | null = null;

/** Sends `kizashi:scan` with the code on the document; the scan page takes it, other pages go there. */
export function watchBursts(): void {
  // Nobody scans where there is no scan page to go to, as before signing in: what is typed fast there stays.
  if (document.querySelector('nav.main a[data-key="s"]') === null) return;
  document.addEventListener('keydown', onKey, { capture: true });
  document.addEventListener('kizashi:scan', (event) => {
    if (event.defaultPrevented || !(event instanceof CustomEvent)) return;
    location.assign(`/scan?code=${encodeURIComponent(String(event.detail))}`);
  });
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A password is typed fast by the program that keeps it.
  if (event.target instanceof HTMLInputElement && event.target.type === 'password') return;
  // The scan box itself is where scans belong: it reads its own Enter.
  if (event.target instanceof HTMLElement && event.target.dataset.scanBox !== undefined) return;
  if (event.code === 'Enter' || event.code === 'NumpadEnter') {
    endBurst(event);
    return;
  }
  const text = keyText(event);
  if (text === null) return;
  const now = event.timeStamp;
  if (burst === null || now - burst.last > GAP_MS) burst = startBurst(event.target, now);
  burst.text += text;
  burst.last = now;
}

function startBurst(target: EventTarget | null, now: number): Burst {
  const field = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
  return { text: '', last: now, field, before: field?.value ?? '', caret: field?.selectionStart ?? null };
}

function endBurst(event: KeyboardEvent): void {
  const ended = burst;
  burst = null;
  if (ended === null || ended.text.length < SHORTEST_CODE || event.timeStamp - ended.last > GAP_MS) return;
  event.preventDefault();
  event.stopPropagation();
  restore(ended);
  document.dispatchEvent(new CustomEvent('kizashi:scan', { detail: ended.text, cancelable: true }));
}

/** Takes the scanned characters out of the field again; under an IME the composition is thrown away first. */
function restore({ field, before, caret }: Burst): void {
  if (field === null) return;
  const put = () => {
    field.value = before;
    if (caret !== null) field.setSelectionRange(caret, caret);
  };
  field.addEventListener('compositionend', () => queueMicrotask(put), { once: true });
  field.blur();
  put();
  field.focus();
}
