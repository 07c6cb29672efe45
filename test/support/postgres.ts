// One PostgreSQL for the whole test run, and one migrated template per database.
import type { TestProject } from 'vitest/node';
import { launchPostgres } from './launchPostgres.ts';
import { makePostgresTemplate, makeSqliteTemplate } from './template.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
    sqliteTemplate: string;
  }
}

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await launchPostgres();
  const [sqlite] = await Promise.all([makeSqliteTemplate(), makePostgresTemplate(postgres.url)]);
  project.provide('postgresUrl', postgres.url);
  project.provide('sqliteTemplate', sqlite.file);
  return async () => {
    sqlite.remove();
    await postgres.stop();
  };
}
