// What the simulators are doing, for a person: one line that renews itself on a terminal, a line now and then elsewhere.
const EVERY_MS = 5_000;

export interface Progress {
  /** A step that has begun: `report` says how far it is, `done` how it ended. */
  begin(what: string): { report(done: number, total: number): void; done(result?: string): void };
  say(line: string): void;
}

/** `now` answers epoch ms. */
export function openProgress(out: NodeJS.WriteStream, now: () => number): Progress {
  const renew = (line: string) => out.write(`\r\x1b[2K${line}`);
  return {
    say: (line) => {
      out.write(out.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
    },
    begin: (what) => {
      const started = now();
      let shownAt = started;
      if (out.isTTY) renew(`… ${what}`);
      return {
        report: (done, total) => {
          if (!out.isTTY && now() - shownAt < EVERY_MS) return;
          shownAt = now();
          const line = `… ${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
          out.isTTY ? renew(line) : out.write(`${line}\n`);
        },
        done: (result) => {
          const line = `✓ ${what}${result === undefined ? '' : `: ${result}`} (${((now() - started) / 1000).toFixed(1)} s)`;
          out.write(out.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
        },
      };
    },
  };
}
