// Two people describe one case: the second sees both values. Messages and notes in between are no reason to ask.
import { z } from 'zod';
import { sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { customerNamed, readDeskForm } from './forms.ts';
import { caseTypes, DescribeCase } from './inputs.ts';
import { describeCase } from './owner.ts';
import { getCase } from './queries.ts';
import type { CaseRow } from './table.ts';
import { typeWords, words } from './words.ts';

type Described = Pick<CaseRow, 'type' | 'category_id' | 'subject' | 'customer_id' | 'contact_name' | 'contact_email' | 'since_text' | 'tried_text'>;

/** Changes with the description alone, unlike the version of the case. */
export function descriptionVersion({ type, category_id, subject, customer_id, contact_name, contact_email, since_text, tried_text }: Described): number {
  const text = JSON.stringify([type, category_id, subject, customer_id, contact_name, contact_email, since_text, tried_text]);
  return Number.parseInt(sha256(text).slice(0, 12), 16);
}

const Shown = DescribeCase.required().shape;
/** An emptied field is meant empty. */
const DescribeForm = DescribeCase.extend({
  customer: z.string().max(64).optional(),
  category_id: Shown.category_id.default(null),
  contact_name: Shown.contact_name.default(null),
  contact_email: Shown.contact_email.default(null),
  since_text: Shown.since_text.default(null),
  tried_text: Shown.tried_text.default(null),
});

/** Saves the form of the description, then `done`. */
export async function saveDescription(c: AppContext, id: string, done: () => Response): Promise<Response> {
  const { ctx } = c.var;
  return savingEdit(c, await editOf(c, id), async (opened) => {
    const row = await getCase(ctx, id);
    if (opened !== undefined && opened !== descriptionVersion(row))
      throw new Problem('stale', ['Someone else described this case in the meantime', '他の人がこの問い合わせの内容を更新しました']);
    const { customer, ...input } = await readDeskForm(c, DescribeForm);
    const customer_id = customer === undefined ? null : await customerNamed(ctx, customer);
    // The form shows the customer it has: naming the same again moves nothing.
    await describeCase(ctx, id, customer_id === row.customer_id ? input : { ...input, customer_id }, row.version);
    return done();
  });
}

async function editOf(c: AppContext, id: string): Promise<Edit> {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const categories = await ctx.db.selectFrom('case_codes').select(['id', 'name_en', 'name_ja']).where('tree', '=', 'category').execute();
  return {
    title: w.describe,
    nav: '/cases',
    path: `/cases/${id}`,
    fields: [
      ['type', w.type, caseTypes.map((value) => ({ value, label: speak(typeWords[value], locale) }))],
      ['category_id', w.category, categories.map((code) => ({ value: code.id, label: locale === 'ja' ? code.name_ja : code.name_en }))],
      ['subject', w.subject],
      ['customer', w.customer_code],
      ['contact_name', w.contact_name],
      ['contact_email', w.contact_email],
      ['since_text', w.since],
      ['tried_text', w.tried],
    ],
    stored: async () => {
      const row = await getCase(ctx, id);
      const customer = await ctx.db
        .selectFrom('customers')
        .select('code')
        .where('id', '=', row.customer_id ?? '')
        .executeTakeFirst();
      return { ...row, customer: customer?.code ?? null, version: descriptionVersion(row) };
    },
  };
}
