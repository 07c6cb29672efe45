// What can be done with many claims at once.
import type { BulkDeed } from '../web/bulk.ts';
import { attendDeeds } from './attend.tsx';
import { changeClaim } from './create.ts';

export const claimDeeds: readonly BulkDeed[] = attendDeeds({
  permission: 'claim:write',
  path: '/claims',
  chosen: (ctx, ids) =>
    ctx.db.selectFrom('claims').select(['id', 'version', 'number', 'title', 'state', 'owner_id', 'next_on']).where('id', 'in', ids).orderBy('number').execute(),
  change: changeClaim,
});
