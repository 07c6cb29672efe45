// The habits of single files: the clock, the environment, length, marks left behind, barrels, and the kit that registers routes.
import { basename } from 'node:path';
import { folderOf, isMember } from './directions.ts';
import { broken, calleeName, child, children, isFunction, type Node, nodesOf, type Source, textOf, walk } from './source.ts';

export const LONGEST_FILE = 300;
export const LONGEST_FUNCTION = 60;

const inBrowser = (source: Source): boolean => source.path.startsWith('src/web/client/');

export function brokenEnvironment(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith('src/') && path !== 'src/config.ts')
    .flatMap((source) =>
      nodesOf(source, 'MemberExpression')
        .filter((node) => isMember(node, 'process', 'env'))
        .map((node) => broken(source, node.start, 'only config.ts reads process.env')),
    );
}

const CLOCK_FOLDERS = ['main', 'http', 'mqtt', 'jobs', 'cli', 'commands', 'demo'];
/** File → why it may look at the clock. */
export const clockExceptions: Readonly<Record<string, string>> = {
  'src/core/time.ts': 'the place of everything about time',
  'src/db/migrate.ts': 'stamps a migration before there is any Ctx',
};

export function brokenClock(sources: readonly Source[]): string[] {
  return sources
    .filter(
      (source) => source.path.startsWith('src/') && !inBrowser(source) && !CLOCK_FOLDERS.includes(folderOf(source.path)) && !(source.path in clockExceptions),
    )
    .flatMap((source) => {
      const found: Node[] = [];
      walk(source.program, (node) => {
        const bareDate = node.type === 'NewExpression' && textOf(child(node, 'callee')) === 'Date' && children(node, 'arguments').length === 0;
        const temporalNow = isMember(node, 'Temporal', 'Now');
        if (bareDate || temporalNow || isMember(node, 'Date', 'now')) found.push(node);
      });
      return found.map((node) => broken(source, node.start, 'reads the clock: take ctx.now, or a parameter'));
    });
}

export function brokenLengths(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const lines = source.lineOf(source.text.trimEnd().length);
    const files = lines > LONGEST_FILE ? [`${source.path} has ${lines} lines, at most ${LONGEST_FILE}`] : [];
    const functions: string[] = [];
    walk(source.program, (node) => {
      if (!isFunction(node)) return;
      const length = source.lineOf(node.end) - source.lineOf(node.start) + 1;
      if (length > LONGEST_FUNCTION) functions.push(broken(source, node.start, `a function of ${length} lines, at most ${LONGEST_FUNCTION}`));
    });
    return [...files, ...functions];
  });
}

// Written in two pieces, so that this file does not find itself.
const MARKS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);

export function brokenMarks(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.comments.filter(({ value }) => MARKS.test(value)).map((comment) => broken(source, comment.start, 'a mark for later: do it, or leave it out')),
  );
}

/** `any` is allowed only below a biome-ignore line that says why. */
export function brokenAny(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const excused = new Set(
      source.comments.filter(({ value }) => value.includes('biome-ignore lint/suspicious/noExplicitAny:')).map((comment) => source.lineOf(comment.start) + 1),
    );
    return nodesOf(source, 'TSAnyKeyword')
      .filter((node) => !excused.has(source.lineOf(node.start)))
      .map((node) => broken(source, node.start, '`any`: say what it is, or `unknown`'));
  });
}

export function brokenBarrels(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [
    ...(/^index\.tsx?$/.test(basename(source.path)) ? [`${source.path} is a barrel by its name: import from where things live`] : []),
    ...nodesOf(source, 'ExportAllDeclaration').map((node) => broken(source, node.start, '`export *`: import from where things live')),
  ]);
}

export function brokenOpenings(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => !/^(#!.*\n)?(\/\/|\/\*)/.test(source.text) && !SAID_BY_NAME.test(source.path) && !isVerb(source))
    .map((source) => `${source.path}:1 opens without a comment that says what the file is for`);
}

// Files that have the same name and purpose in every feature, and a verb named by its file, say what they are.
const SAID_BY_NAME = /^src\/\w+\/\w*(table|inputs|queries|words|lifecycle|rules|api|pages|views|import)\.tsx?$/i;

function isVerb(source: Source): boolean {
  const name = basename(source.path).replace(/\.tsx?$/, '');
  return nodesOf(source, 'FunctionDeclaration').some((node) => textOf(child(node, 'id'))?.startsWith(name));
}

const ROUTE_METHODS = ['get', 'post', 'put', 'patch', 'delete', 'all', 'use', 'on'];

/** A feature declares routes through the kit of src/web, which asks for a permission; it never registers a handler by path on the app itself. */
export function brokenRoutes(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith('src/') && !['web', 'http'].includes(folderOf(path)))
    .flatMap((source) =>
      nodesOf(source, 'CallExpression')
        .filter(
          (call) =>
            child(call, 'callee')?.type === 'MemberExpression' && ROUTE_METHODS.includes(calleeName(call) ?? '') && isPath(children(call, 'arguments')[0]),
        )
        .map((call) => broken(source, call.start, `registers a handler with .${calleeName(call)}(): declare the route through the kit in src/web`)),
    );
}

const isPath = (node: Node | undefined): boolean => node?.type === 'Literal' && textOf(node)?.startsWith('/') === true;
