// The three state machines of the desk, every state against every event.
import { expect, it } from 'vitest';
import {
  legEvents,
  legStates,
  nextLegState,
  nextReturnState,
  nextUnitState,
  returnEvents,
  returnStates,
  unitEvents,
  unitStates,
} from '../../src/returns/lifecycle.ts';

/** States down, events across; `-` where the event may not happen. */
function tableOf<S extends string, E extends string>(states: readonly S[], events: readonly E[], next: (state: S, event: E) => S | null): string {
  const rows = [['', ...events], ...states.map((state) => [state, ...events.map((event) => next(state, event) ?? '-')])];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

it('a return', () => {
  expect(tableOf(returnStates, returnEvents, nextReturnState)).toBe(
    `
            authorise   reject    receive  close   cancel     reopen
draft       authorised  rejected  -        -       cancelled  -
authorised  -           rejected  open     closed  cancelled  -
open        -           -         open     closed  cancelled  -
closed      -           -         -        -       -          open
rejected    -           -         -        -       -          -
cancelled   -           -         -        -       -          -`.slice(1),
  );
});

it('a unit in a return', () => {
  expect(tableOf(unitStates, unitEvents, nextUnitState)).toBe(
    `
               receive   undo      inspect     dispose        reverse     resolve   write_off    recover   cancel
expected       received  -         -           dispositioned  -           -         written_off  -         cancelled
received       -         expected  inspecting  dispositioned  -           -         -            -         -
inspecting     -         -         inspecting  dispositioned  -           -         -            -         -
dispositioned  received  -         -           -              inspecting  resolved  -            -         -
resolved       -         -         -           -              -           -         -            -         -
written_off    -         -         -           -              -           -         -            received  -
cancelled      -         -         -           -              -           -         -            -         -`.slice(1),
  );
});

it('a shipment out', () => {
  expect(tableOf(legStates, legEvents, nextLegState)).toBe(
    `
           reserve   unreserve  ship     deliver    cancel
requested  reserved  -          -        -          cancelled
reserved   reserved  requested  shipped  -          cancelled
shipped    -         -          -        delivered  -
delivered  -         -          -        -          -
cancelled  -         -          -        -          -`.slice(1),
  );
});
