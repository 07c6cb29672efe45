import { expect, it } from 'vitest';
import { claimEvents, claimStates, lineEvents, lineStates, nextLineState, nextState } from '../../src/claim/lifecycle.ts';

// Rows are states, columns events; '.' is refused.
const CLAIM = `
                 submit     review     accept    accept_part      reject    renegotiate    agree   settle   close   withdraw
draft            submitted  .          .         .                .         .              .       .        .       closed
submitted        .          reviewing  accepted  partly_accepted  rejected  .              .       .        .       closed
reviewing        .          .          accepted  partly_accepted  rejected  .              .       .        .       closed
accepted         .          .          .         .                .         renegotiating  agreed  settled  .       closed
partly_accepted  .          .          .         .                .         renegotiating  agreed  settled  .       closed
rejected         .          .          .         .                .         renegotiating  .       .        closed  closed
renegotiating    .          .          accepted  partly_accepted  rejected  .              agreed  settled  .       closed
agreed           .          .          .         .                .         renegotiating  .       settled  .       closed
settled          .          .          .         .                .         .              .       .        closed  .
closed           .          .          .         .                .         .              .       .        .       .`;

const LINE = `
          accept    refuse   settle   concede   claim_again
claimed   accepted  refused  .        conceded  .
accepted  .         refused  settled  conceded  .
refused   accepted  refused  .        conceded  claimed
settled   .         .        .        .         .
conceded  .         .        .        .         .`;

const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

it('a claim goes exactly where the table says', () => {
  const [head, ...rows] = rowsOf(CLAIM);
  expect(head).toEqual([...claimEvents]);
  expect(rows.map(([state]) => state)).toEqual([...claimStates]);
  expect(claimStates.map((state) => [state, ...claimEvents.map((event) => nextState(state, event) ?? '.')])).toEqual(rows);
});

it('a line goes exactly where the table says', () => {
  const [head, ...rows] = rowsOf(LINE);
  expect(head).toEqual([...lineEvents]);
  expect(lineStates.map((state) => [state, ...lineEvents.map((event) => nextLineState(state, event) ?? '.')])).toEqual(rows);
});
