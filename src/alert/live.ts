// Open pages that want to hear of alerts at once (server-sent events). Only this process: another one's pages see it when they reload.

type Listener = (alert_id: string) => void;
const listeners = new Set<Listener>();

/** Called after the commit of a change to an alert. */
export function tellPages(alert_id: string): void {
  for (const listener of listeners) listener(alert_id);
}

/** Returns what ends the listening. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
