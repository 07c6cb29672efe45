// Files that import themselves through others, types included: such a group can only be read, moved or tested as a whole.
import { resolved, type Source } from './source.ts';

/** Each circle as one line of its files, sorted. Tarjan's strongly connected components (1972). */
function circlesOf(sources: readonly Source[]): string[] {
  const known = new Set(sources.map(({ path }) => path));
  const next = new Map(
    sources.map((source) => [
      source.path,
      source.imports.flatMap(({ from }) => {
        const target = resolved(source, from);
        return target !== null && known.has(target) ? [target] : [];
      }),
    ]),
  );
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    open.push(file);
    for (const target of next.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(target) ?? 0));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort().join(' '));
  };
  for (const { path } of sources) if (!order.has(path)) visit(path);
  return circles;
}

export const brokenCircles = (sources: readonly Source[]): string[] => circlesOf(sources).map((circle) => `a circle of imports: ${circle}`);
