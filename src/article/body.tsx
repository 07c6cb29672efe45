// The text of an article as it is read: headings, lists and paragraphs from lines that begin with #, -, * or a number. No HTML passes.
import type { Child } from 'hono/jsx';

/** Parts are divided by blank lines; within a part, each line of a list is a point and each line of a paragraph a line. */
export const ArticleBody = ({ text }: { text: string }) => (
  <div class="prose">
    {blocksOf(text).map((block) => (
      <Block {...block} />
    ))}
  </div>
);

type Kind = 'heading' | 'bullets' | 'steps' | 'paragraph';

interface TextBlock {
  readonly kind: Kind;
  readonly lines: readonly string[];
}

/** Consecutive lines of one kind. */
export function blocksOf(text: string): TextBlock[] {
  const blocks: { kind: Kind; lines: string[] }[] = [];
  let open = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const kind = kindOf(line);
    const last = blocks.at(-1);
    if (line === '') open = false;
    else if (open && last?.kind === kind && kind !== 'heading') last.lines.push(bare(line, kind));
    else blocks.push({ kind, lines: [bare(line, kind)] });
    if (line !== '') open = true;
  }
  return blocks;
}

function kindOf(line: string): Kind {
  if (/^#{1,6}\s/.test(line)) return 'heading';
  if (/^[-*・]\s*\S/.test(line)) return 'bullets';
  return /^[\d０-９]{1,3}[.)．）]\s*\S/.test(line) ? 'steps' : 'paragraph';
}

const MARKS: Readonly<Record<Kind, RegExp>> = { heading: /^#+\s+/, bullets: /^[-*・]\s*/, steps: /^[\d０-９]+[.)．）]\s*/, paragraph: /^/ };

const bare = (line: string, kind: Kind): string => line.replace(MARKS[kind], '');

function Block({ kind, lines }: TextBlock): Child {
  const points = lines.map((line) => <li>{line}</li>);
  if (kind === 'heading') return <h2>{lines[0]}</h2>;
  if (kind === 'bullets') return <ul>{points}</ul>;
  return kind === 'steps' ? <ol>{points}</ol> : <p class="statement">{lines.join('\n')}</p>;
}
