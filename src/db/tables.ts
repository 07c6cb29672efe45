// Every table of the store, joined from the folders that own them: types only, so that nothing is imported at run time.

import type { AlertTables } from '../alert/table.ts';
import type { ArticleTables } from '../article/table.ts';
import type { AttachmentTables } from '../attachment/table.ts';
import type { CaseTables } from '../case/table.ts';
import type { CatalogTables } from '../catalog/table.ts';
import type { ClaimTables } from '../claim/table.ts';
import type { HistoryTables } from '../history/table.ts';
import type { IdempotencyTables } from '../idempotency/table.ts';
import type { InspectionTables } from '../inspection/table.ts';
import type { InvestigationTables } from '../investigation/table.ts';
import type { JobTables } from '../jobs/table.ts';
import type { KpiTables } from '../kpi/table.ts';
import type { LearningTables } from '../learning/table.ts';
import type { LedgerTables } from '../ledger/table.ts';
import type { NoticeTables } from '../notice/table.ts';
import type { OutboxTables } from '../outbox/table.ts';
import type { PersonTables } from '../person/table.ts';
import type { QualityTables } from '../quality/table.ts';
import type { ReturnsTables } from '../returns/table.ts';
import type { StockTables } from '../stock/table.ts';
import type { TelemetryTables } from '../telemetry/table.ts';
import type { TransferTables } from '../transfer/table.ts';
import type { UnitTables } from '../unit/table.ts';
import type { WebTables } from '../web/table.ts';
import type { WebhookTables } from '../webhook/table.ts';
import type { DbTables } from './table.ts';

export interface Tables
  extends AlertTables,
    ArticleTables,
    AttachmentTables,
    CaseTables,
    CatalogTables,
    ClaimTables,
    DbTables,
    HistoryTables,
    IdempotencyTables,
    InspectionTables,
    InvestigationTables,
    JobTables,
    KpiTables,
    LearningTables,
    LedgerTables,
    NoticeTables,
    OutboxTables,
    PersonTables,
    QualityTables,
    ReturnsTables,
    StockTables,
    TelemetryTables,
    TransferTables,
    UnitTables,
    WebTables,
    WebhookTables {}
