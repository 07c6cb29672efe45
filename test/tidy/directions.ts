// Who may import whom, who may write which table, and what pure files may touch.
import { broken, calleeName, child, children, isFunction, type Node, nodesOf, resolved, type Source, textOf, walk } from './source.ts';

/** A folder imports only itself and what stands to its right. Names in one entry do not see each other. */
export const order: readonly (readonly string[])[] = [
  ['cli'],
  ['commands'],
  ['demo', 'doctor'],
  ['main'],
  ['http', 'mqtt', 'jobs'],
  ['portal'],
  ['desk'],
  ['kpi'],
  ['notice'],
  ['investigation'],
  ['claim'],
  ['learning'],
  ['alert'],
  ['quality'],
  ['case'],
  ['article'],
  ['inspection'],
  ['returns'],
  ['stock'],
  ['telemetry'],
  ['unit'],
  ['ledger'],
  ['catalog'],
  ['webhook'],
  ['person'],
  ['transfer'],
  ['attachment'],
  ['web'],
  ['idempotency'],
  ['history'],
  ['outbox'],
  ['db'],
  ['stats'],
  ['config'],
  ['core'],
];

/** `returns` of src/returns/receive.ts, `cli` of src/cli.ts. */
export const folderOf = (path: string): string => path.split('/')[1]?.replace(/\.tsx?$/, '') ?? '';

const rankOf = (folder: string): number => order.findIndex((entry) => entry.includes(folder));

export function brokenDirections(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const from = folderOf(source.path);
    if (rankOf(from) < 0) return [broken(source, 0, `is in \`${from}\`, which the order of the house does not know`)];
    return source.imports.flatMap((row) => {
      const target = resolved(source, row.from);
      if (target === null || !target.startsWith('src/')) return target === null ? [] : [broken(source, row.at, `imports ${target}, which is outside src`)];
      const to = folderOf(target);
      if (to === from || rankOf(to) > rankOf(from) || isJoin(source, row.typeOnly)) return [];
      return [broken(source, row.at, `\`${from}\` may not import \`${to}\` (${row.from}): it stands to its left or beside it`)];
    });
  });
}

// db/tables.ts joins the row types of all folders; nothing of it is left at run time.
const isJoin = (source: Source, typeOnly: boolean): boolean => source.path === 'src/db/tables.ts' && typeOnly;

/** Table → the folder whose table.ts declares it: the properties of the interfaces named …Tables. */
export function tableOwners(sources: readonly Source[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const source of sources.filter(({ path }) => path.endsWith('/table.ts'))) {
    for (const declaration of nodesOf(source, 'TSInterfaceDeclaration')) {
      if (!textOf(child(declaration, 'id'))?.endsWith('Tables')) continue;
      for (const property of children(child(declaration, 'body'), 'body')) owners.set(textOf(child(property, 'key')) ?? '', folderOf(source.path));
    }
  }
  return owners;
}

/** Method or function → which argument names the table. */
const WRITES = new Map([
  ['insertInto', 0],
  ['updateTable', 0],
  ['deleteFrom', 0],
  ['replaceInto', 0],
  ['mergeInto', 0],
  ['insertMany', 1],
  ['saveVersioned', 1],
]);
const WRITTEN_IN_SQL = /\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update|delete\s+from)\s+"?([a-z_][a-z0-9_]*)"?/gi;

/** `nameless` are the files that may write a table given to them as a parameter, with the reason. */
export function brokenOwnership(sources: readonly Source[], nameless: Readonly<Record<string, string>>): string[] {
  const owners = tableOwners(sources);
  return sources.flatMap((source) => {
    const folder = folderOf(source.path);
    const judge = (table: string, offset: number): string[] => {
      const owner = owners.get(table);
      return owner === undefined || owner === folder ? [] : [broken(source, offset, `writes \`${table}\`, which only \`${owner}\` may write`)];
    };
    const calls = writesOf(source).flatMap(({ call, above }) => {
      const names = tablesNamed(children(call, 'arguments')[WRITES.get(calleeName(call) ?? '') ?? 0], above);
      if (names.length === 0 && source.path in nameless) return [];
      return names.length === 0
        ? [broken(source, call.start, `${calleeName(call)} of a table that is not named here: write the name as a literal`)]
        : names.flatMap((name) => judge(name, call.start));
    });
    const statements = [...nodesOf(source, 'TemplateElement'), ...nodesOf(source, 'Literal')].flatMap((node) =>
      [...sqlOf(source, node).matchAll(WRITTEN_IN_SQL)].flatMap((match) => judge(match[1] ?? '', node.start)),
    );
    return [...calls, ...statements];
  });
}

function writesOf(source: Source): { call: Node; above: readonly Node[] }[] {
  const found: { call: Node; above: readonly Node[] }[] = [];
  walk(source.program, (call, above) => {
    if (call.type === 'CallExpression' && WRITES.has(calleeName(call) ?? '')) found.push({ call, above: [...above] });
  });
  return found;
}

/** The table of a literal; or all that a parameter's type, or the list a loop goes through, writes out; none when it is not written out. */
function tablesNamed(table: Node | undefined, above: readonly Node[]): string[] {
  const name = textOf(table);
  if (table?.type === 'Literal') return name === undefined ? [] : [name];
  const loop = above
    .filter(({ type }) => type === 'ForOfStatement')
    .findLast((node) => children(child(node, 'left'), 'declarations').some((declared) => textOf(child(declared, 'id')) === name));
  if (loop !== undefined)
    return literals(children(child(loop, 'right')?.type === 'TSAsExpression' ? child(child(loop, 'right'), 'expression') : child(loop, 'right'), 'elements'));
  const parameter = above
    .filter(isFunction)
    .flatMap((node) => children(node, 'params'))
    .findLast((candidate) => textOf(candidate) === name);
  const type = child(child(parameter, 'typeAnnotation'), 'typeAnnotation');
  const parts = type?.type === 'TSUnionType' ? children(type, 'types') : type === undefined ? [] : [type];
  return literals(parts.map((part) => child(part, 'literal')));
}

/** Their texts when all are string literals, else none. */
function literals(nodes: readonly (Node | undefined)[]): string[] {
  const texts = nodes.map((node) => (node?.type === 'Literal' ? textOf(node) : undefined));
  return texts.every((text) => text !== undefined) ? texts : [];
}

const sqlOf = (source: Source, node: Node): string => source.text.slice(node.start, node.end);

/** What a pure file may import at run time besides other pure files; types may come from anywhere the directions allow. */
const PURE_KINDS: readonly { readonly kind: string; readonly is: RegExp; readonly mayImport: RegExp }[] = [
  { kind: 'lifecycle', is: /^src\/\w+\/lifecycle\.ts$/, mayImport: /^$/ },
  { kind: 'rules', is: /^src\/\w+\/rules\.ts$/, mayImport: /^src\/(core|stats)\/|^src\/\w+\/(rules|lifecycle|words)\.ts$/ },
  { kind: 'stats', is: /^src\/stats\//, mayImport: /^src\/stats\// },
];

const UNCERTAIN = [
  ['Math', 'random'],
  ['Date', 'now'],
  ['performance', 'now'],
] as const;

export function brokenPurity(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const rule = PURE_KINDS.find(({ is }) => is.test(source.path));
    if (rule === undefined) return [];
    const imports = source.imports
      .filter((row) => !row.typeOnly && !rule.mayImport.test(resolved(source, row.from) ?? row.from))
      .map((row) => broken(source, row.at, `a ${rule.kind} file is pure and may not import ${row.from}`));
    const waits = nodesOf(source, 'AwaitExpression').map((node) => broken(source, node.start, `a ${rule.kind} file is pure and waits for nothing`));
    const asks = nodesOf(source, 'MemberExpression')
      .filter((node) => UNCERTAIN.some(([object, property]) => isMember(node, object, property)))
      .map((node) => broken(source, node.start, `a ${rule.kind} file is pure: the same question, the same answer`));
    return [...imports, ...waits, ...asks];
  });
}

export const isMember = (node: Node, object: string, property: string): boolean =>
  node.type === 'MemberExpression' && textOf(child(node, 'object')) === object && textOf(child(node, 'property')) === property;

/** Simulators are a foreign vendor; the score compares findings with the truth and may know both. */
export function brokenSimulators(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith('simulators/') && !path.startsWith('simulators/score/'))
    .flatMap((source) =>
      source.imports
        .filter((row) => (resolved(source, row.from) ?? '').startsWith('src/'))
        .map((row) => broken(source, row.at, `a simulator may not import ${row.from}: it knows only what is published`)),
    );
}
