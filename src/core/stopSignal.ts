// Ctrl-C and SIGTERM: the first asks to close, a later one ends the process at once.

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** npm and shells pass on a Ctrl-C that the terminal has sent us already: within this it is the same one. */
const SAME_MS = 1000;
/** As shells name an end by SIGINT. */
const INTERRUPTED = 130;

/** Aborted, with the name of the signal as its reason, by the first one. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const endAtOnce = () => {
    for (const name of SIGNALS) process.on(name, () => process.exit(INTERRUPTED));
  };
  for (const name of SIGNALS)
    process.on(name, () => {
      if (stop.signal.aborted) return;
      stop.abort(name);
      setTimeout(endAtOnce, SAME_MS).unref();
    });
  return stop.signal;
}
