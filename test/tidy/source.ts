// Reads the checkout as syntax trees, so that the rules of the house are held by a parser and not by patterns.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** A syntax-tree node as oxc gives it (ESTree with TypeScript nodes): known by its `type`. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  readonly at: number;
  readonly names: readonly { readonly imported: string; readonly local: string }[];
}

export interface Source {
  /** From the checkout's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
  readonly imports: readonly Import[];
  readonly lineOf: (offset: number) => number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every .ts and .tsx file under the folder, sorted; empty when the folder is absent. */
export function readSources(folder: string): Source[] {
  const names = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => parseSource(file.slice(root.length).replaceAll('\\', '/'), readFileSync(file, 'utf8')));
}

/** Throws when the text cannot be parsed. */
export function parseSource(path: string, text: string): Source {
  const { program, module, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const statics = module.staticImports.map(
    (row): Import => ({
      from: row.moduleRequest.value,
      at: row.start,
      typeOnly: row.entries.length > 0 && row.entries.every((entry) => entry.isType),
      names: row.entries.map((entry) => ({ imported: entry.importName.name ?? '*', local: entry.localName.value })),
    }),
  );
  const reexports = module.staticExports
    .flatMap((row) => row.entries)
    .flatMap((entry): Import[] =>
      entry.moduleRequest === null ? [] : [{ from: entry.moduleRequest.value, at: entry.start, typeOnly: entry.isType, names: [] }],
    );
  const dynamics = module.dynamicImports.map(
    (row): Import => ({ from: text.slice(row.moduleRequest.start + 1, row.moduleRequest.end - 1), at: row.start, typeOnly: false, names: [] }),
  );
  return {
    // oxc types every node apart; the rules only ask for `type` and the fields they name.
    path,
    text,
    program: program as unknown as Node,
    comments,
    imports: [...statics, ...reexports, ...dynamics],
    lineOf: (offset) => lineStarts.findLastIndex((start) => start <= offset) + 1,
  };
}

/** Calls `visit` for the node and everything below it, outermost first, with the nodes above it (nearest last): a list to look at, not to keep, for it changes on the way. */
export function walk(node: Node, visit: (node: Node, above: readonly Node[]) => void, above: Node[] = []): void {
  visit(node, above);
  above.push(node);
  for (const field in node) {
    const value = node[field];
    if (Array.isArray(value)) {
      for (const entry of value) if (isNode(entry)) walk(entry, visit, above);
    } else if (isNode(value)) walk(value, visit, above);
  }
  above.pop();
}

/** The nodes of a file by their type, gathered at the first question: every rule asks the same files. */
const gathered = new WeakMap<Source, Map<string, Node[]>>();

export function nodesOf(source: Source, type: string): readonly Node[] {
  const known = gathered.get(source) ?? gather(source);
  return known.get(type) ?? [];
}

function gather(source: Source): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  walk(source.program, (node) => {
    const same = found.get(node.type);
    if (same === undefined) found.set(node.type, [node]);
    else same.push(node);
  });
  gathered.set(source, found);
  return found;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;

/** The child under a field, when it is a node. */
export const child = (node: Node | undefined, field: string): Node | undefined => {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
};

/** The children under a field that holds a list. */
export const children = (node: Node | undefined, field: string): Node[] => {
  const value = node?.[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

/** `name` of an identifier, text of a string literal or of a template without parts; undefined otherwise. */
export function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Identifier') return String(node.name);
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return undefined;
}

/** `a` of `a(…)`, `b` of `x.b(…)`. */
export function calleeName(call: Node): string | undefined {
  const callee = child(call, 'callee');
  return callee?.type === 'MemberExpression' ? textOf(child(callee, 'property')) : textOf(callee);
}

/** The file a relative import means, from the checkout's root; null for packages. */
export function resolved(source: Source, from: string): string | null {
  if (!from.startsWith('.')) return null;
  return join(source.path, '..', from).replaceAll('\\', '/');
}

export const isFunction = (node: Node): boolean => ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);

/** One broken rule: `src/x/y.ts:12 what is wrong`. */
export const broken = (source: Source, offset: number, what: string): string => `${source.path}:${source.lineOf(offset)} ${what}`;
