// A function that opens a transaction checks permission and remembers; inside, the name `ctx` means the transaction's context.
import { folderOf } from './directions.ts';
import { broken, calleeName, child, children, isFunction, type Node, nodesOf, resolved, type Source, textOf, walk } from './source.ts';

/** File → why it need not keep the rule. */
export type Exceptions = Readonly<Record<string, string>>;

/** Any of these is a check; a job that takes on the product's own identity needs none. */
const CHECKS = ['allow', 'staffOnly', 'systemActor'];
const MEMORY = ['remember'];

/** Function → the functions it names, over all files; a function is `path name`. */
type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/** A function that opens a transaction checks and remembers: itself, through what it calls, or because everyone who calls it does. */
export function brokenTransactions(sources: readonly Source[], exceptions: Exceptions): string[] {
  const calls = callsOfHouse(sources);
  const callers = reversed(calls);
  return sources
    .filter(({ path }) => path.startsWith('src/') && folderOf(path) !== 'db' && !(path in exceptions))
    .flatMap((source) =>
      [...functionsOf(source)]
        .filter(([, node]) => callsTo(node, 'transaction').length > 0)
        .flatMap(([name, node]) => {
          const does = (any: readonly string[]) => isDone(`${source.path} ${name}`, any, calls, callers);
          const missing = [...(does(CHECKS) ? [] : ['allow']), ...(does(MEMORY) ? [] : ['remember'])];
          return missing.length === 0 ? [] : [broken(source, node.start, `${name} opens a transaction without ${missing.join(' or ')}`)];
        }),
    );
}

function isDone(name: string, any: readonly string[], calls: Calls, callers: Calls, asking: readonly string[] = []): boolean {
  if ([...reachedFrom(name, calls)].some((reached) => any.includes(reached.split(' ')[1] ?? ''))) return true;
  const above = [...(callers.get(name) ?? [])].filter((caller) => caller !== name && !asking.includes(caller));
  return above.length > 0 && above.every((caller) => isDone(caller, any, calls, callers, [...asking, name]));
}

function reachedFrom(name: string, calls: Calls, seen = new Set<string>()): Set<string> {
  for (const next of calls.get(name) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachedFrom(next, calls, seen);
  }
  return seen;
}

function callsOfHouse(sources: readonly Source[]): Calls {
  const functions = new Map(sources.map((source) => [source.path, functionsOf(source)]));
  return new Map(
    sources.flatMap((source) =>
      [...(functions.get(source.path) ?? [])].map(([name, node]) => [`${source.path} ${name}`, namedIn(source, node, functions)] as const),
    ),
  );
}

function namedIn(source: Source, node: Node, functions: ReadonlyMap<string, ReadonlyMap<string, Node>>): Set<string> {
  const own = child(node, 'id');
  const names = new Set<string>();
  walk(node, (inside) => {
    if (inside.type === 'Identifier' && inside !== own) names.add(String(inside.name));
  });
  const found = new Set<string>();
  for (const name of names) {
    const imported = source.imports.find((row) => row.names.some((entry) => entry.local === name));
    const file = imported === undefined ? source.path : resolved(source, imported.from);
    const original = imported?.names.find((entry) => entry.local === name)?.imported ?? name;
    if (file !== null && functions.get(file)?.has(original)) found.add(`${file} ${original}`);
  }
  return found;
}

function reversed(calls: Calls): Calls {
  const callers = new Map<string, Set<string>>();
  for (const [caller, called] of calls) {
    for (const name of called) callers.set(name, (callers.get(name) ?? new Set()).add(caller));
  }
  return callers;
}

/** The functions and constants a file declares at its top level, by name. */
function functionsOf(source: Source): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of children(source.program, 'body')) {
    const declaration = child(statement, 'declaration') ?? statement;
    if (declaration.type === 'FunctionDeclaration') found.set(textOf(child(declaration, 'id')) ?? '', declaration);
    for (const declarator of children(declaration, 'declarations')) found.set(textOf(child(declarator, 'id')) ?? '', declarator);
  }
  return found;
}

function callsTo(node: Node, name: string): Node[] {
  const found: Node[] = [];
  walk(node, (inside) => {
    if (inside.type === 'CallExpression' && textOf(child(inside, 'callee')) === name) found.push(inside);
  });
  return found;
}

/** `exceptions` name the files that open transactions of the database itself. */
export function brokenShadowing(sources: readonly Source[], exceptions: Exceptions): string[] {
  return sources
    .filter(({ path }) => path.startsWith('src/') && folderOf(path) !== 'db')
    .flatMap((source) => {
      const unshadowed = callsTo(source.program, 'transaction')
        .filter((call) => {
          const work = children(call, 'arguments')[1];
          return work !== undefined && isFunction(work) && textOf(children(work, 'params')[0]) !== 'ctx';
        })
        .map((call) => broken(source, call.start, 'the context inside a transaction is named ctx, so that the outer one cannot be used'));
      const direct =
        source.path in exceptions
          ? []
          : nodesOf(source, 'CallExpression')
              .filter((call) => calleeName(call) === 'transaction' && child(call, 'callee')?.type === 'MemberExpression')
              .map((call) => broken(source, call.start, 'opens a transaction of the database itself: use transaction(ctx, …) of db/ctx.ts'));
      return [...unshadowed, ...direct];
    });
}
