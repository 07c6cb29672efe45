// What can be done with many investigations at once.
import { attendDeeds } from '../claim/attend.tsx';
import type { BulkDeed } from '../web/bulk.ts';
import { changeInvestigation } from './change.ts';

export const investigationDeeds: readonly BulkDeed[] = attendDeeds({
  permission: 'investigation:write',
  path: '/investigations',
  chosen: (ctx, ids) =>
    ctx.db
      .selectFrom('investigations')
      .select(['id', 'version', 'number', 'title', 'state', 'owner_id', 'next_on'])
      .where('id', 'in', ids)
      .orderBy('number')
      .execute(),
  change: changeInvestigation,
});
