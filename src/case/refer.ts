// What a case refers to must exist, and the answer names the field that does not.
import { type FieldError, Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';

export interface References {
  readonly category_id?: string | null | undefined;
  readonly cause_id?: string | null | undefined;
  readonly contract_id?: string | null | undefined;
  readonly customer_id?: string | null | undefined;
}

/** Throws `invalid` naming each field that refers to nothing: a code of the other tree is nothing, too. */
export async function refuseUnknown(ctx: Ctx, input: References): Promise<void> {
  const exists: Record<keyof References, (id: string) => Promise<unknown>> = {
    category_id: (id) => codeOf(ctx, 'category', id),
    cause_id: (id) => codeOf(ctx, 'cause', id),
    contract_id: (id) => ctx.db.selectFrom('contracts').select('id').where('id', '=', id).executeTakeFirst(),
    customer_id: (id) => ctx.db.selectFrom('customers').select('id').where('id', '=', id).executeTakeFirst(),
  };
  const errors: FieldError[] = [];
  for (const path of ['category_id', 'cause_id', 'contract_id', 'customer_id'] as const) {
    const id = input[path];
    if (id !== undefined && id !== null && (await exists[path](id)) === undefined)
      errors.push({ path, message: ['There is no such record', '該当するレコードがありません'] });
  }
  if (errors.length > 0) throw new Problem('invalid', ['It refers to a record that does not exist', '参照先のレコードが存在しません'], { errors });
}

const codeOf = (ctx: Ctx, tree: 'category' | 'cause', id: string) =>
  ctx.db.selectFrom('case_codes').select('id').where('tree', '=', tree).where('id', '=', id).executeTakeFirst();
