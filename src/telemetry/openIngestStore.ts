// The store of the ingester for the database that DATABASE_URL names.
import { dialectOf } from '../db/open.ts';
import type { IngestStore } from './ingestStore.ts';
import { openPostgresIngest } from './postgresIngest.ts';
import { openSqliteIngest } from './sqliteIngest.ts';

export const openIngestStore = (url: string): IngestStore => (dialectOf(url) === 'sqlite' ? openSqliteIngest(url) : openPostgresIngest(url));
