// Live parts of open pages: an element with data-live names the stream whose events make it fetch itself anew.
export function followLive(): void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-live]')];
  const streams = new Set(parts.map((part) => part.dataset.live ?? ''));
  for (const stream of streams) {
    const source = new EventSource(stream);
    source.addEventListener('change', () => {
      for (const part of parts) if (part.dataset.live === stream) void renew(part.id);
    });
    addEventListener('pagehide', () => source.close());
  }
}

/** Replaces the element by the one with the same id on the page as it is now. Nothing happens while someone works inside it. */
async function renew(id: string): Promise<void> {
  const part = document.getElementById(id);
  if (part === null || part.contains(document.activeElement)) return;
  const response = await fetch(location.href).catch(() => null);
  if (response === null || !response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(id);
  if (fresh !== null) part.replaceChildren(...fresh.childNodes);
}
