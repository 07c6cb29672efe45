// Contact without signing in, from the help: it opens a case as a mail would.
import { z } from 'zod';
import { noteReading } from '../article/queries.ts';
import { words } from '../article/words.ts';
import { systemActor } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { action, newPages, page, readForm, seeOther, show } from '../web/page.tsx';
import { Field, Form, PageHead, TextArea } from '../web/parts.tsx';
import { openCase } from './open.ts';

export const contactPages = newPages();

page(contactPages, '/contact', 'public', (c) => {
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.contact, nav: '/articles' },
    <>
      <PageHead title={w.contact} sub={w.contact_hint} />
      <Form action="/contact">
        <input type="hidden" name="visit" value={c.req.query('visit')} />
        <Field label={w.your_name} name="contact_name" required autocomplete="name" />
        <Field label={w.your_mail} name="contact_email" type="email" required autocomplete="email" />
        <Field label={w.serial} name="serial" />
        <Field label={w.subject} name="subject" required />
        <TextArea label={w.message} name="message" required rows={6} />
        <button type="submit">{w.send}</button>
      </Form>
    </>,
  );
});

const Contact = z.object({
  contact_name: z.string().trim().min(1).max(200),
  contact_email: z.email().max(300),
  serial: z.string().max(200).optional(),
  subject: z.string().trim().min(1).max(300),
  message: z.string().trim().min(1).max(20_000),
  visit: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
});

/** Strangers can open this many cases an hour altogether; beyond it they are asked to write a mail. */
const MOST_AN_HOUR = 60;

action(contactPages, '/contact', 'public', async (c) => {
  const { visit, serial, ...input } = await readForm(c, Contact);
  const ctx: Ctx = { ...c.var.ctx, actor: systemActor('contact-form') };
  await refuseFlood(ctx);
  const customer = await ctx.db
    .selectFrom('customers')
    .select('id')
    .where((where) => where(where.fn<string>('lower', ['email']), '=', input.contact_email.toLowerCase()))
    .executeTakeFirst();
  // A serial alone proves nothing: only a unit of the customer whose address it is gets linked, anything else stays text.
  const unit =
    serial === undefined || customer === undefined
      ? undefined
      : await ctx.db.selectFrom('units').select('id').where('serial_key', '=', identifierKey(serial)).where('customer_id', '=', customer.id).executeTakeFirst();
  const row = await openCase(ctx, {
    ...input,
    message: serial === undefined ? input.message : `${input.message}\n\nS/N: ${serial}`,
    type: 'trouble',
    source: 'chat',
    initiated_by: 'customer',
    contact_locale: c.var.locale,
    unit_ids: unit === undefined ? [] : [unit.id],
    ...(customer === undefined ? {} : { customer_id: customer.id }),
  });
  if (visit !== undefined) await noteReading(ctx, { visit_key: visit, kind: 'contact' });
  return seeOther(c, '/articles', words(c.var.locale).received(row.number));
});

async function refuseFlood(ctx: Ctx): Promise<void> {
  const recent = await ctx.db
    .selectFrom('case_events')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where('actor_id', '=', 'contact-form')
    .where('kind', '=', 'opened')
    .where('at', '>', ctx.now - 3_600_000)
    .executeTakeFirstOrThrow();
  if (recent.n >= MOST_AN_HOUR)
    throw new Problem('throttled', ['Too many messages just now: please write a mail', 'ただいま混み合っています。メールでご連絡ください'], {
      retry_after_s: 3600,
    });
}
