// Help for everybody, without signing in; and the desk's side of it.
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { newSecret } from '../core/id.ts';
import type { Locale } from '../core/words.ts';
import { comesFromAction } from '../web/cookie.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Form, type Option, PageHead, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { type Edit, savingEdit, Version } from '../web/staleEdit.tsx';
import { ArticleBody } from './body.tsx';
import { findArticles, getArticle, listArticles, listRefresh, listZeroHits, noteReading } from './queries.ts';
import type { ArticleRow } from './table.ts';
import { words } from './words.ts';
import { changeArticle, confirmArticle, publishArticle, retireArticle, WriteArticle, writeArticle } from './write.ts';

export const articlePages = newPages();

/** In the reader's language, else in the other one. */
const titleOf = (row: { title_en: string | null; title_ja: string | null }, locale: Locale): string =>
  (locale === 'ja' ? (row.title_ja ?? row.title_en) : (row.title_en ?? row.title_ja)) ?? '';
const bodyOf = (row: ArticleRow, locale: Locale): string => (locale === 'ja' ? (row.body_ja ?? row.body_en) : (row.body_en ?? row.body_ja)) ?? '';

const HelpQuery = z.object({
  q: z.string().max(200).default(''),
  visit: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
});

page(articlePages, '/articles', 'public', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { q, visit = newSecret(9) } = readQuery(c, HelpQuery);
  const hits = await findArticles(ctx, q);
  if (q.trim() !== '') await noteReading(ctx, { visit_key: visit, kind: 'search', query: q.trim().toLowerCase(), hits: hits.length });
  return show(
    c,
    { title: w.help, nav: '/articles' },
    <>
      <PageHead title={w.help}>{canWrite(c) ? <a href="/articles/manage">{w.manage}</a> : null}</PageHead>
      <form class="help-search" method="get">
        <input type="hidden" name="visit" value={visit} />
        <Field label={w.search} name="q" value={q} type="search" autofocus />
        <button type="submit">{w.search_button}</button>
      </form>
      {hits.length === 0 ? (
        <p class="empty">{w.none}</p>
      ) : (
        <ul class="articles">
          {hits.map((hit) => (
            <li>
              <a href={`/articles/${hit.slug}?visit=${visit}`}>{titleOf(hit, locale)}</a> {hit.model_code === null ? null : <Badge>{hit.model_code}</Badge>}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href={`/contact?visit=${visit}`}>{w.contact}</a>
      </p>
    </>,
  );
});

page(articlePages, '/articles/manage', 'article:write', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const [rows, refresh, zero] = [await listArticles(ctx), await listRefresh(ctx), await listZeroHits(ctx, ctx.now - 90 * 86_400_000)];
  const edit = (row: { id: string; title_en: string | null; title_ja: string | null }) => <a href={`/articles/${row.id}/edit`}>{titleOf(row, locale)}</a>;
  return show(
    c,
    { title: w.manage, nav: '/articles' },
    <>
      <PageHead title={w.manage}>
        <a class="button primary" href="/articles/new">
          {w.write}
        </a>
      </PageHead>
      <Section title={w.refresh}>
        <Table
          c={c}
          caption={w.refresh}
          rows={refresh}
          columns={[
            { head: w.title, cell: ({ row }) => edit(row) },
            { head: w.why, cell: ({ why }) => why.map((reason) => <Badge tone="warn">{w[reason]}</Badge>) },
            { head: w.yes, numeric: true, cell: ({ solved }) => solved },
            { head: w.no, numeric: true, cell: ({ not_solved }) => not_solved },
          ]}
        />
      </Section>
      <Section title={w.zero_hits}>
        <Table
          c={c}
          caption={w.zero_hits}
          rows={zero}
          columns={[
            { head: w.query, cell: (row) => row.query },
            { head: w.searches, numeric: true, cell: (row) => row.searches },
          ]}
        />
      </Section>
      <Section title={w.newest}>
        <Table
          c={c}
          caption={w.newest}
          rows={rows}
          columns={[
            { head: w.title, cell: edit },
            { head: w.state, cell: (row) => <Badge tone={row.state === 'published' ? 'good' : 'neutral'}>{w[row.state]}</Badge> },
            { head: w.model, cell: (row) => row.model_code ?? '—' },
            { head: w.owner, cell: (row) => row.owner_name ?? '—' },
          ]}
        />
      </Section>
    </>,
  );
});

const About = z.object({ cause_id: z.string().max(64).optional() });

page(articlePages, '/articles/new', 'article:write', async (c) => {
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.write, nav: '/articles' },
    <>
      <PageHead title={w.write} />
      <ArticleForm c={c} to="/articles/new" row={null} about={readQuery(c, About)} choices={await listChoices(c)} />
    </>,
  );
});

action(articlePages, '/articles/new', 'article:write', async (c) => {
  const row = await writeArticle(c.var.ctx, await readForm(c, WriteArticle));
  return seeOther(c, `/articles/${row.id}/edit`, words(c.var.locale).saved);
});

page(articlePages, '/articles/:id/edit', 'article:write', async (c) => {
  const { locale } = c.var;
  const w = words(locale);
  const row = await getArticle(c.var.ctx, c.req.param('id') ?? '', true);
  const verb = (path: string, label: string) => (
    <form method="post" action={`/articles/${row.id}/${path}`}>
      <button type="submit">{label}</button>
    </form>
  );
  return show(
    c,
    { title: titleOf(row, locale), nav: '/articles' },
    <>
      <PageHead title={titleOf(row, locale)} sub={<Badge tone={row.state === 'published' ? 'good' : 'neutral'}>{w[row.state]}</Badge>}>
        {row.case_id === null ? null : <a href={`/cases/${row.case_id}`}>{w.from_case}</a>}
        {row.state === 'published' ? null : verb('publication', w.publish)}
        {row.state === 'retired' ? null : verb('retirement', w.retire)}
        {verb('review', w.confirm)}
      </PageHead>
      <ArticleForm c={c} to={`/articles/${row.id}/edit`} row={row} about={row} choices={await listChoices(c)} />
    </>,
  );
});

/** An emptied field is meant empty. */
const EditArticle = WriteArticle.pick({ model_id: true, category_id: true, cause_id: true, title_en: true, body_en: true, title_ja: true, body_ja: true });

action(articlePages, '/articles/:id/edit', 'article:write', async (c) => {
  const [id, w, choices] = [c.req.param('id') ?? '', words(c.var.locale), await listChoices(c)];
  const edit: Edit = {
    title: words(c.var.locale).help,
    nav: '/articles',
    path: `/articles/${id}/edit`,
    fields: [
      ['model_id', w.model, choices.models],
      ['category_id', w.category, choices.categories],
      ['cause_id', w.cause, choices.causes],
      ['title_en', w.title_en],
      ['body_en', w.body_en],
      ['title_ja', w.title_ja],
      ['body_ja', w.body_ja],
    ],
    stored: () => getArticle(c.var.ctx, id, true),
  };
  return savingEdit(c, edit, async (version) => {
    await changeArticle(c.var.ctx, id, await readForm(c, EditArticle), version);
    return seeOther(c, edit.path, w.saved);
  });
});

for (const [path, verb] of [
  ['publication', publishArticle],
  ['retirement', retireArticle],
  ['review', confirmArticle],
] as const) {
  action(articlePages, `/articles/:id/${path}`, 'article:write', async (c) => {
    const row = await verb(c.var.ctx, c.req.param('id') ?? '');
    return seeOther(c, `/articles/${row.id}/edit`, words(c.var.locale).saved);
  });
}

page(articlePages, '/articles/:id', 'public', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const row = await getArticle(ctx, c.req.param('id') ?? '', canWrite(c));
  const { visit = newSecret(9) } = readQuery(c, HelpQuery);
  if (!comesFromAction(c)) await noteReading(ctx, { visit_key: visit, kind: 'read', article_id: row.id });
  return show(
    c,
    { title: titleOf(row, locale), nav: '/articles' },
    <article>
      <PageHead title={titleOf(row, locale)}>{canWrite(c) ? <a href={`/articles/${row.id}/edit`}>{w.manage}</a> : null}</PageHead>
      <ArticleBody text={bodyOf(row, locale)} />
      <form class="row" method="post" action={`/articles/${row.id}/readings`}>
        <span>{w.solved_question}</span>
        <input type="hidden" name="visit" value={visit} />
        <button name="solved" value="yes">
          {w.yes}
        </button>
        <button name="solved" value="no">
          {w.no}
        </button>
      </form>
      <p>
        <a href={`/contact?visit=${visit}`}>{w.contact}</a>
      </p>
    </article>,
  );
});

const Reading = z.object({ solved: z.enum(['yes', 'no']), visit: z.string().regex(/^[\w-]{8,64}$/) });
action(articlePages, '/articles/:id/readings', 'public', async (c) => {
  const row = await getArticle(c.var.ctx, c.req.param('id') ?? '', false);
  const { solved, visit } = await readForm(c, Reading);
  await noteReading(c.var.ctx, { visit_key: visit, kind: solved === 'yes' ? 'solved' : 'not_solved', article_id: row.id });
  return seeOther(c, solved === 'yes' ? `/articles/${row.slug}?visit=${visit}` : `/contact?visit=${visit}`, words(c.var.locale).thanks);
});

/** What an article may be about. */
async function listChoices({ var: { ctx, locale } }: AppContext) {
  const models = await ctx.db.selectFrom('models').select(['id', 'code']).orderBy('code').limit(3000).execute();
  const codes = await ctx.db
    .selectFrom('case_codes')
    .selectAll()
    .where('retired_at', 'is', null)
    .orderBy(locale === 'ja' ? 'name_ja' : 'name_en')
    .execute();
  const of = (tree: 'category' | 'cause'): Option[] =>
    codes.filter((code) => code.tree === tree).map(({ id, name_en, name_ja }) => ({ value: id, label: locale === 'ja' ? name_ja : name_en }));
  return { models: models.map(({ id, code }) => ({ value: id, label: code })), categories: of('category'), causes: of('cause') };
}

const canWrite = (c: AppContext): boolean => c.var.signedIn && may(c.var.ctx.actor, 'article:write');

interface ArticleFormShown {
  readonly c: AppContext;
  readonly to: string;
  readonly row: ArticleRow | null;
  readonly about: { readonly model_id?: string | null; readonly category_id?: string | null; readonly cause_id?: string | null | undefined };
  readonly choices: Awaited<ReturnType<typeof listChoices>>;
}

function ArticleForm({ c, to, row, about, choices }: ArticleFormShown) {
  const w = words(c.var.locale);
  return (
    <Form action={to}>
      {row === null ? null : <Version of={row} />}
      <Select label={w.model} name="model_id" value={about.model_id} blank="—" options={choices.models} />
      <Select label={w.category} name="category_id" value={about.category_id} blank="—" options={choices.categories} />
      <Select label={w.cause} name="cause_id" value={about.cause_id} blank="—" options={choices.causes} />
      <Field label={w.title_en} name="title_en" value={row?.title_en ?? null} />
      <TextArea label={w.body_en} name="body_en" value={row?.body_en ?? null} rows={8} />
      <Field label={w.title_ja} name="title_ja" value={row?.title_ja ?? null} />
      <TextArea label={w.body_ja} name="body_ja" value={row?.body_ja ?? null} rows={8} />
      <button type="submit">{w.save}</button>
    </Form>
  );
}
