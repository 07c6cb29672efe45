// Live parts of open pages: an element with data-live names the stream whose events make it fetch itself anew.
import { countPicks } from './picks.ts';

export function followLive(): void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-live]')];
  const streams = new Set(parts.map((part) => part.dataset.live ?? ''));
  for (const stream of streams) {
    const source = new EventSource(stream);
    source.addEventListener('change', () => {
      for (const part of parts) if (part.dataset.live === stream) void renew(part);
    });
    addEventListener('pagehide', () => source.close());
  }
  for (const part of parts)
    part.addEventListener('focusout', ({ relatedTarget }) => {
      if (part.dataset.stale === 'yes' && !(relatedTarget instanceof Node && part.contains(relatedTarget))) void renew(part);
    });
}

/** Puts in place of what the part holds what the page holds there now. While someone works inside it, it waits until they leave. */
async function renew(part: HTMLElement): Promise<void> {
  part.dataset.stale = 'yes';
  if (part.contains(document.activeElement)) return;
  const response = await fetch(location.href).catch(() => null);
  if (response === null || !response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(part.id);
  if (fresh === null || part.contains(document.activeElement)) return;
  delete part.dataset.stale;
  carryOver(part, fresh);
  part.replaceChildren(...fresh.childNodes);
  countPicks();
}

/** What the person did to the old rows: those ticked, the one they walked to, and what they folded out. */
function carryOver(old: Element, fresh: Element): void {
  for (const box of old.querySelectorAll<HTMLInputElement>('input:checked')) {
    const same = fresh.querySelector<HTMLInputElement>(`input[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    if (same !== null) same.checked = true;
  }
  const path = old.querySelector('tr.current a')?.getAttribute('href') ?? '';
  fresh
    .querySelector(`a[href="${CSS.escape(path)}"]`)
    ?.closest('tr')
    ?.classList.add('current');
  const folds = [...fresh.querySelectorAll('details')];
  for (const [i, fold] of old.querySelectorAll('details').entries()) if (folds[i] !== undefined) folds[i].open = fold.open;
}
