// The columns the code believes in: the row types of every table.ts, read from their syntax.
import { child, children, type Node, nodesOf, resolved, type Source, textOf } from './source.ts';

/** `kind` is null when the type is a name whose meaning is elsewhere. */
export interface Column {
  readonly kind: 'text' | 'number' | 'bytes' | null;
  readonly nullable: boolean;
}
export type Columns = Readonly<Record<string, Column>>;

/** `whole` is false when part of the row is computed by the type system: then only the columns written out are known. */
export interface RowType {
  readonly columns: Columns;
  readonly whole: boolean;
}

/** Table → row type, for every property of an interface named …Tables. Throws when a row type cannot be found. */
export function rowTypes(sources: readonly Source[]): Record<string, RowType> {
  return Object.fromEntries(
    sources
      .filter(({ path }) => path.endsWith('/table.ts'))
      .flatMap((source) =>
        nodesOf(source, 'TSInterfaceDeclaration')
          .filter((declaration) => nameOf(declaration)?.endsWith('Tables'))
          .flatMap((tables) =>
            propertiesOf(child(tables, 'body'), 'body').map(
              (property) => [textOf(child(property, 'key')) ?? '', rowTypeOf(sources, source, referenceOf(property) ?? '')] as const,
            ),
          ),
      ),
  );
}

const nameOf = (declaration: Node): string | undefined => textOf(child(declaration, 'id'));
const propertiesOf = (body: Node | undefined, field: string): Node[] => children(body, field).filter((member) => member.type === 'TSPropertySignature');
const annotationOf = (property: Node): Node | undefined => child(child(property, 'typeAnnotation'), 'typeAnnotation');
const referenceOf = (property: Node): string | undefined => textOf(child(annotationOf(property), 'typeName'));

function rowTypeOf(sources: readonly Source[], source: Source, row: string): RowType {
  const declared = nodesOf(source, 'TSInterfaceDeclaration').find((candidate) => nameOf(candidate) === row);
  if (declared !== undefined) {
    const inherited = children(declared, 'extends').map((heritage) => rowTypeOf(sources, source, textOf(child(heritage, 'expression')) ?? ''));
    const own = columnsOf(source, propertiesOf(child(declared, 'body'), 'body'));
    return { columns: Object.assign({}, ...inherited.map(({ columns }) => columns), own), whole: inherited.every(({ whole }) => whole) };
  }
  const alias = nodesOf(source, 'TSTypeAliasDeclaration').find((candidate) => nameOf(candidate) === row);
  if (alias !== undefined) {
    const type = child(alias, 'typeAnnotation');
    const parts = type?.type === 'TSIntersectionType' ? children(type, 'types') : type === undefined ? [] : [type];
    return {
      columns: columnsOf(
        source,
        parts.flatMap((part) => (part.type === 'TSTypeLiteral' ? propertiesOf(part, 'members') : [])),
      ),
      whole: parts.every((part) => part.type === 'TSTypeLiteral'),
    };
  }
  const imported = source.imports.find(({ names }) => names.some(({ local }) => local === row));
  const elsewhere = imported === undefined ? undefined : sources.find(({ path }) => path === resolved(source, imported.from));
  if (elsewhere === undefined) throw new Error(`${source.path}: the row type ${row} is not to be found`);
  return rowTypeOf(sources, elsewhere, row);
}

const columnsOf = (source: Source, properties: readonly Node[]): Columns =>
  Object.fromEntries(properties.map((property) => [textOf(child(property, 'key')) ?? '', columnOf(source, annotationOf(property))]));

function columnOf(source: Source, type: Node | undefined): Column {
  const parts = type?.type === 'TSUnionType' ? children(type, 'types') : type === undefined ? [] : [type];
  const values = parts.filter((part) => part.type !== 'TSNullKeyword');
  const kinds = new Set(values.map((value) => kindOf(source, value)));
  return { nullable: values.length < parts.length, kind: kinds.size === 1 ? ([...kinds][0] ?? null) : null };
}

function kindOf(source: Source, type: Node): Column['kind'] {
  if (type.type === 'TSStringKeyword') return 'text';
  if (type.type === 'TSNumberKeyword') return 'number';
  if (type.type === 'TSLiteralType') return typeof child(type, 'literal')?.value === 'number' ? 'number' : 'text';
  const name = textOf(child(type, 'typeName'));
  if (name === 'Uint8Array' || name === 'Buffer') return 'bytes';
  const alias = nodesOf(source, 'TSTypeAliasDeclaration').find((candidate) => nameOf(candidate) === name);
  return alias === undefined ? null : columnOf(source, child(alias, 'typeAnnotation')).kind;
}
