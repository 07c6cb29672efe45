// The search page. Exactly one hit for an identifier opens at once, as a scanner's user expects.
import { z } from 'zod';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Badge, PageHead } from '../web/parts.tsx';
import { searchEverything } from './search.ts';
import { words } from './words.ts';

export const searchPages = newPages();

page(searchPages, '/search', 'self:read', async (c) => {
  const w = words(c.var.locale);
  const { q = '' } = readQuery(c, z.object({ q: z.string().max(200).optional() }));
  const found = await searchEverything(c.var.ctx, q);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return c.redirect(only.path);
  return show(
    c,
    { title: w.search },
    <>
      <PageHead title={q === '' ? w.search : w.results_for(q)} />
      {found.length === 0 ? (
        <p class="empty">{w.no_results}</p>
      ) : (
        <ul class="found">
          {found.map(({ kind, label, path }) => (
            <li>
              <Badge>{w[kind]}</Badge> <a href={path}>{label}</a>
            </li>
          ))}
        </ul>
      )}
    </>,
  );
});
