// SQLite answers at once: a loop that awaits one statement after the other never lets Node look at its sockets, and every page waits for its end.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the statements of one turn of the event loop may take, in ms, before others have theirs. */
const LONGEST_TURN_MS = 4;

/** When the first statement of the turn at hand began, in ms of `performance.now()`. */
let began: number | null = null;

/** Resolves at once while the turn is young, and in the next turn when it is not. */
export function whenOthersHadTheirTurn(): Promise<void> | undefined {
  const now = performance.now();
  if (began === null) {
    began = now;
    setImmediate(() => {
      began = null;
    });
    return undefined;
  }
  return now - began < LONGEST_TURN_MS ? undefined : nextTurn();
}
