// News for support, and who has read it.
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Form, PageHead, Section, Select, TextArea } from '../web/parts.tsx';
import { WriteNews } from './inputs.ts';
import { confirmNews, listNews, writeNews } from './news.ts';
import { newsWords, words } from './words.ts';

export const newsPages = newPages();

page(newsPages, '/news', 'notice:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const rows = await listNews(ctx);
  return show(
    c,
    { title: w.news, nav: '/notices' },
    <>
      <PageHead title={w.news} />
      {rows.map((row) => (
        <article class="news">
          <h2>
            {locale === 'ja' ? row.title_ja : row.title_en} <Badge>{speak(newsWords[row.kind], locale)}</Badge>
          </h2>
          <p class="meta">
            {row.created_by_name} · <Age c={c} at={row.created_at} />
          </p>
          <p class="prose">{locale === 'ja' ? row.body_ja : row.body_en}</p>
          {row.read_at === null ? (
            <Form action={`/news/${row.id}/confirmation`} label={w.confirm_read}>
              <button type="submit">{w.confirm_read}</button>
            </Form>
          ) : null}
          {row.unread_by.length === 0 ? null : (
            <p class="hint">
              {w.not_read_by}: {row.unread_by.join(', ')}
            </p>
          )}
        </article>
      ))}
      {may(ctx.actor, 'notice:write') ? (
        <Section title={w.write_news}>
          <Form action="/news">
            <Select
              label={w.kind}
              name="kind"
              options={(['release', 'firmware', 'maintenance', 'rule', 'other'] as const).map((value) => ({ value, label: speak(newsWords[value], locale) }))}
            />
            <Field label={w.title_ja} name="title_ja" required />
            <TextArea label={w.body_ja} name="body_ja" required />
            <Field label={w.title_en} name="title_en" required />
            <TextArea label={w.body_en} name="body_en" required />
            <button type="submit">{w.write_news}</button>
          </Form>
        </Section>
      ) : null}
    </>,
  );
});

action(newsPages, '/news', 'notice:write', async (c) => {
  await writeNews(c.var.ctx, await readForm(c, WriteNews));
  return seeOther(c, '/news', words(c.var.locale).saved);
});

action(newsPages, '/news/:id/confirmation', 'notice:read', async (c) => {
  await confirmNews(c.var.ctx, c.req.param('id') ?? '');
  return seeOther(c, '/news', words(c.var.locale).saved);
});
