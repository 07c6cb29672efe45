// The style of the house, held by a parser: each test prints every place that breaks its rule.
import { expect, it } from 'vitest';
import { brokenCircles } from './tidy/circles.ts';
import { brokenDirections, brokenOwnership, brokenPurity, brokenSimulators, tableOwners } from './tidy/directions.ts';
import {
  brokenAny,
  brokenBarrels,
  brokenClock,
  brokenEnvironment,
  brokenLengths,
  brokenMarks,
  brokenOpenings,
  brokenRoutes,
  LONGEST_FILE,
  LONGEST_FUNCTION,
} from './tidy/habits.ts';
import { readSources } from './tidy/source.ts';
import { brokenShadowing, brokenTransactions } from './tidy/transactions.ts';

const src = readSources('src');
const simulators = readSources('simulators');
const tests = readSources('test');
const everything = [...src, ...simulators, ...tests];

/** File → why its transaction checks no permission or writes no history. */
const transactionExceptions = {
  'src/web/idempotent.ts': 'wraps verbs, each of which checks and remembers for itself',
  'src/person/signIn.ts': 'nobody is signed in yet, so there is no permission to check',
  'src/db/inTurns.ts': 'a tool: its callers check, and what they write follows from rows whose verbs have remembered',
  'src/quality/count.ts': 'running totals follow from rows whose verbs have remembered',
};

/** File → why it may write a table given to it as a parameter. */
const namelessWriters = {
  'src/catalog/save.ts': 'the parameter is typed to the tables of its own folder',
  'src/db/insertMany.ts': 'a tool: its callers name the table, and are judged by it',
  'src/db/saveVersioned.ts': 'a tool: its callers name the table, and are judged by it',
};

/** File → why it opens transactions of the database itself. */
const directExceptions = {};

const none = (violations: readonly string[]) => expect(violations.join('\n')).toBe('');

it('a folder imports only what stands to its right', () => none(brokenDirections(src)));
it('no file imports itself through others', () => none(brokenCircles(src)));
it('every table has one owner, and only its folder writes it', () => none(brokenOwnership(src, namelessWriters)));
it('tables are found, so that ownership means something', () => expect(tableOwners(src).size).toBeGreaterThan(20));
it('rules, lifecycles and statistics are pure', () => none(brokenPurity(src)));
it('simulators know nothing of src', () => none(brokenSimulators(simulators)));
it('only config.ts reads the environment', () => none(brokenEnvironment(src)));
it('only the edges read the clock', () => none(brokenClock(src)));
it(`files have at most ${LONGEST_FILE} lines and functions at most ${LONGEST_FUNCTION}`, () => none(brokenLengths([...src, ...simulators])));
it('a function that opens a transaction checks permission and remembers', () => none(brokenTransactions(src, transactionExceptions)));
it('inside a transaction the name ctx means its context', () => none(brokenShadowing(src, directExceptions)));
it('nothing is `any`', () => none(brokenAny(everything)));
it('no mark is left for later', () => none(brokenMarks(everything)));
it('there are no barrels', () => none(brokenBarrels(everything)));
it('a module opens by saying what it is for', () => none(brokenOpenings([...src, ...simulators])));
it('routes are declared through the kit, which asks for their permission', () => none(brokenRoutes(src)));
