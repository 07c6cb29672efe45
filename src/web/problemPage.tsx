// A refusal as a page: the same words a program gets.
import type { Problem } from '../core/problem.ts';
import type { AppContext } from './env.ts';
import { show } from './page.tsx';
import { words } from './words.ts';

export function problemPage(c: AppContext, problem: Problem): Response | Promise<Response> {
  const w = words(c.var.locale);
  c.status(problem.status);
  if (problem.extra.retry_after_s !== undefined) c.header('Retry-After', String(problem.extra.retry_after_s));
  return show(
    c,
    { title: w.error },
    <div class="problem" role="alert" data-refused={isOfForm(c, problem) ? 'yes' : undefined}>
      <h1>{w.error}</h1>
      <p>{problem.detail(c.var.locale)}</p>
      <ul>
        {problem.errors(c.var.locale)?.map(({ path, message }) => (
          <li data-path={path} data-message={message}>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
      {problem.extra.blocking === undefined ? null : (
        <p>
          <a href={problem.extra.blocking.replace('/api/v1', '')}>{w.in_the_way}</a>
        </p>
      )}
      <p>
        <a href={c.req.header('Referer') ?? '/'}>{w.back}</a>
      </p>
    </div>,
  );
}

/** What the person can put right in the form; a refusal that names the record in the way keeps its page with the link there. */
const isOfForm = (c: AppContext, { code, extra }: Problem): boolean =>
  c.req.method === 'POST' && (code === 'invalid' || (code === 'conflict' && extra.blocking === undefined));
