// Every table of the store, joined from the folders that own them: types only, so that nothing is imported at run time.
import type { AttachmentTables } from '../attachment/table.ts';
import type { CatalogTables } from '../catalog/table.ts';
import type { ClaimTables } from '../claim/table.ts';
import type { HistoryTables } from '../history/table.ts';
import type { IdempotencyTables } from '../idempotency/table.ts';
import type { InspectionTables } from '../inspection/table.ts';
import type { InvestigationTables } from '../investigation/table.ts';
import type { JobTables } from '../jobs/table.ts';
import type { LedgerTables } from '../ledger/table.ts';
import type { OutboxTables } from '../outbox/table.ts';
import type { PersonTables } from '../person/table.ts';
import type { ReturnsTables } from '../returns/table.ts';
import type { TransferTables } from '../transfer/table.ts';
import type { UnitTables } from '../unit/table.ts';

export interface Tables
  extends AttachmentTables,
    CatalogTables,
    ClaimTables,
    HistoryTables,
    IdempotencyTables,
    InspectionTables,
    InvestigationTables,
    JobTables,
    LedgerTables,
    OutboxTables,
    PersonTables,
    ReturnsTables,
    TransferTables,
    UnitTables {}
