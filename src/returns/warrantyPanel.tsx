// Both warranties of a unit, on its page: until when, and what they are counted from.
import type { Child } from 'hono/jsx';
import type { UnitView } from '../unit/queries.ts';
import type { AppContext } from '../web/env.ts';
import { Facts, Section, Unknown } from '../web/parts.tsx';
import { findWarranty } from './newUnit.ts';
import { basisOf } from './views.tsx';
import { words } from './words.ts';

export async function warrantyPanel(c: AppContext, unit: UnitView): Promise<Child> {
  const w = words(c.var.locale);
  const warranty = await findWarranty(c.var.ctx, unit);
  const until = (day: string | null): Child => day ?? <Unknown locale={c.var.locale} />;
  return (
    <Section title={w.warranty} id="warranty">
      <Facts
        facts={[
          [w.warranty_ends, until(warranty.own_ends_on)],
          [w.maker_warranty_ends, until(warranty.maker_ends_on)],
          [w.warranty_basis, basisOf(c, { warranty_basis: warranty.basis, warranty_starts_on: warranty.starts_on })],
        ]}
      />
    </Section>
  );
}
