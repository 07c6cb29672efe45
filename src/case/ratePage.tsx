// The page behind the link of a solved case, where its customer rates the answer without signing in.
import { systemActor } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { action, newPages, page, seeOther, show } from '../web/page.tsx';
import { Form, PageHead, TextArea } from '../web/parts.tsx';
import { readDeskForm } from './forms.ts';
import { RateCase } from './inputs.ts';
import { getRated, rateByLink } from './rate.ts';
import { words } from './words.ts';

export const ratePage = newPages();

page(ratePage, '/rate/:key', 'public', async (c) => {
  const w = words(c.var.locale);
  const row = await getRated(customerCtx(c.var.ctx), c.req.param('key') ?? '');
  return show(
    c,
    { title: w.rate_title },
    <>
      <PageHead title={w.rate_title} sub={`${row.number} ${row.subject}`} />
      <Form action={`/rate/${c.req.param('key')}`}>
        <fieldset>
          <legend>{w.rate_hint}</legend>
          {[5, 4, 3, 2, 1].map((value) => (
            <label>
              <input type="radio" name="rating" value={value} required checked={row.rating === value} /> {'★'.repeat(value)} {value}
            </label>
          ))}
        </fieldset>
        <TextArea label={w.comment} name="comment" rows={3} />
        <button type="submit">{w.rate}</button>
      </Form>
      {row.rating === null ? null : (
        <Form action={`/rate/${c.req.param('key')}`} label={w.rate_back}>
          <button type="submit" class="quiet" name="rating" value="none">
            {w.rate_back}
          </button>
        </Form>
      )}
    </>,
  );
});

action(ratePage, '/rate/:key', 'public', async (c) => {
  const key = c.req.param('key') ?? '';
  await rateByLink(customerCtx(c.var.ctx), key, await readDeskForm(c, RateCase));
  return seeOther(c, `/rate/${key}`, words(c.var.locale).rated);
});

/** Nobody is signed in: whoever holds the link acts through the product, and can do nothing but rate. */
const customerCtx = (ctx: Ctx): Ctx => ({ ...ctx, actor: systemActor('rating-link') });
